"""A department follows what others hold: whose qualification is revoked, is reviewed."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from shared.local import Platform
from tests.journeys import health as steps
from tests.journeys.health import Health
from tests.journeys.people import TIMEOUT, Person, eventually, ok
from tests.journeys.systems import system

NURSE = {
    "name": "李娜",
    "identity": "430104199202020029",
    "phone": "13800000002",
    "institution": steps.HOSPITAL,
    "no_impediment": True,
    "exam_passed_on": "2026-06-30",
}
KEY = {"identity_number": NURSE["identity"], "profession": "nurse"}
PURPOSE = "practitioner-supervision"


@pytest.fixture
def health(base_url: str) -> Health:
    """The two officials of health in the district."""
    return Health(Person(base_url, "13900000021"), Person(base_url, "13900000022"))


@pytest.fixture
def nurse(li: Person, health: Health) -> str:
    """The number under which Li is registered."""
    case = steps.processing(health, ok(steps.apply(li, "nurse-registration", NURSE), 201)["id"])
    ok(steps.move(health.chief, case, "approve"))
    return str(steps.closed(li, case)["result"]["practitioner"])


def uses(person: Person) -> list[str]:
    """The kinds of what was done with the person's qualification after the registration."""
    found = ok(person.get("/exchange/my-data", params={"limit": 100}))["items"]
    return [one["kind"] for one in found if one["purpose"] == PURPOSE]


def test_qualification_revoked(
    platform: Platform, nurse: str, li: Person, health: Health, administrator: Person
) -> None:
    """Human resources revoke a qualification and their system tells of it: health asks, with
    evidence, puts a review on the desk and tells the holder; an official cancels the registration.
    Whatever was read or told about the holder is in the holder's ledger."""
    eventually(lambda: "subscribe" in uses(li), "the subscription")
    token = system(administrator, "human-resources").token()
    outside = platform.environment("exchange")["SIMULATOR_URL"]

    def say(status: str) -> dict[str, Any]:
        url = f"{outside}/GOV/human-resources/professional-qualification"
        headers = {"Authorization": f"Bearer {token}"}
        body = {"key": KEY, "fields": {"status": status}}
        told: dict[str, Any] = ok(
            requests.put(url, json=body, headers=headers, timeout=TIMEOUT), 202
        )
        return told

    assert say("revoked")["changes"] == 1
    try:
        path = f"/health/practitioners/{nurse}"
        desk = eventually(lambda: ok(health.clerk.get("/health/reviews"))["items"], "the review")
        assert [one["number"] for one in desk] == [nurse]
        (review,) = ok(li.get(f"{path}/reviews"))["reviews"]
        assert review["qualification"]["status"] == "revoked" and review["closed"] is None
        assert review["qualification"]["source"]["provider"] == "GOV/human-resources"
        assert ok(li.get(path))["status"] == "valid"
        told = eventually(lambda: steps.told(li, nurse), "the word")
        assert told == ["Your registration is under review"]
        assert {"subscribe", "notice", "query"} <= set(uses(li))
        assert steps.rule(health, nurse, "cancellation")["status"] == "cancelled"
        assert ok(health.clerk.get("/health/reviews"))["items"] == []
        assert ok(li.get(f"{path}/reviews"))["reviews"][0]["closed"]["outcome"] == "cancellation"
    finally:
        say("valid")
