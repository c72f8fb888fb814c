"""The practitioner's desk: schedules and slots, opened and closed by officials and institutions.

Guarantees: opening the same schedule or slot again is the same one; slots of a schedule do not
overlap (two people opening at the same moment could: the desk sees both). Does not: cancel
appointments; who hears of the change does (`settling`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.health import events
from services.health.domain import schedules, slots
from services.health.domain.refusals import refusal
from services.health.domain.slots import Span
from services.health.usecases.registering import entry, supervises
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Stale
from shared.text import Text

POWERS = frozenset({"accept", "review", "approve"})


def keeps_desk(caller: Caller | None, place: Mapping[str, Any]) -> bool:
    """Whether `caller` keeps the desk of `place` {division, institution_code}: an official of
    health there, or somebody who may act for the institution."""
    if caller is None:
        return False
    if caller.kind == "official":
        return supervises(caller, place["division"]) and bool(caller.powers & POWERS)
    return caller.acts_for(place["institution_code"])


def open_schedule(store: Storage, call: Call, given: Mapping[str, Any]) -> Document:
    """A new schedule, or the same one. given: {practitioner, first, last, active, comment}."""
    practitioner = store["practitioners"].get(given["practitioner"])
    if practitioner is None:
        zh, en = "没有这名执业人员", "There is no such practitioner"
        raise Invalid(errors=[refusal("/actor/0/reference", "practitioner", zh, en)])
    institution = entry(store, "institutions", practitioner["institution"])
    _own_desk(call.signed_in, {**institution, "institution_code": institution["code"]})
    today = local_day(call.now).isoformat()
    faults = list(schedules.horizon_refusals(given["first"], given["last"], today))
    new = schedules.new_schedule(practitioner, institution, given, call.now)
    days = (today, max(given["last"], today))
    fit = all(schedules.in_force(new, practitioner, institution, day) for day in days)
    if given["active"] and not fit:
        zh, en = "执业注册或者执业许可未生效", "Not registered, or the institution not licensed"
        faults.append(refusal("/actor/0/reference", "not-in-force", zh, en))
    _refuse(faults)
    return store["schedules"].ensure(new, [events.schedule_changed(new, call.now)])


def change_schedule(
    store: Storage, call: Call, id_: str, active: bool, comment: str | None
) -> Document:
    """Use a schedule, or use it no longer."""
    before = kept(store, "schedules", id_)
    _own_desk(call.signed_in, before)
    after = _changed(before, {"active": active, "comment": comment}, call)
    return store["schedules"].save(before, after, [events.schedule_changed(after, call.now)])


def open_slots(
    store: Storage, call: Call, id_: str, spans: Sequence[Span], comment: str | None = None
) -> list[Document]:
    """The slots of the schedule that begin and end as `spans` say; those there are stay."""
    schedule = kept(store, "schedules", id_)
    _own_desk(call.signed_in, schedule)
    _refuse(list(schedules.slot_refusals(schedule, spans, call.now))[:50])
    if not schedule["active"]:
        raise Conflict(Text("排班已停用", "The schedule is not used"), type="schedule-inactive")
    new = [slots.new_slot(schedule, span, call.now, comment) for span in spans]
    known = store["slots"].get_many(slot["_id"] for slot in new)
    missing = [slot for slot in new if slot["_id"] not in known]
    _no_overlap(store, new)
    store["slots"].add_many(missing)
    after = _changed(schedule, {}, call)
    store["schedules"].save(schedule, after, [events.schedule_changed(after, call.now)])
    found = store["slots"].get_many(slot["_id"] for slot in new)
    return [found[slot["_id"]] for slot in new]


def _no_overlap(store: Storage, new: Sequence[Mapping[str, Any]]) -> None:
    days = sorted({slot["agenda"] for slot in new})
    kept_ = {s["_id"]: s for s in store["slots"].find({"agenda": {"$in": days}}, limit=5_000)}
    together = {**kept_, **{slot["_id"]: slot for slot in new}}
    if slots.overlapping([(s["start"], s["end"]) for s in together.values()]):
        zh, en = "与该医师已有号源时间重叠", "Overlaps a slot of this practitioner"
        raise Invalid(errors=[refusal("/start", "overlap", zh, en)])


def change_slot(
    store: Storage, call: Call, id_: str, closed: bool, comment: str | None
) -> Document:
    """Close a slot, or open it again; who has booked a closed one is told."""
    before = kept(store, "slots", id_)
    _own_desk(call.signed_in, before["place"])
    if before["closed"] == "withdrawn" and not closed:
        raise Conflict(Text("医师已停诊", "The practitioner is not available"), type="withdrawn")
    ground = before["closed"] or "desk" if closed else None
    status = slots.UNAVAILABLE if closed else slots.FREE
    given = {"closed": ground, "status": status, "comment": comment}
    if ground == before["closed"]:
        given.pop("status")
    after = _changed(before, given, call)
    return store["slots"].save(before, after, [events.slot_changed(after, call.now)])


def _changed(before: Document, given: Mapping[str, Any], call: Call) -> dict[str, Any]:
    if call.if_match and before["version"] != call.if_match:
        raise Stale(version=before["version"])
    return {**before, **given, "changes": before["changes"] + 1, "updated_at": call.now}


def kept(store: Storage, collection: str, id_: str) -> Document:
    """The schedule or slot with this id, or `NotFound`."""
    found = store[collection].get(id_)
    if found is None:
        raise NotFound(Text("没有这项记录", "There is no such resource"))
    return found


def _own_desk(caller: Caller, place: Mapping[str, Any]) -> None:
    if not keeps_desk(caller, place):
        raise Forbidden(
            Text("只有该医疗机构或者主管部门可以办理", "For the institution or its authority only")
        )


def _refuse(faults: Sequence[FieldError]) -> None:
    if faults:
        raise Invalid(errors=faults)


def clinics(store: Storage, call: Call) -> Page:
    """Schedules in use that are not over, in `division` and what lies in it."""
    today = local_day(call.now).isoformat()
    wanted: dict[str, Any] = {
        "divisions": call.query["division"],
        "last": {"$gte": today},
        "active": True,
    }
    if specialty := call.query.get("specialty"):
        wanted["specialties"] = specialty
    return store["schedules"].page(
        wanted, order=("first", 1), limit=call.query["limit"], cursor=call.query.get("cursor")
    )
