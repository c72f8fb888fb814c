"""What a resource that a client sends asks for (pure).

Guarantees: whatever is not as we can do it is refused with the element that is at fault; nothing
that contradicts what is kept (time, practitioner, patient) is taken silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.health.domain import slots
from services.health.domain.appointments import BOOKING, STATUSES
from services.health.domain.fhir.values import moment, reference
from services.health.domain.refusals import refusal
from services.health.domain.slots import Span, day_of
from shared.errors import FieldError, Invalid

Body = Mapping[str, Any]


class Asked(NamedTuple):
    """A new appointment: of `slot`, or of the waiting list for `practitioner` on `day`."""

    slot: str | None
    practitioner: str | None
    day: str | None
    told: dict[str, str]


def new_appointment(body: Body, account: str) -> Asked:
    """What a patient asks for; `Invalid` names the faulty elements."""
    patients, practitioners = _actors(body, "Patient"), _actors(body, "Practitioner")
    faults: list[FieldError] = []
    if patients != [account]:
        zh, en = "患者应为本人", "The patient is the caller"
        faults.append(refusal("/participant", "own-patient", zh, en))
    if len(practitioners) > 1:
        faults.append(refusal("/participant", "one-practitioner", "只能有一名医师", "One only"))
    told = {name: body[name] for name in ("description", "comment") if name in body}
    practitioner = practitioners[0] if practitioners else None
    if body["status"] == "waitlist":
        day = _day(body, faults)
        if practitioner is None:
            zh, en = "候补应指定医师", "The waiting list is of a practitioner"
            faults.append(refusal("/participant", "practitioner", zh, en))
        asked = Asked(None, practitioner, day, told)
    else:
        asked = Asked(_slot(body, faults), practitioner, None, told)
    _refuse(faults)
    return asked


def _actors(body: Body, type_: str) -> list[str]:
    found = [reference(participant["actor"]["reference"]) for participant in body["participant"]]
    return [one[1] for one in found if one and one[0] == type_]


def _slot(body: Body, faults: list[FieldError]) -> str | None:
    if body["status"] not in BOOKING:
        zh, en = "应为 proposed、pending、booked 或 waitlist", "Not a status to begin with"
        faults.append(refusal("/status", "status", zh, en))
    given = [reference(one["reference"]) for one in body.get("slot", ())]
    if len(given) != 1 or given[0] is None or given[0][0] != "Slot":
        zh, en = "应引用一个 Slot", "One reference to a Slot is needed"
        faults.append(refusal("/slot", "slot", zh, en))
        return None
    return given[0][1]


def _day(body: Body, faults: list[FieldError]) -> str | None:
    given = [(moment(p["start"]), moment(p["end"])) for p in body.get("requested_period", ())]
    if len(given) == 1 and given[0][0] and given[0][1] and given[0][0] <= given[0][1]:
        first, last = day_of(given[0][0]), day_of(given[0][1])
        if first == last:
            return first
    zh, en = "应为一个在同一日内的时间段", "One period within one day is needed"
    faults.append(refusal("/requestedPeriod", "period", zh, en))
    return None


def agrees(body: Body, slot: Mapping[str, Any]) -> None:
    """Refuse an appointment that says something else than its slot."""
    faults = []
    for name in ("start", "end"):
        if name in body and moment(body[name]) != slot[name]:
            zh, en = "与号源时间不符", "Not the time of the slot"
            faults.append(refusal(f"/{name}", "time-of-slot", zh, en))
    if any(p != slot["practitioner"] for p in _actors(body, "Practitioner")):
        zh, en = "不是该号源的医师", "Not the practitioner of the slot"
        faults.append(refusal("/participant", "practitioner-of-slot", zh, en))
    _refuse(faults)


def new_status(body: Body, kept: Mapping[str, Any]) -> str:
    """The status that an update gives an appointment, which stays the same in all else."""
    status: str = body["status"]
    faults = []
    if status not in STATUSES:
        faults.append(refusal("/status", "status", "没有这个状态", "There is no such status"))
    if "slot" in body and "slot" in kept:
        given = [reference(one["reference"]) for one in body["slot"]]
        if given != [("Slot", kept["slot"])]:
            zh, en = "不能改换号源；请取消后另行预约", "Another slot is another appointment"
            faults.append(refusal("/slot", "slot-stays", zh, en))
    for name in ("start", "end"):
        if name in body and name in kept and moment(body[name]) != kept[name]:
            zh, en = "时间不能更改", "The time stays as it is"
            faults.append(refusal(f"/{name}", "time-stays", zh, en))
    _refuse(faults)
    return status


def new_schedule(body: Body) -> dict[str, Any]:
    """{practitioner, first, last, active, comment} of a schedule."""
    found = [reference(actor.get("reference", "")) for actor in body["actor"]]
    practitioners = [one[1] for one in found if one and one[0] == "Practitioner"]
    horizon = body["planning_horizon"]
    days = [_day_in(horizon[name]) for name in ("start", "end")]
    faults = []
    if len(practitioners) != 1:
        zh, en = "应引用一名 Practitioner", "One Practitioner is needed"
        faults.append(refusal("/actor", "practitioner", zh, en))
    for name, day in zip(("start", "end"), days, strict=True):
        if day is None:
            zh, en = "应为日期", "Must be a date"
            faults.append(refusal(f"/planningHorizon/{name}", "date", zh, en))
    _refuse(faults)
    return {
        "practitioner": practitioners[0],
        "first": days[0],
        "last": days[1],
        "active": body["active"],
        "comment": body.get("comment"),
    }


def _day_in(text: str) -> str | None:
    """The day of an R4 dateTime that is exact to the day at least."""
    if exact := moment(text):
        return day_of(exact)
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        return None


def same_schedule(body: Body, kept: Mapping[str, Any]) -> dict[str, Any]:
    """{active, comment} of an update; whose schedule it is, and its days, stay."""
    given = new_schedule(body)
    faults = [
        refusal(pointer, "stays", "不能更改", "This stays as it is")
        for pointer, name in (
            ("/actor", "practitioner"),
            ("/planningHorizon/start", "first"),
            ("/planningHorizon/end", "last"),
        )
        if given[name] != kept[name]
    ]
    _refuse(faults)
    return {"active": given["active"], "comment": given["comment"]}


def closes(body: Body) -> bool:
    """Whether an update of a slot closes it; who books it is no affair of the desk's."""
    return _status(body, slots.STATUSES) == slots.UNAVAILABLE


def _status(body: Body, allowed: Sequence[str]) -> str:
    status: str = body["status"]
    if status not in allowed:
        told = ", ".join(allowed)
        raise Invalid(errors=[refusal("/status", "status", f"应为 {told}", f"Must be {told}")])
    return status


def new_slot(body: Body) -> tuple[str, Span]:
    """(schedule, time) of a slot."""
    schedule = reference(body["schedule"]["reference"])
    start, end = moment(body["start"]), moment(body["end"])
    faults = []
    if schedule is None or schedule[0] != "Schedule":
        zh, en = "应引用一个 Schedule", "A reference to a Schedule is needed"
        faults.append(refusal("/schedule/reference", "schedule", zh, en))
    for name, at in (("start", start), ("end", end)):
        if at is None:
            zh, en = "应为带时区的时间", "Must be an instant with its offset"
            faults.append(refusal(f"/{name}", "instant", zh, en))
    _refuse(faults)
    _status(body, (slots.FREE,))
    if schedule is None or start is None or end is None:
        raise Invalid()
    return schedule[1], (start, end)


def same_slot(body: Body, kept: Mapping[str, Any]) -> None:
    """Refuse an update that makes another slot of it."""
    schedule, span = new_slot({**body, "status": slots.FREE})
    if (schedule, *span) != (kept["schedule"], kept["start"], kept["end"]):
        zh, en = "号源的时间和排班不能更改", "The time and schedule of a slot stay as they are"
        raise Invalid(errors=[refusal("/start", "stays", zh, en)])


def _refuse(faults: Sequence[FieldError]) -> None:
    if faults:
        raise Invalid(errors=faults)
