"""Whole affairs over the fake store: reserve, establish, change, report, deregister."""

from datetime import UTC, datetime

import pytest

from services.enterprise import items
from services.enterprise.domain import codes, licence
from services.enterprise.tests.affairs import (
    CHIEF,
    LI,
    NUMBER,
    TOOLS,
    ZHANG,
    Office,
    acting_for,
)
from services.enterprise.usecases import bars, companies, licences, names
from shared.access import Caller
from shared.errors import Invalid, NotFound, Stale
from shared.testing import an_official


@pytest.fixture
def office():
    """An office on a working Monday."""
    return Office()


def rules(caught):
    return {error.rule for error in caught.value.errors}


def sent(office, type_):
    return [event for event in office.store.sent if event["type"] == type_]


def test_reserve(office):
    """A free name is reserved at once, for two months."""
    case = office.reserve()
    assert case["state"] == "closed"
    assert case["result"]["name"] == "长沙市岳麓区湘岳红光酒业有限公司"
    assert case["result"]["until"].startswith("2027-01-23")
    assert names.mine(office.store, "zhang")[0]["state"] == "reserved"


def test_taken(office):
    """A reserved name is refused to others, identical or similar, until it lapses."""
    office.reserve()
    for trade_name in ("湘岳红光", "香岳红光", "湘岳红", "红光湘岳"):
        with pytest.raises(Invalid) as caught:
            office.reserve(LI, trade_name=trade_name)
        assert {r.split("-")[0] for r in rules(caught)} == {"name"}
    office.pass_days(62)
    assert office.reserve(LI)["state"] == "closed"
    assert names.mine(office.store, "li")[0]["holder"] == "li"


def test_check(office):
    """A check tells the name and the obstacles and reserves nothing."""
    form = items.NAME_RESERVATION.example
    assert names.check(office.store, form, office.now)["available"]
    assert names.check(office.store, form, office.now)["available"]
    office.reserve()
    found = names.check(office.store, form, office.now)
    assert not found["available"] and found["faults"][0].rule == "name-identical"
    wrong = names.check(office.store, {**form, "division": "999999"}, office.now)
    assert wrong["faults"][0].rule == "division"


def test_repeated(office):
    """The same request again decides the same and holds the name once."""
    form = dict(items.NAME_RESERVATION.example)
    first = office.apply(items.NAME_RESERVATION, form, id="a")
    again = office.apply(items.NAME_RESERVATION, form, id="a")
    assert first["_id"] == again["_id"] and again["state"] == "closed"


def test_race(office):
    """Of two claims of similar names at one moment, the one that looks last gives way."""
    claim = office.store["names"].add
    practice = office.desk.practices[items.NAME_RESERVATION.code]

    def rival_first(document, events=()):
        office.store["names"].add = claim
        office.reserve(LI, trade_name="香岳红光")
        return claim(document, events)

    office.store["names"].add = rival_first
    case = office.reserve()
    assert practice.item.instant
    assert case["history"][-2]["action"] == "refuse"
    assert "香岳红光" in case["history"][-2]["reasons"][0]["zh"]
    standing = [n for n in office.store["names"].find({}) if n["state"] != "released"]
    assert [n["holder"] for n in standing] == ["li"]


def test_abandoned_claim(office):
    """A claim whose case was never stored ends with its lease."""
    form = items.NAME_RESERVATION.example
    case = office.reserve()
    held = office.store["names"].find({"case": case["_id"]})[0]
    changed = {**held, "state": "held", "case": "never-stored", "until": office.now}
    office.store["names"].save(held, changed)
    assert names.check(office.store, form, office.now)["available"]


def test_establish(office):
    """An approval gives a valid code, a verifiable licence and a register entry, and tells it."""
    result = office.establish()
    code = result["code"]
    assert codes.is_valid(code) and code[2:8] == "430104"
    company = office.store["companies"].require(code)
    assert company["status"] == "active" and company["name"] == result["name"]
    issued = office.store["licences"].require(result["licence"])
    verdict, found = licences.verify(office.store, TOOLS, issued["token"], office.now)
    assert verdict == "valid" and found["number"] == result["licence"]
    (event,) = sent(office, "enterprise.company.registered.v1")
    assert event["data"]["legal_representative"] == {"name": "张伟"}
    assert NUMBER not in str(office.store.sent) + str(company)
    holder = companies.representative_of(office.store, TOOLS, code)
    assert holder == {"name": "张伟", "number": NUMBER}
    assert names.mine(office.store, "zhang")[0]["state"] == "registered"


def test_fulfilled_twice(office):
    """An approval that is told twice acts once."""
    result = office.establish()
    (case,) = office.store["cases"].find({"result.code": result["code"]})
    fulfilment = fulfilment_of(office, case)
    assert companies.establish(office.store, TOOLS, fulfilment) == result
    assert office.store["companies"].count({}) == 1
    assert len(sent(office, "enterprise.company.registered.v1")) == 1
    assert len(sent(office, "enterprise.licence.issued.v1")) == 1


def fulfilment_of(office, case):
    from shared.department.usecases import fulfilment_of

    item = office.desk.practices[case["item"]].item
    decided = {**case, "history": case["history"][:-1]}
    return fulfilment_of(office.desk, item, decided)


def test_code_taken(office, monkeypatch):
    """Where the first code is taken, the next one is given."""
    first = codes.social_credit_code
    monkeypatch.setattr(
        codes, "social_credit_code", lambda d, c, n=0: first(d, "x" if n == 0 else c, n)
    )
    one = office.establish()
    reserved = office.reserve(trade_name="楚天新域")
    two = office.decide(office.apply(items.ESTABLISHMENT, office.form(reserved["_id"])))["result"]
    assert one["code"] != two["code"]
    assert companies.find(office.store, {"name": "楚天新域", "limit": 9}).items


def test_reservation_needed(office):
    """An establishment needs a reservation of the applicant's own, in force and unused."""
    theirs = office.reserve(LI)["_id"]
    for reservation in (theirs, "11111111-1111-5111-8111-111111111111"):
        with pytest.raises(Invalid) as caught:
            office.apply(items.ESTABLISHMENT, office.form(reservation))
        assert rules(caught) == {"no-reservation"}
    with pytest.raises(Invalid):
        office.pass_days(62)
        office.apply(items.ESTABLISHMENT, office.form(theirs, LI), LI)


def test_reservation_used(office):
    """A reservation serves one open application, and lasts as long as that is open."""
    reserved = office.reserve()["_id"]
    case = office.apply(items.ESTABLISHMENT, office.form(reserved))
    with pytest.raises(Invalid):
        office.apply(items.ESTABLISHMENT, office.form(reserved))
    office.pass_days(62)
    with pytest.raises(Invalid):
        office.reserve(LI)
    office.decide(case, "refuse")
    assert office.reserve(LI)["state"] == "closed"


def test_fault_keeps_reservation(office):
    """An application refused for a fault leaves the reservation free for the next one."""
    reserved = office.reserve()["_id"]
    with pytest.raises(Invalid) as caught:
        office.apply(items.ESTABLISHMENT, office.form(reserved, registered_capital=5))
    assert {e.pointer for e in caught.value.errors} == {"/form/owners", "/form/owners/0/share"}
    assert office.apply(items.ESTABLISHMENT, office.form(reserved))["state"] == "submitted"


def test_materials(office):
    """Materials must be the applicant's own and what the form says."""
    reserved = office.reserve()["_id"]
    form = office.form(reserved)
    form["materials"][0] |= office.upload(caller=LI)
    form["materials"][1] = {**form["materials"][1], "digest": "f" * 64}
    with pytest.raises(Invalid) as caught:
        office.apply(items.ESTABLISHMENT, form)
    assert rules(caught) == {"material-not-uploaded", "material-digest"}


def test_barred(office):
    """A barred person cannot be the representative; the number is not kept in the clear."""
    body = {
        "identity": NUMBER,
        "name": "张伟",
        "ground": "licence-revoked",
        "since": "2026-01-01",
        "until": None,
        "source": "x",
    }
    kept = bars.record(office.store, TOOLS, office.call(CHIEF, body=body, digest="d"))
    assert NUMBER not in str(kept)
    with pytest.raises(Invalid) as caught:
        office.apply(items.ESTABLISHMENT, office.form(office.reserve()["_id"]))
    assert rules(caught) == {"representative-barred-licence-revoked"}


def of(code):
    return {"caller": acting_for(code), "body": {"legal_person": code}}


def test_change(office):
    """A change is kept with what it replaced, and the licence is replaced."""
    first = office.establish()
    code = first["code"]
    new = office.reserve(trade_name="楚天新域")["_id"]
    form = {"reservation": new, "business_scope": ["茶叶销售"]}
    form["materials"] = office.handed_in("resolution")
    result = office.decide(office.apply(items.CHANGE, form, **of(code)))["result"]
    assert result["licence"] == licence.number(code, 2)
    company = office.store["companies"].require(code)
    assert company["name"] == "长沙市岳麓区楚天新域酒业有限公司"
    assert company["history"][-1]["before"]["business_scope"] == ["酒制品生产", "酒类经营"]
    old = office.store["licences"].require(first["licence"])
    assert licences.verify(office.store, TOOLS, old["token"], office.now)[0] == "revoked"
    (event,) = sent(office, "enterprise.company.changed.v1")
    assert event["sequence"] == 2 and event["data"]["name"] == company["name"]
    with pytest.raises(Invalid):
        office.reserve(LI)
    office.pass_days(366)
    assert office.reserve(LI)["state"] == "closed"


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        ({}, "nothing-changes"),
        ({"registered_capital": 2_000_000}, "owners-with-capital"),
        ({"address": {"division": "430105", "detail": "芙蓉路 1 号"}}, "address-outside-authority"),
    ],
)
def test_change_refused(office, form, rule):
    """A change that breaks a rule is refused by it."""
    code = office.establish()["code"]
    form = {**form, "materials": office.handed_in("resolution")}
    with pytest.raises(Invalid) as caught:
        office.apply(items.CHANGE, form, **of(code))
    assert rule in rules(caught)


def test_stranger(office):
    """Nobody applies for an enterprise they do not act for."""
    code = office.establish()["code"]
    form = {"materials": office.handed_in("resolution")}
    with pytest.raises(Invalid) as caught:
        office.apply(items.CHANGE, form, LI, body={"legal_person": code})
    assert rules(caught) == {"representation"}
    with pytest.raises(Invalid) as caught:
        office.apply(items.ANNUAL_REPORT, dict(items.ANNUAL_REPORT.example))
    assert rules(caught) == {"enterprise-not-active"}


def test_deregister(office):
    """A deregistration ends the entry and the licence; the name is free after a year."""
    first = office.establish()
    code = first["code"]
    form = {**items.DEREGISTRATION.example, "materials": office.handed_in("commitment")}
    result = office.decide(office.apply(items.DEREGISTRATION, form, **of(code)))["result"]
    assert result["deregistered_on"] == "2026-11-23"
    assert office.store["companies"].require(code)["status"] == "deregistered"
    assert office.store["licences"].require(first["licence"])["status"] == "revoked"
    assert len(sent(office, "enterprise.company.deregistered.v1")) == 1
    with pytest.raises(Invalid) as caught:
        office.apply(items.CHANGE, {"materials": office.handed_in("resolution")}, **of(code))
    assert rules(caught) == {"enterprise-not-active"}
    with pytest.raises(Invalid):
        office.reserve(LI)
    office.pass_days(366)
    assert office.reserve(LI)["state"] == "closed"


def test_report(office):
    """A report is taken at once, once a year, and marked where it is late."""
    code = office.establish()["code"]
    form = {**items.ANNUAL_REPORT.example, "year": 2026}
    with pytest.raises(Invalid) as caught:
        office.apply(items.ANNUAL_REPORT, form, **of(code))
    assert rules(caught) == {"report-too-early"}
    office.now = datetime(2027, 6, 30, 4, tzinfo=UTC)
    assert not office.apply(items.ANNUAL_REPORT, form, **of(code))["result"]["late"]
    with pytest.raises(Invalid) as caught:
        office.apply(items.ANNUAL_REPORT, form, **of(code))
    assert rules(caught) == {"report-twice"}
    office.now = datetime(2028, 7, 1, 4, tzinfo=UTC)
    late = office.apply(items.ANNUAL_REPORT, {**form, "year": 2027}, **of(code))
    assert late["result"]["late"]
    reports = office.store["companies"].require(code)["reports"]
    assert [r["year"] for r in reports] == [2026, 2027] and "contact_phone" not in reports[0]


def test_ruling(office):
    """An official of the division rules on a licence; others do not know it is there."""
    number = office.establish()["licence"]
    body = {"reasons": ["提交虚假材料"]}
    elsewhere = an_official("x", "430105", items.DEPARTMENT, "approve")
    with pytest.raises(NotFound):
        licences.rule(
            office.store, office.call(elsewhere, body=body, if_match=1), number, "revocation"
        )
    with pytest.raises(Stale):
        licences.rule(office.store, office.call(CHIEF, body=body, if_match=7), number, "revocation")
    ruled = licences.rule(
        office.store, office.call(CHIEF, body=body, if_match=1), number, "revocation"
    )
    assert ruled["status"] == "revoked" and ruled["reason"] == "提交虚假材料"
    assert licences.verify(office.store, TOOLS, ruled["token"], office.now)[0] == "revoked"


def test_holder(office):
    """The signed licence is for its holder, its founder and officials, and for nobody else."""
    result = office.establish()
    callers: tuple[Caller, ...] = (ZHANG, CHIEF, acting_for(result["code"], LI))
    for caller in callers:
        assert licences.held_by(office.store, caller, result["licence"])["token"]
    with pytest.raises(NotFound):
        licences.held_by(office.store, LI, result["licence"])
