"""Other ends that an application can come to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys import scraping
from tests.journeys.enterprise import CASES, Offices
from tests.journeys.people import Person, eventually, ok, problem
from tests.journeys.supervision import Calendar


@pytest.fixture(autouse=True)
def calendar(calendar: Calendar) -> Calendar:
    """Set before anybody signs in."""
    return calendar


def _submitted(zhang: Person) -> str:
    return steps.submit(zhang, "establishment", steps.establishment(zhang))


def test_refused(zhang: Person, offices: Offices, anyone: Person) -> None:
    """A refused application carries its reasons and the remedies against them."""
    case = steps.processing(offices, _submitted(zhang))
    assert problem(offices.chief.move(case, "refuse"), 422)["errors"][0]["pointer"] == "/reasons"
    ok(offices.chief.move(case, "refuse", {"reasons": ["住所为违法建筑"]}))
    refused = steps.closed(zhang, case)
    assert refused["reasons"] == ["住所为违法建筑"]
    assert "行政复议" in refused["remedies"]["zh"] and "court" in refused["remedies"]["en"]
    assert refused["result"] == {}


def test_declined(zhang: Person, clerk: Person) -> None:
    """An application that is not taken in carries reasons and remedies too."""
    case = _submitted(zhang)
    ok(clerk.move(case, "decline", {"reasons": ["不属于本机关职权范围"]}))
    declined = zhang.see(case)
    assert declined["state"] == "declined"
    assert declined["reasons"] and declined["remedies"]


def test_withdrawn(zhang: Person, clerk: Person) -> None:
    """The applicant may withdraw; then nobody can move the case any more."""
    case = _submitted(zhang)
    assert ok(zhang.move(case, "withdraw", {"reason": "另行申请"}))["state"] == "withdrawn"
    refused = problem(clerk.move(case, "accept"), 409)
    assert refused["type"] == "/problems/illegal-move"
    assert refused["legal"] == []


def test_suspended(zhang: Person, offices: Offices) -> None:
    """A special procedure stops the clock, with its ground and notice, until it is resumed."""
    case = steps.processing(offices, _submitted(zhang))
    missing = problem(offices.clerk.move(case, "suspend", {"ground": "holiday"}), 422)
    assert {e["pointer"] for e in missing["errors"]} == {"/ground", "/notice"}
    told = {"ground": "inspection", "notice": "现场核查，约需三个工作日"}
    ok(offices.clerk.move(case, "suspend", told))
    statutory = zhang.see(case)["deadlines"]["statutory"]
    assert statutory["due"] is None and statutory["projected"]
    assert problem(offices.chief.move(case, "approve"), 409)["legal"] == ["resume"]
    ok(offices.clerk.move(case, "resume"))
    assert zhang.see(case)["deadlines"]["statutory"]["due"]
    assert _approved(offices, zhang, case)["licence"]


def test_deemed_accepted(platform: Platform, zhang: Person, calendar: Calendar) -> None:
    """If nobody acts within five working days, it counts as accepted on the day of receipt."""
    body = steps.application("establishment", steps.establishment(zhang))
    receipt = ok(zhang.create(CASES, body), 201)
    due = date.fromisoformat(receipt["deemed_accepted_after"])
    received = date.fromisoformat(zhang.see(receipt["id"])["received_on"])
    calendar.reach(due, zhang)
    swept = _sweeps(platform)
    eventually(lambda: _sweeps(platform) >= swept + 2, "a sweep that began on that day")
    assert zhang.see(receipt["id"])["state"] == "submitted"
    calendar.reach(due + timedelta(days=1), zhang)
    case = eventually(
        lambda: (seen := zhang.see(receipt["id"]))["state"] == "accepted" and seen, "acceptance"
    )
    accepted = case["timeline"][-1]
    assert accepted["by"]["kind"] == "system" and accepted["deemed"] is True
    assert case["deadlines"]["statutory"]["start"] == received.isoformat()


def _sweeps(platform: Platform) -> float:
    """How often the department has looked for what is deemed to be accepted."""
    told = {"method": "deem_accepted", "outcome": "done"}
    found = scraping.service(platform, "enterprise")
    return scraping.value(found, "government_periodic_runs_total", **told)


def _approved(offices: Offices, zhang: Person, case: str) -> dict[str, str]:
    ok(offices.chief.move(case, "approve"))
    result: dict[str, str] = steps.closed(zhang, case)["result"]
    return result
