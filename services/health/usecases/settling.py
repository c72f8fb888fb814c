"""Slots and appointments brought into line, because of what was heard or because time has passed.

Guarantees: each of these looks at what is, not at what it was told, so it may run again, late, or
twice at once (`Stale` makes its hearer run it again): who has a slot of a practitioner that is not
available loses it and is told; what is free is offered to whoever has waited longest; an offer that
is not answered goes to the next.
Does not: decide who gets a slot (a unique index does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.health.domain import appointments, schedules, slots
from services.health.domain.appointments import OPEN, SYSTEM
from services.health.usecases.booking import told_of
from shared.clock import local_day
from shared.documents import Change, Document, Storage
from shared.errors import Duplicate, Stale

SWEEP_LIMIT = 200
QUEUE = 20
"""Waiting people looked at in one go."""
MOST_SLOTS = 5_000
"""More than one schedule can have: 92 days of 24 hours, within working sessions."""


def settle_slots(store: Storage, ids: Iterable[str], now: datetime) -> None:
    """Bring slots into line with who holds them, and offer those that are free."""
    found = list(store["slots"].get_many(sorted(set(ids))).values())
    holders = _holders(store, found)
    for slot in found:
        holder = holders.get(slot["_id"])
        ended = slot["closed"] and holder is not None and slot["start"] > now
        if ended and holder is not None and _withdrawn(store, holder, now):
            del holders[slot["_id"]]
    statuses = {s["_id"]: slots.status_of(s, holders.get(s["_id"])) for s in found}
    changed = [
        Change(s, {**s, "status": statuses[s["_id"]], "updated_at": now})
        for s in found
        if s["status"] != statuses[s["_id"]]
    ]
    store["slots"].save_many(changed)
    for agenda in sorted({s["agenda"] for s in found if statuses[s["_id"]] == slots.FREE}):
        place(store, agenda, now)


def _withdrawn(store: Storage, appointment: Document, now: datetime) -> bool:
    """Whether the appointment could be, and is, cancelled because the practitioner is away."""
    if appointment["status"] not in OPEN:
        return False
    _cancelled(store, appointment, "withdrawn", now)
    return True


def _cancelled(store: Storage, appointment: Document, why: str, now: datetime) -> None:
    after = appointments.changed(appointment, "cancelled", SYSTEM, now, why)
    store["appointments"].save(appointment, after, told_of(after, now))


def place(store: Storage, agenda: str, now: datetime) -> None:
    """Offer the free slots of a practitioner's day to those who wait for it, in their order."""
    waiting = _waiting(store, agenda)
    if not waiting:
        return
    free = store["slots"].find({"agenda": agenda, "status": slots.FREE}, limit=MOST_SLOTS)
    for slot in sorted(free, key=lambda s: s["start"]):
        if not waiting:
            return
        if _offered(store, waiting[0], slot, now):
            waiting.pop(0)


def _waiting(store: Storage, agenda: str) -> list[Document]:
    order = [("created_at", 1), ("_id", 1)]
    return store["appointments"].find({"waiting": agenda}, sort=order, limit=QUEUE)


def _offered(store: Storage, waiting: Document, slot: Document, now: datetime) -> bool:
    after = appointments.offered(waiting, slot, now)
    if after is None:
        return False
    try:
        store["appointments"].save(waiting, after, told_of(after, now))
    except Duplicate:
        return False
    return True


def settle_schedule(store: Storage, schedule_id: str, now: datetime) -> None:
    """Withdraw what is still to come of a schedule that is not in force, or restore it."""
    schedule = store["schedules"].require(schedule_id)
    today = local_day(now).isoformat()
    practitioner = store["practitioners"].require(schedule["practitioner"])
    institution = store["institutions"].require(schedule["institution"])
    if schedules.in_force(schedule, practitioner, institution, today):
        _restored(store, schedule, now)
    else:
        _closed(store, schedule, now)


def settle_practitioner(store: Storage, number: str, now: datetime) -> None:
    """As `settle_schedule`, for all schedules of a practitioner."""
    _settle_schedules(store, {"practitioner": number}, now)


def settle_institution(store: Storage, number: str, now: datetime) -> None:
    """As `settle_schedule`, for all schedules of an institution."""
    _settle_schedules(store, {"institution": number}, now)


def _settle_schedules(store: Storage, filter_: Mapping[str, Any], now: datetime) -> None:
    today = local_day(now).isoformat()
    found = store["schedules"].find({**filter_, "last": {"$gte": today}}, limit=MOST_SLOTS)
    for schedule in found:
        settle_schedule(store, schedule["_id"], now)


def _to_come(store: Storage, schedule: Document, now: datetime) -> list[Document]:
    wanted = {"schedule": schedule["_id"], "start": {"$gt": now}}
    return store["slots"].find(wanted, limit=MOST_SLOTS)


def _closed(store: Storage, schedule: Document, now: datetime) -> None:
    to_come = _to_come(store, schedule, now)
    closing = [s for s in to_come if not s["closed"]]
    _save_slots(store, closing, lambda _: {"closed": "withdrawn", "status": slots.UNAVAILABLE}, now)
    for holder in _holders(store, to_come).values():
        _withdrawn(store, holder, now)
    for agenda in sorted({s["agenda"] for s in to_come}):
        for waiting in store["appointments"].find({"waiting": agenda}, limit=MOST_SLOTS):
            if waiting["schedule"] == schedule["_id"]:
                _cancelled(store, waiting, "withdrawn", now)


def _restored(store: Storage, schedule: Document, now: datetime) -> None:
    to_come = _to_come(store, schedule, now)
    withdrawn = [s for s in to_come if s["closed"] == "withdrawn"]
    holders = _holders(store, withdrawn)

    def given(slot: Document) -> dict[str, Any]:
        opened = {**slot, "closed": None}
        return {"closed": None, "status": slots.status_of(opened, holders.get(slot["_id"]))}

    _save_slots(store, withdrawn, given, now)
    for agenda in sorted({s["agenda"] for s in to_come if s["closed"] != "desk"}):
        place(store, agenda, now)


def _holders(store: Storage, found: Sequence[Document]) -> dict[str, Document]:
    """Who has which of the slots."""
    return {
        holder["holds"]: holder
        for batch in _batches([s["_id"] for s in found])
        for holder in store["appointments"].find({"holds": {"$in": batch}}, limit=len(batch))
    }


def _save_slots(
    store: Storage,
    found: Sequence[Document],
    given: Callable[[Document], Mapping[str, Any]],
    now: datetime,
) -> None:
    changes = [
        Change(s, {**s, **given(s), "changes": s["changes"] + 1, "updated_at": now}) for s in found
    ]
    for batch in _batches(changes):
        store["slots"].save_many(batch)


def _batches(listed: Sequence[Any], size: int = 100) -> Iterable[Any]:
    return (listed[i : i + size] for i in range(0, len(listed), size))


def sweep(store: Storage, now: datetime) -> int:
    """End offers whose deadline has passed, and waiting whose day has; how many."""
    due = store["appointments"].find({"due": {"$lte": now}}, limit=SWEEP_LIMIT)
    return sum(_ended(store, appointment, now) for appointment in due)


def _ended(store: Storage, appointment: Document, now: datetime) -> bool:
    try:
        _cancelled(
            store, appointment, "lapsed" if appointment["status"] == "pending" else "expired", now
        )
    except Stale:
        return False
    return True
