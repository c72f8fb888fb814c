"""What becomes of an enterprise: it changes, reports, and ends."""

from __future__ import annotations

from datetime import timedelta

from shared.clock import local_day
from shared.timekeeping import system_time
from tests.journeys import enterprise as steps
from tests.journeys.enterprise import CASES, DISTRICT, Offices
from tests.journeys.people import Person, eventually, ok, problem


def test_life(zhang: Person, li: Person, offices: Offices, anyone: Person) -> None:
    """A change reissues the licence, deregistration revokes it, and the register tells it all."""
    company = steps.founded(zhang, offices)
    _not_for_others(company["code"], li)
    first = _token(company["licence"], zhang)
    changed = _moved_house(company["code"], zhang, offices)
    second = _token(changed["licence"], zhang)
    assert changed["licence"] == f"{company['code']}-2"
    assert steps.verdict(first, anyone) == "revoked"
    assert steps.verdict(second, anyone) == "valid"
    assert steps.licence(company["licence"], anyone)["reason"] == "superseded"
    _ended(company["code"], zhang, offices)
    assert steps.verdict(second, anyone) == "revoked"
    entry = ok(anyone.get(f"/enterprise/register/{company['code']}"))
    assert entry["status"] == "deregistered"
    assert [note["action"] for note in entry["history"]] == [
        "deregistered", "changed", "established",
    ]  # fmt: skip
    assert entry["history"][1]["fields_changed"] == ["address"]
    eventually(lambda: company["code"] not in steps.codes_of(zhang), "the end of representation")


def test_licence_suspended(zhang: Person, offices: Offices, anyone: Person) -> None:
    """An official may suspend a licence and put it in force again, with reasons that are public."""
    number = steps.founded(zhang, offices)["licence"]
    token, path = _token(number, zhang), f"/enterprise/licences/{number}"
    for ruling, verdict in (("suspension", "suspended"), ("reinstatement", "valid")):
        etag = anyone.get(path).headers["ETag"]
        body, match = {"reasons": ["经营异常"]}, {"If-Match": etag}
        ok(offices.chief.post(f"{path}/{ruling}", json=body, headers=match))
        assert steps.verdict(token, anyone) == verdict
    problem(offices.chief.post(f"{path}/suspension", json=body, headers=match), 412)


def _token(number: str, holder: Person) -> str:
    return str(ok(holder.get(f"/enterprise/licences/{number}/signed"))["token"])


def _not_for_others(code: str, li: Person) -> None:
    body = steps.application("annual-report", {}, legal_person=code)
    errors = problem(li.create(CASES, body), 422)["errors"]
    assert {e["pointer"] for e in errors} & {"/legal_person", "/form/year"}
    problem(li.get(f"{CASES}?legal_person={code}"), 404)


def _moved_house(code: str, zhang: Person, offices: Offices) -> dict[str, str]:
    address = {"division": DISTRICT, "detail": "麓山南路 1 号"}
    form = {"address": address, "materials": steps.papers(zhang, "resolution")}
    case = steps.submit(zhang, "change", form, legal_person=code)
    assert case in zhang.listed(f"{CASES}?legal_person={code}")
    return steps.approved(offices, zhang, case)


def _ended(code: str, zhang: Person, offices: Offices) -> None:
    form = {
        "reason": "resolution",
        "debts_settled": False,
        "notice_until": (local_day(system_time()) - timedelta(days=2)).isoformat(),
        "materials": steps.papers(zhang, "commitment"),
    }
    body = steps.application("deregistration", form, legal_person=code)
    assert problem(zhang.create(CASES, body), 422)["errors"][0]["pointer"] == "/form/debts_settled"
    form["debts_settled"] = True
    case = steps.submit(zhang, "deregistration", form, legal_person=code)
    steps.approved(offices, zhang, case)
