"""Schedules: a practitioner's time at an institution, from day to day (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.health.domain.practitioners import status_on
from services.health.domain.refusals import refusal
from services.health.domain.slots import LONGEST, LONGEST_HORIZON, SHORTEST, Span, day_of
from shared.division import ancestors
from shared.errors import FieldError
from shared.events import derived_id

Document = Mapping[str, Any]


def new_schedule(
    practitioner: Document,
    institution: Document,
    given: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """The schedule of `practitioner`. given: {first, last} ISO days, {active, comment}."""
    first, last = given["first"], given["last"]
    return {
        "_id": derived_id("schedule", practitioner["_id"], first, last),
        "practitioner": practitioner["_id"],
        "practitioner_name": practitioner["name"],
        "institution": institution["_id"],
        "institution_code": institution["code"],
        "institution_name": institution["name"],
        "division": institution["division"],
        "divisions": list(ancestors(institution["division"])),
        "specialties": practitioner.get("scope", []),
        "first": first,
        "last": last,
        "active": given["active"],
        "comment": given.get("comment"),
        "changes": 1,
        "updated_at": now,
    }


def horizon_refusals(first: str, last: str, today: str) -> Iterator[FieldError]:
    """What is wrong with the days of a schedule; the pointers are those of FHIR."""
    if last < first:
        zh, en = "止期不得早于起期", "Ends before it begins"
        yield refusal("/planningHorizon/end", "ends-after-beginning", zh, en)
    elif (date.fromisoformat(last) - date.fromisoformat(first)).days >= LONGEST_HORIZON:
        zh, en = f"不得超过 {LONGEST_HORIZON} 日", f"{LONGEST_HORIZON} days at the most"
        yield refusal("/planningHorizon", "horizon", zh, en)
    if last < today:
        zh, en = "已经过去", "This is over"
        yield refusal("/planningHorizon/end", "past", zh, en)


def slot_refusals(schedule: Document, spans: Sequence[Span], now: datetime) -> Iterator[FieldError]:
    """What is wrong with new slots of `schedule`."""
    for start, end in spans:
        minutes = (end - start).total_seconds() / 60
        if not SHORTEST <= minutes <= LONGEST or day_of(start) != day_of(end):
            zh = f"应为 {SHORTEST} 至 {LONGEST} 分钟，且在同一日内"
            en = f"A slot lasts {SHORTEST} to {LONGEST} minutes within one day"
            yield refusal("/end", "slot-length", zh, en)
        if not schedule["first"] <= day_of(start) <= schedule["last"]:
            zh, en = "不在排班期内", "Not within the schedule's horizon"
            yield refusal("/start", "outside-schedule", zh, en)
        if start <= now:
            yield refusal("/start", "past", "已经过去", "This is over")


def in_force(schedule: Document, practitioner: Document, institution: Document, day: str) -> bool:
    """Whether patients may be seen on `schedule`: it is used, and both licences are valid."""
    licences = status_on(practitioner, day), status_on(institution, day)
    return bool(schedule["active"]) and licences == ("valid", "valid")
