"""Teacher certificates and student aid: who gets them, and how they are checked."""

from datetime import date

import pytest

from services.education import items
from services.education.domain import aid, qualification
from services.education.tests.office import CHIEF, CLERK, LI, ZHANG, Office, child
from services.education.usecases import certificates
from shared.errors import Conflict, Invalid, NotFound

FORM = items.QUALIFICATION.example
DAY = date(2026, 11, 23)


@pytest.fixture
def office():
    return Office()


def decided(office, item, form, caller=ZHANG, action="approve"):
    """The case of an application that two officials have dealt with."""
    case = office.submit(item, dict(form), caller)
    for mover, move in ((CLERK, "accept"), (CLERK, "start"), (CHIEF, action)):
        office.move(case, move, mover, {"reasons": ["不符合"]} if move == "refuse" else {})
    return office.store["cases"].require(case["_id"])


def rules(form, division="430104"):
    return [fault.rule for fault in qualification.faults({**FORM, **form}, division, DAY)]


@pytest.mark.parametrize(
    ("form", "division", "expected"),
    [
        ({}, "430104", []),
        ({"kind": "senior"}, "430100", []),
        ({"kind": "senior"}, "430104", ["authority"]),
        ({"kind": "junior", "degree": "secondary-normal"}, "430104", ["degree"]),
        ({"mandarin": "3A"}, "430104", ["mandarin"]),
        ({"subject": "语文", "mandarin": "2B"}, "430104", ["mandarin"]),
        ({"examination": {"number": "1", "valid_until": "2026-11-22"}}, "430104", ["expired"]),
        ({"no_conviction": False}, "430104", ["conviction"]),
    ],
)
def test_requirements(form, division, expected):
    """Degree, Mandarin, examination, record and the right authority, each by its article."""
    assert rules(form, division) == expected


def test_issued(office):
    """An approval issues one certificate, whose number and holder anyone can verify."""
    number = decided(office, items.QUALIFICATION, FORM)["result"]["certificate"]
    assert len(number) == 17 and number.startswith("2026430104" + "2")
    kept = certificates.read(office.store, number, "张伟")
    assert kept["status"] == "valid" and FORM["identity"] not in str(kept)
    with pytest.raises(NotFound):
        certificates.read(office.store, number, "李娜")
    with pytest.raises(Invalid) as refused:
        office.submit(items.QUALIFICATION, dict(FORM))
    assert [e.rule for e in refused.value.errors] == ["held-already"]


def test_verified(office):
    """A verification is decided at once: what the register says, or that it has no such thing."""
    number = decided(office, items.QUALIFICATION, FORM)["result"]["certificate"]
    for name, state, status in (("张伟", "approved", "valid"), ("李娜", "refused", None)):
        form = {"number": number, "name": name, "purpose": "聘用"}
        case = office.submit(items.VERIFICATION, form, LI)
        assert case["state"] == state
        office.listen()
        result = office.store["cases"].require(case["_id"])["result"]
        assert result.get("status") == status


def test_revoked(office):
    """A revoked certificate says so, and its holder may apply again."""
    number = decided(office, items.QUALIFICATION, FORM)["result"]["certificate"]
    call = office.call(CHIEF, body={"reasons": ["弄虚作假"]}, if_match=1)
    certificates.revoke(office.store, call, number)
    assert certificates.read(office.store, number, "张伟")["status"] == "revoked"
    with pytest.raises(Conflict):
        again = office.call(CHIEF, body={"reasons": ["x"]}, if_match=2)
        certificates.revoke(office.store, again, number)
    assert decided(office, items.QUALIFICATION, FORM)["result"]["certificate"] != number


def test_numbers():
    """A number that is taken has a next one, all of seventeen digits."""
    drawn = {qualification.number("430104", "primary", 2026, "case", n) for n in range(9)}
    assert len(drawn) == 9 and {len(n) for n in drawn} == {17}


AID = items.AID.example


def aid_form(number, **changes):
    return {**AID, "student": {"name": "张小禾", "identity": number}, **changes}


@pytest.mark.parametrize(
    ("facts", "grade", "amount"),
    [
        ({"hardship": "orphan", "income": 900_000}, "first", 50_000),
        ({"hardship": "none", "income": 75_000}, "first", 50_000),
        ({"hardship": "none", "income": 75_001}, "second", 50_000),
        ({"hardship": "none", "income": 112_501}, "third", 0),
        ({"hardship": "none", "income": 112_501, "schooling": "senior"}, "third", 100_000),
        ({"hardship": "none", "income": 150_001, "schooling": "senior"}, None, 0),
    ],
)
def test_grades(facts, grade, amount):
    """Grade and amount follow from the published table, to the fen."""
    form = {**AID, **facts}
    assert (aid.grade_of(form), aid.amount_of(form)) == (grade, amount)


def test_aid(office):
    """Once a student and school year, for the guardian; a refusal frees the year."""
    number = child(1)
    with pytest.raises(Invalid) as refused:
        office.submit(items.AID, aid_form(number))
    assert [e.rule for e in refused.value.errors] == ["guardian"]
    office.guard(ZHANG, number)
    with pytest.raises(Invalid) as refused:
        office.submit(items.AID, aid_form(number, hardship="none", income=400_000))
    assert [e.rule for e in refused.value.errors] == ["grade"]
    decided(office, items.AID, aid_form(number), action="refuse")
    result = decided(office, items.AID, aid_form(number))["result"]
    assert result == {"school_year": 2026, "grade": "first", "amount": 50_000}
    with pytest.raises(Invalid) as refused:
        office.submit(items.AID, aid_form(number))
    assert [e.rule for e in refused.value.errors] == ["applied-already"]
    office.pass_days(365)
    assert office.submit(items.AID, aid_form(number))["state"] == "submitted"


def test_published():
    """The table shows every amount that can be granted."""
    table = {g["grade"]: g["amounts"] for g in aid.published()["grades"]}
    assert table["first"]["senior"] == 300_000 and "primary" not in table["third"]
