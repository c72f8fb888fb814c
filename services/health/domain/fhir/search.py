"""What a search asks for, as a filter over this department's records (pure).

Guarantees: a parameter of `capability.TYPES` is either applied or refused, never ignored; without
anything selective a search is refused as too costly, so that its cost does not grow with what is
kept. Does not: know what the caller may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.health.domain import appointments, practitioners, slots
from services.health.domain.fhir.capability import TYPES
from services.health.domain.fhir.resources import NUMBERS, SCOPES
from services.health.domain.fhir.values import bad, bounds, codes, ids, period_bounds, reference
from services.health.domain.slots import agenda
from shared.clock import local_day
from shared.errors import Malformed
from shared.text import Text

Query = Mapping[str, Any]
Filter = dict[str, Any]

MOST_DAYS, MOST_DAYS_OF_ALL = 31, 1
"""Days that a search of one practitioner's, and of a whole division's appointments may span."""


def one_of(values: list[str]) -> Any:
    """A filter for one of `values`."""
    return values[0] if len(values) == 1 else {"$in": values}


def refuse_unread(type_: str, unread: list[str], strict: bool) -> None:
    """Refuse parameters that nobody reads: modifiers and chains of known ones always (R4
    search.html, 3.1.1.4.5), unknown ones where the client asks for strict handling."""
    known = TYPES[type_].parameters
    for name in unread:
        if name.replace(":", ".").partition(".")[0] in known:
            raise bad(name, "不支持该修饰符", "this modifier is not supported")
        if strict:
            raise bad(name, "不支持该参数", "this parameter is not supported")


def too_costly(zh: str, en: str) -> Malformed:
    """A search that names nothing selective: 400."""
    return Malformed(Text(zh, en), type="too-costly")


def by_id(query: Query) -> Filter:
    """The filter of `_id`, where it is given."""
    given = query.get("_id")
    return {"_id": one_of(codes("_id", given))} if given is not None else {}


def slot_filter(query: Query) -> Filter:
    """The filter of a search for slots."""
    found = by_id(query)
    if given := query.get("schedule"):
        found["schedule"] = one_of(ids("schedule", given, "Schedule"))
    if not found:
        raise too_costly("请指定 schedule 或 _id", "Name a schedule, or an _id")
    if start := bounds("start", query.get("start", ())):
        found["start"] = start
    if given := query.get("status"):
        found["status"] = one_of(codes("status", given, slots.STATUSES))
    return found


def schedule_filter(query: Query) -> Filter:
    """The filter of a search for schedules."""
    found = by_id(query)
    if given := query.get("actor"):
        found["practitioner"] = one_of(ids("actor", given, "Practitioner"))
    if given := query.get("specialty"):
        known = tuple(practitioners.SPECIALTIES)
        found["specialties"] = one_of(codes("specialty", given, known, SCOPES))
    if not found:
        raise too_costly("请指定 actor、specialty 或 _id", "Name an actor, a specialty or an _id")
    if given := query.get("active"):
        found["active"] = one_of(codes("active", given, ("true", "false"))) == "true"
    return {**found, **period_bounds("date", query.get("date", ()), "first", "last")}


def practitioner_filter(query: Query) -> Filter:
    """The filter of a search for practitioners."""
    found = by_id(query)
    if given := query.get("identifier"):
        numbers = codes("identifier", given, system=NUMBERS)
        found["_id"] = one_of([n for n in numbers if "_id" not in found or n == found["_id"]])
    if given := query.get("name"):
        start = str(given).casefold()
        if "," in start:
            raise bad("name", "只能指定一个姓名", "takes one name")
        found["name_key"] = {"$gte": start, "$lt": start + "\uffff"}
    if not found:
        raise too_costly("请指定 name、identifier 或 _id", "Name a name, an identifier or an _id")
    return found


def appointment_filter(query: Query) -> Filter:
    """The filter of a search for appointments, without whose."""
    found = by_id(query)
    if given := query.get("slot"):
        found["slot"] = one_of(ids("slot", given, "Slot"))
    if given := query.get("patient"):
        found["patient"] = one_of(ids("patient", given, "Patient"))
    if given := query.get("practitioner"):
        found["practitioner"] = one_of(ids("practitioner", given, "Practitioner"))
    if given := query.get("actor"):
        found |= _actor(given)
    if given := query.get("status"):
        known = ("proposed", *appointments.STATUSES)
        found["status"] = one_of(codes("status", given, known))
    if start := bounds("date", query.get("date", ())):
        found["start"] = start
    return found


def _actor(given: str) -> Filter:
    full = reference(given)
    if full is None or full[0] not in ("Patient", "Practitioner"):
        raise bad("actor", "应为 Patient/… 或 Practitioner/…", "is Patient/… or Practitioner/…")
    return {full[0].lower(): full[1]}


def on_desk(filter_: Filter, division: str | None) -> Filter:
    """`filter_` of somebody who keeps a desk, with what makes it selective.

    By slot or _id as it is; by days, over the agendas of one practitioner, or (for officials) over
    those of their division.
    """
    if "_id" in filter_ or "slot" in filter_ or "patient" in filter_:
        return filter_
    practitioner, start = filter_.get("practitioner"), filter_.get("start", {})
    if isinstance(practitioner, str):
        days = _days(start, MOST_DAYS)
        return {**filter_, "agenda": one_of([agenda(practitioner, d) for d in days])}
    if division is None or practitioner is not None:
        raise too_costly("请指定一名 practitioner 和 date", "Name one practitioner, and a date")
    days = _days(start, MOST_DAYS_OF_ALL)
    return {**filter_, "places": one_of([f"{division}|{d}" for d in days])}


def _days(start: Mapping[str, datetime], most: int) -> list[str]:
    """The days in China between the bounds of a search."""
    if start.keys() != {"$gte", "$lt"} or start["$lt"] - start["$gte"] > timedelta(days=most):
        raise too_costly(
            f"请以 date 指定不超过 {most} 日的时间段",
            f"Name a range of dates of {most} days at the most",
        )
    first = local_day(start["$gte"])
    last = local_day(max(start["$lt"] - timedelta(milliseconds=1), start["$gte"]))
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
