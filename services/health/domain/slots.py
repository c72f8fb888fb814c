"""Slots: stretches of a practitioner's time that can be booked (pure).

Guarantees: times are aware, in UTC; days are calendar days in China; whatever is cut out of a day
lies within it, is of equal length and does not overlap. Does not: know who has booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from shared.clock import CHINA, is_working_day, local_day
from shared.events import derived_id

SHORTEST, LONGEST = 5, 240
"""Minutes a slot may last."""
LONGEST_HORIZON = 92
"""Days a schedule may span: it bounds the slots of one schedule."""
MOST_AT_ONCE = 500
"""Slots that may be opened by one request."""

FREE, BUSY, TENTATIVE, UNAVAILABLE = "free", "busy", "busy-tentative", "busy-unavailable"
STATUSES = (FREE, BUSY, TENTATIVE, UNAVAILABLE)
"""HL7 FHIR R4, value set slotstatus, but "entered-in-error"."""

Span = tuple[datetime, datetime]


def cut(
    first: date, last: date, sessions: Iterable[tuple[time, time]], minutes: int
) -> Iterator[Span]:
    """The slots of `minutes` that fit into the sessions of every working day first..last."""
    spans = list(sessions)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if is_working_day(day):
            for begins, ends in spans:
                yield from _cut_session(_at(day, begins), _at(day, ends), minutes)


def _cut_session(start: datetime, until: datetime, minutes: int) -> Iterator[Span]:
    step = timedelta(minutes=minutes)
    while start + step <= until:
        yield start, start + step
        start += step


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, CHINA).astimezone(UTC)


def agenda(practitioner: str, day: str) -> str:
    """The key of a practitioner's day: slots and waiting people are found by it."""
    return f"{practitioner}|{day}"


def day_of(start: datetime) -> str:
    """The day in China on which `start` lies."""
    return local_day(start).isoformat()


def slot_id(schedule: str, start: datetime) -> str:
    """One slot of a schedule begins at a time: opening it again is the same slot."""
    return derived_id("slot", schedule, start.astimezone(UTC).isoformat(timespec="seconds"))


def placed(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """What slots and appointments keep of their schedule: where they are, and with whom."""
    names = ("division", "institution", "institution_code", "practitioner_name")
    return {"schedule": schedule["_id"], **{name: schedule[name] for name in names}}


def new_slot(
    schedule: Mapping[str, Any], span: Span, now: datetime, comment: str | None = None
) -> dict[str, Any]:
    """A free slot of `schedule`."""
    start, end = span
    day = day_of(start)
    return {
        "_id": slot_id(schedule["_id"], start),
        "schedule": schedule["_id"],
        "practitioner": schedule["practitioner"],
        "agenda": agenda(schedule["practitioner"], day),
        "place": placed(schedule),
        "start": start.astimezone(UTC),
        "end": end.astimezone(UTC),
        "status": FREE,
        "closed": None,
        "comment": comment,
        "changes": 1,
        "updated_at": now,
    }


def overlapping(spans: Iterable[Span]) -> bool:
    """Whether two of `spans` have time in common."""
    ordered = sorted(spans)
    return any(earlier[1] > later[0] for earlier, later in pairwise(ordered))


def status_of(slot: Mapping[str, Any], holder: Mapping[str, Any] | None) -> str:
    """What a slot is, seen from who holds it; an offer that waits for its answer is tentative."""
    if slot["closed"]:
        return UNAVAILABLE
    if holder is None:
        return FREE
    return TENTATIVE if holder["status"] == "pending" else BUSY
