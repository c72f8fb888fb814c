"""Appointments: booked, queued for, taken, cancelled.

Guarantees: an appointment is one document, and that it has its slot is one field of it under a
unique index: however many race, and whatever is killed meanwhile, one of them has it. Asking for
the same again gives the same appointment. Does not: free slots of anybody who is away; time and
the practitioner do (`settling`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.health import events
from services.health.domain import appointments, notices, schedules, slots
from services.health.domain.appointments import DESK, MOST_ATTEMPTS, MOST_WAITING, PATIENT
from services.health.domain.refusals import refusal
from services.health.usecases.schedules import keeps_desk
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, Duplicate, IllegalMove, Invalid, NotFound, Stale
from shared.text import Text

Told = Mapping[str, Any]


def slot_of(store: Storage, id_: str) -> Document:
    """The slot that an appointment is to have; `Invalid` where there is none."""
    slot = store["slots"].get(id_)
    if slot is None:
        zh, en = "没有这个号源", "There is no such slot"
        raise Invalid(errors=[refusal("/slot/0/reference", "slot", zh, en)])
    return slot


def book(store: Storage, call: Call, slot: Document, told: Told) -> Document:
    """Book a slot for the caller; told: {description, comment} as far as given.

    Whether the practitioner is in force is not looked up: a ruling closes the slots, and ends what
    was booked in the moment before (`settling`).
    """
    caller = call.signed_in

    def id_of(attempt: int) -> str:
        return appointments.booking_id(slot["_id"], caller.subject, attempt)

    def make(id_: str) -> dict[str, Any]:
        _bookable(slot, call.now)
        return appointments.booked(id_, slot, _person(caller), told, call.now)

    return _claimed(store, id_of, make, call.now)


def wait(store: Storage, call: Call, practitioner: str, day: str, told: Told) -> Document:
    """Queue the caller for a practitioner's day."""
    schedule = _schedule_on(store, practitioner, day)
    caller, place = call.signed_in, slots.placed(schedule)

    def id_of(attempt: int) -> str:
        return appointments.waiting_id(practitioner, day, caller.subject, attempt)

    def make(id_: str) -> dict[str, Any]:
        today = local_day(call.now).isoformat()
        if day < today or not _in_force(store, schedule, today):
            raise _unavailable()
        _room(store, practitioner, day)
        return appointments.waiting(id_, practitioner, day, place, _person(caller), told, call.now)

    return _claimed(store, id_of, make, call.now)


def _room(store: Storage, practitioner: str, day: str) -> None:
    if store["appointments"].count({"waiting": slots.agenda(practitioner, day)}) >= MOST_WAITING:
        raise Conflict(Text("候补人数已满", "The waiting list is full"), type="waiting-list-full")


def _claimed(
    store: Storage,
    id_of: Callable[[int], str],
    make: Callable[[str], dict[str, Any]],
    now: datetime,
) -> Document:
    """The appointment there is, or a new one; a cancelled one makes room for the next attempt."""
    for attempt in range(MOST_ATTEMPTS):
        id_ = id_of(attempt)
        known = store["appointments"].get(id_)
        if known is None:
            return _added(store, make(id_), now)
        if known["status"] != "cancelled":
            return known
    raise Conflict(
        Text("取消次数过多，不能再次预约", "Cancelled too often to ask for it again"),
        type="too-many-attempts",
    )


def _added(store: Storage, new: dict[str, Any], now: datetime) -> Document:
    try:
        return store["appointments"].add(new, told_of(new, now))
    except Duplicate:
        same = store["appointments"].get(new["_id"])
        if same is not None:
            return same
        raise _taken(store, new) from None


def _taken(store: Storage, new: Mapping[str, Any]) -> Conflict:
    if store["appointments"].find({"claim": new["claim"]}, limit=1):
        return Conflict(
            Text(
                "您当日在该医师处已有预约或者候补",
                "You have an appointment, or a place on the waiting list, with them on that day",
            ),
            type="one-a-day",
        )
    return Conflict(Text("该号源已被预约", "This slot has been taken"), type="slot-taken")


def _bookable(slot: Document, now: datetime) -> None:
    if slot["start"] <= now:
        raise Conflict(Text("该号源已过期", "This slot is over"), type="slot-over")
    if slot["closed"]:
        raise _unavailable()


def _in_force(store: Storage, schedule: Document, today: str) -> bool:
    practitioner = store["practitioners"].require(schedule["practitioner"])
    institution = store["institutions"].require(schedule["institution"])
    return schedules.in_force(schedule, practitioner, institution, today)


def _unavailable() -> Conflict:
    return Conflict(
        Text("医师停诊，不能预约", "The practitioner is not available"), type="not-available"
    )


def _schedule_on(store: Storage, practitioner: str, day: str) -> Document:
    found = store["schedules"].find({"practitioner": practitioner, "last": {"$gte": day}})
    fitting = [s for s in found if s["first"] <= day and s["active"]]
    if not fitting:
        zh, en = "该医师当日没有排班", "This practitioner has no schedule on that day"
        raise Invalid(errors=[refusal("/requestedPeriod/0", "no-schedule", zh, en)])
    return fitting[0]


def _person(caller: Caller) -> dict[str, str]:
    return {"account": caller.subject, "name": caller.name}


def seen(store: Storage, caller: Caller, id_: str) -> Document:
    """An appointment of the caller's own or of their desk; `NotFound` for anybody else."""
    found = store["appointments"].get(id_)
    if found is None or not (_is_own(found, caller) or keeps_desk(caller, found)):
        raise NotFound(Text("没有这项预约", "There is no such appointment"))
    return found


def _is_own(found: Mapping[str, Any], caller: Caller) -> bool:
    return caller.kind == "person" and found["patient"] == caller.subject


def change(store: Storage, call: Call, id_: str, status: str) -> Document:
    """Give an appointment another status: the patient answers or cancels, the desk notes."""
    before = seen(store, call.signed_in, id_)
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    who = PATIENT if _is_own(before, call.signed_in) else DESK
    _in_time(before, status, call.now)
    after = appointments.changed(
        before, status, who, call.now, who if status == "cancelled" else None
    )
    told = told_of(after, call.now)
    return store["appointments"].save(before, after, told)


def _in_time(before: Mapping[str, Any], status: str, now: datetime) -> None:
    if status in ("booked", "cancelled") and before.get("start", now) < now:
        raise IllegalMove(Text("就诊时间已过", "The time of this appointment is over"), type="over")
    if before["status"] == "pending" and status == "booked" and before["due"] <= now:
        raise Conflict(Text("答复期限已过", "The offer has lapsed"), type="offer-lapsed")


def told_of(appointment: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The events of the last change: for who keeps the slot, and for the patient."""
    told = notices.of(appointment, now)
    return [events.appointment_event(appointment, now), *([told] if told else [])]
