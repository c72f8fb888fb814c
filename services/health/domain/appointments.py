"""Appointments: their life as one table (pure).

Statuses are those of HL7 FHIR R4 (value set appointmentstatus). "pending" is an offer to somebody
on the waiting list: the practitioner is ready, the patient has yet to answer.

Guarantees: an appointment that takes a slot has it in `holds`, and only then; one that counts as
the patient's own for that practitioner and day has `claim`; so two unique indexes say that no slot
is taken twice and nobody queues twice. `due` is there where time will end it.
Does not: know slots' documents or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from services.health.domain.slots import agenda, day_of
from shared.clock import CHINA
from shared.division import ancestors
from shared.errors import IllegalMove
from shared.events import derived_id
from shared.text import Text

Appointment = Mapping[str, Any]

OPEN = frozenset({"booked", "pending", "waitlist"})
"""Statuses that a withdrawal of the practitioner ends."""
STATUSES = ("pending", "booked", "arrived", "fulfilled", "cancelled", "noshow", "waitlist")
BOOKING = frozenset({"proposed", "pending", "booked"})
"""What a client may call an appointment that it asks for; it is booked at once, or refused."""

ANSWER = timedelta(hours=2)
"""How long somebody on the waiting list may think about an offer."""
LAST_ANSWER = timedelta(minutes=30)
"""Before the appointment, at least: nobody is offered what nobody could reach."""
SHORTEST_ANSWER = timedelta(minutes=15)
MOST_ATTEMPTS = 5
"""How often one person may book the same slot, or queue for the same day, after cancelling."""
MOST_WAITING = 100
"""People who may wait for a practitioner's day; a few more where they come in the same moment."""


class Step(NamedTuple):
    """A legal change of status: what it is called, and who may make it."""

    action: str
    who: frozenset[str]


PATIENT, DESK, SYSTEM = "patient", "desk", "system"


def _step(action: str, *who: str) -> Step:
    return Step(action, frozenset(who))


TABLE: Mapping[tuple[str, str], Step] = {
    ("waitlist", "pending"): _step("offered", SYSTEM),
    ("pending", "booked"): _step("booked", PATIENT),
    ("waitlist", "cancelled"): _step("cancelled", PATIENT, DESK, SYSTEM),
    ("pending", "cancelled"): _step("cancelled", PATIENT, DESK, SYSTEM),
    ("booked", "cancelled"): _step("cancelled", PATIENT, DESK, SYSTEM),
    ("booked", "arrived"): _step("arrived", DESK),
    ("booked", "noshow"): _step("missed", DESK),
    ("booked", "fulfilled"): _step("fulfilled", DESK),
    ("arrived", "fulfilled"): _step("fulfilled", DESK),
}

CANCELLATIONS: Mapping[str, tuple[str, Text]] = {
    "patient": ("pat", Text("患者取消", "Cancelled by the patient")),
    "desk": ("prov", Text("医疗机构取消", "Cancelled by the institution")),
    "withdrawn": ("prov-pers", Text("医师停诊", "The practitioner is not available")),
    "lapsed": ("pat", Text("逾期未答复", "The offer was not answered in time")),
    "expired": ("prov", Text("候补日期已过", "The day has passed without a free slot")),
}
"""Why: code of HL7's appointment-cancellation-reason, and in words."""


def booking_id(slot: str, patient: str, attempt: int) -> str:
    """The id of a booking follows from what is booked by whom: a repeat is the same one."""
    return derived_id("appointment", slot, patient, attempt)


def waiting_id(practitioner: str, day: str, patient: str, attempt: int) -> str:
    """The id of a place on the waiting list."""
    return derived_id("waiting", practitioner, day, patient, attempt)


def booked(
    id_: str,
    slot: Mapping[str, Any],
    patient: Mapping[str, str],
    told: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """A new appointment that has its slot. patient: {account, name}."""
    day, place = day_of(slot["start"]), slot["place"]
    new = _new(id_, "booked", slot["practitioner"], day, place, patient, told, now)
    return {**new, **_held(slot)}


def waiting(
    id_: str,
    practitioner: str,
    day: str,
    place: Mapping[str, Any],
    patient: Mapping[str, str],
    told: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """A new place on the waiting list of a practitioner's day; place: see `slots.placed`."""
    new = _new(id_, "waitlist", practitioner, day, place, patient, told, now)
    return {**new, "waiting": new["agenda"], "due": _end_of(day)}


def _new(
    id_: str,
    status: str,
    practitioner: str,
    day: str,
    place: Mapping[str, Any],
    patient: Mapping[str, str],
    told: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    key, around = agenda(practitioner, day), ancestors(place["division"])
    return {
        "_id": id_,
        "status": status,
        "practitioner": practitioner,
        "day": day,
        "agenda": key,
        "claim": f"{patient['account']}|{key}",
        "divisions": list(around),
        "places": [f"{division}|{day}" for division in around],
        "patient": patient["account"],
        "patient_name": patient["name"],
        **place,
        **told,
        "created_at": now,
        "updated_at": now,
        "history": [_entry(status, now, PATIENT)],
    }


def _held(slot: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "slot": slot["_id"],
        "holds": slot["_id"],
        "start": slot["start"],
        "end": slot["end"],
    }


def changed(
    before: Appointment, status: str, who: str, now: datetime, why: str | None = None
) -> dict[str, Any]:
    """`before` in its new status; `IllegalMove` names the legal ones."""
    step = TABLE.get((before["status"], status))
    if step is None or who not in step.who:
        raise _illegal(before["status"], status, who)
    entry = _entry(status, now, who, why)
    after = {
        **before,
        "status": status,
        "updated_at": now,
        "history": [*before["history"], entry],
    }
    for gone in ("waiting", "due"):
        after.pop(gone, None)
    if status == "cancelled":
        after["cancelled_for"] = why
        for gone in ("holds", "claim"):
            after.pop(gone, None)
    return after


def offered(before: Appointment, slot: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """`before` with an offer of `slot`; None where there is no time left to answer."""
    until = answer_by(slot["start"], now)
    if until is None:
        return None
    return {**changed(before, "pending", SYSTEM, now), **_held(slot), "due": until}


def answer_by(start: datetime, now: datetime) -> datetime | None:
    """Until when an offer of a slot that begins at `start` is to be answered."""
    until = min(now + ANSWER, start - LAST_ANSWER)
    return until if until - now >= SHORTEST_ANSWER else None


def open_to(status: str, who: str) -> list[str]:
    """The statuses that `who` may give an appointment that is `status`."""
    return [to for (source, to), step in TABLE.items() if source == status and who in step.who]


def _illegal(status: str, wanted: str, who: str) -> IllegalMove:
    legal = open_to(status, who)
    return IllegalMove(
        Text(
            f"预约当前为“{status}”，不能改为“{wanted}”；可以：{'、'.join(legal) or '无'}",
            f"An appointment that is {status} cannot become {wanted}; legal: "
            f"{', '.join(legal) or 'none'}",
        ),
        legal=legal,
    )


def _entry(status: str, now: datetime, who: str, why: str | None = None) -> dict[str, Any]:
    return {"status": status, "at": now, "by": who, **({"why": why} if why else {})}


def _end_of(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), time(23, 59, 59), CHINA)
