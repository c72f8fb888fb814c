"""People are not asked for what the government holds; what they state is verified in its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.local import Platform
from tests.journeys import education as steps
from tests.journeys.education import DISTRICT, NEAR, move
from tests.journeys.people import Person, eventually, ok, problem

ITEM = "education-enrolment"
RATHER = {"reasons": ["核验了户口簿原件"]}


@pytest.fixture
def clerk(base_url: str) -> Person:
    """刘招生, who accepts."""
    return Person(base_url, "13900000011")


@pytest.fixture
def chief(base_url: str) -> Person:
    """陈督学, who runs rounds."""
    return Person(base_url, "13900000012")


@pytest.fixture
def household(platform: Platform) -> Iterator[Platform]:
    """The platform, whose register of households runs again after the test."""
    yield platform
    if not platform.is_ready("household"):
        platform.start_part("household")


@pytest.fixture
def education(platform: Platform) -> Iterator[Platform]:
    """The platform, whose department of education runs again after the test."""
    yield platform
    if not platform.is_ready("education"):
        platform.start_part("education")


def begin(person: Person, round_: str, name: str) -> dict[str, Any]:
    """A draft for the ward of this name, as prefill answers it."""
    form = {"round": round_.rpartition("/")[2], "child": {"name": name}}
    body = {"item": ITEM, "division": DISTRICT, "form": form}
    return ok(person.create("/education/prefill", body), 201)


def handed_in(person: Person, draft: dict[str, Any], **given: Any) -> str:
    """The draft, completed and submitted: the path of its case."""
    case = f"{steps.CASES}/{draft['id']}"
    form = {**draft["form"], "choices": ["S-01"], **given}
    etag = person.get(case).headers["ETag"]
    ok(person.put(f"{case}/form", json={"form": form}, headers={"If-Match": etag}))
    ok(move(person, case, "submit"))
    return case


def states(case: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["state"] for check in case["checks"]}


def test_nothing_is_asked(
    zhang: Person, clerk: Person, chief: Person, administrator: Person, anyone: Person
) -> None:
    """A parent names the child and the schools; all else is held, with evidence, and proven: the
    child is in the draw by its household."""
    number = steps.housed(administrator, zhang, name="张安安")
    round_ = steps.announced(chief)
    draft = begin(zhang, round_, "张安安")
    assert number not in str(draft)
    assert draft["form"]["child"]["identity"] == f"{number[:4]}**********{number[-4:]}"
    assert draft["form"]["household"] == NEAR and draft["form"]["siblings"] == []
    assert [one["field"] for one in draft["missing"]] == ["/household/community"]
    held = {m["field"]: m["source"] for m in draft["sources"] if m["origin"] == "held"}
    assert held["/household/street"]["provider"] == "GOV/public-security"
    record = held["/household/street"]["record"]
    proof = ok(anyone.get("/exchange/evidence/inclusion", params={"index": record["index"]}))
    assert record["leaf"] in str(proof)
    case = handed_in(zhang, draft)
    seen = ok(clerk.get(case))
    assert (
        states(seen) == {"guardianship": "holds"}
        and seen["sources"] == zhang.get(case).json()["sources"]
    )
    ok(move(clerk, case, "accept"))
    steps.drawn(chief, round_)
    offer = ok(zhang.get(steps.enrolment(zhang, case)))
    assert offer["classes"] == {"S-01": "household"} and offer["offer"]["school"] == "S-01"


def test_corrected_by_hand(
    zhang: Person, clerk: Person, chief: Person, administrator: Person
) -> None:
    """What a parent corrects is stated by them; it is verified, fails, and an official who has seen
    the originals answers for it."""
    steps.housed(administrator, zhang, name="张宁宁")
    draft = begin(zhang, steps.announced(chief), "张宁宁")
    place = {**draft["form"]["household"], "street": "望月湖街道"}
    case = handed_in(zhang, draft, household=place)
    seen = zhang.checked(case)
    marks = {mark["field"]: mark for mark in seen["sources"]}
    assert (
        marks["/household/street"]["differs"] and marks["/household/division"]["origin"] == "held"
    )
    assert states(seen) == {"guardianship": "holds", "household": "fails"}
    refused = problem(move(clerk, case, "accept"), 409)
    assert refused["type"] == "/problems/check-failed" and refused["check"] == "household-1"
    problem(move(zhang, case, "checks/household-1/override", RATHER), 403)
    ok(move(clerk, case, "checks/household-1/override", RATHER))
    ok(move(clerk, case, "accept"))
    (check,) = (c for c in ok(zhang.get(case))["checks"] if c["name"] == "household")
    assert check["override"]["reasons"] == RATHER["reasons"] and check["override_basis"]["en"]


def test_register_away(
    zhang: Person, clerk: Person, chief: Person, administrator: Person, household: Platform
) -> None:
    """While the register is down a parent applies by hand; verified when the register is back,
    and accepted then."""
    number = steps.housed(administrator, zhang, name="张平平")
    round_ = steps.announced(chief)
    household.kill("household")
    draft = begin(zhang, round_, "张平平")
    missing = {one["field"]: one["reason"] for one in draft["missing"]}
    assert missing["/child/identity"] == "unavailable"
    child = {"name": "张平平", "identity": number}
    case = handed_in(zhang, draft, child=child, household=NEAR, siblings=[])
    assert set(states(ok(zhang.get(case))).values()) == {"pending"}
    assert problem(move(clerk, case, "accept"), 409)["type"] == "/problems/check-pending"
    household.start_part("household")
    eventually(lambda: set(states(ok(zhang.get(case))).values()) == {"holds"}, "the answers")
    ok(move(clerk, case, "accept"))


def test_department_killed(
    zhang: Person, chief: Person, administrator: Person, education: Platform
) -> None:
    """A department that dies while it asks asks again, and one record proves the answer."""
    number = steps.ward(administrator, zhang)
    round_ = steps.announced(chief)
    body = {"item": ITEM, "division": DISTRICT, "form": steps.form(round_, number, NEAR, ["S-01"])}
    case = ok(zhang.create(steps.CASES, body), 201)["id"]
    education.kill("education")
    education.start_part("education")
    found = zhang.checked(f"{steps.CASES}/{case}")
    assert states(found)["household"] == "holds"
    readings = ok(zhang.get("/exchange/my-data?limit=50"))["items"]
    mine = [one["outcome"] for one in readings if one["case"] == f"education/{case}"]
    asked = [check for check in found["checks"] if check["record"]]
    assert mine == ["answered"] * len(asked)
