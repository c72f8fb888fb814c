"""Sharing requests as supervision hears them: clocks, lamps and figures like those of any case."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.exchange.domain import sharing_requests as rules
from services.supervision.domain import record
from services.supervision.schemas import CaseHeard
from shared.case import events_of
from shared.events import received
from shared.schema import load

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OFFICIAL = {"kind": "official", "account": "qin", "name": "秦户政"}
RESOURCE = {"_id": "household-membership", "provider": "GOV/public-security"}
CONDITIONAL = {**RESOURCE, "sharing": "conditional"}
ASKED = {
    "fields": ["address"],
    "kinds": ["query"],
    "purposes": ["enrolment"],
    "items": [],
    "volume": {"amount": 1, "period": "day"},
    "until_day": "2027-12-31",
}


def asked(resource: dict[str, Any] = CONDITIONAL) -> dict[str, Any]:
    applicant = {"account": "liu", "name": "刘招生"}
    made = rules.made(
        id_="r", applicant=applicant, consumer="GOV/education/education", resource=resource,
        asked=ASKED, now=MONDAY,
    )  # fmt: skip
    return rules.submitted(made, resource, {"kind": "official", **applicant}, MONDAY)


def supervised(request: dict[str, Any], until: str) -> record.Record:
    """What supervision has of the request on the day `until`."""
    told = events_of(request, "exchange")
    events = [received(one, load(CaseHeard(unknown="exclude"), one["data"])) for one in told]
    return record.passed(record.heard(None, events, MONDAY), until, MONDAY)


def lamps(request: dict[str, Any], until: str) -> list[tuple[str, str, str]]:
    return [(e["clock"], e["lamp"], e["on"]) for e in supervised(request, until)["lamps"]]


def test_completeness() -> None:
    """Nobody says within two working days whether it is complete: red on the third."""
    request = asked()
    assert lamps(request, "2026-03-04") == [("acceptance", "yellow", "2026-03-03")]
    assert lamps(request, "2026-03-05")[1:] == [("acceptance", "red", "2026-03-05")]


def test_answer() -> None:
    """Found complete and not answered within five working days: red until it is."""
    request = rules.accepted(asked(), OFFICIAL, MONDAY + timedelta(days=1))
    assert supervised(request, "2026-03-10")["lamp"] == "yellow"
    overdue = lamps(request, "2026-03-11")
    assert {("statutory", "red", "2026-03-11"), ("promised", "red", "2026-03-11")} <= set(overdue)
    late = rules.approved(request, {}, OFFICIAL, MONDAY + timedelta(days=11))
    found = supervised(late, "2026-03-13")
    assert found["lamp"] == "green"
    (counts,) = found["counts"].values()
    assert (counts["decided"], counts.get("in-statutory", 0)) == (1, 0)


def test_silent_refusal() -> None:
    """A refusal by rule has its reasons; one without lights the lamp at once."""
    basis = {"zh": "《反间谍法》", "en": "Counter-Espionage Law"}
    ruled = asked({**RESOURCE, "sharing": "not-shared", "sharing_basis": basis})
    assert (ruled["state"], lamps(ruled, "2026-03-02")) == ("refused", [])
    silent = rules.refused(rules.accepted(asked(), OFFICIAL, MONDAY), [], OFFICIAL, MONDAY)
    assert lamps(silent, "2026-03-02") == [("reasons", "red", "2026-03-02")]
