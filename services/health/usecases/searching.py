"""What callers find: schedules and slots for everybody, appointments for who may see them.

Guarantees: patients find their own appointments only, desks those of their own; every search is
selective (`domain.fhir.search`). Slots are told as they were last settled, within moments of the
truth; reading one slot tells the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.health.domain import practitioners, slots
from services.health.domain.fhir import search
from services.health.items import DEPARTMENT
from services.health.usecases.schedules import kept
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Document, Page, Storage

Query = Mapping[str, Any]
ORDERS: Mapping[str, tuple[str, int]] = {
    "slots": ("start", 1),
    "appointments": ("created_at", -1),
    "schedules": ("first", 1),
    "practitioners": ("_id", 1),
}


def found(store: Storage, collection: str, filter_: Mapping[str, Any], query: Query) -> Page:
    """One page of what `filter_` finds; `_count` and `_page` in the query."""
    return store[collection].page(
        filter_,
        order=ORDERS[collection],
        limit=query["_count"],
        cursor=query.get("_page"),
    )


def appointments_of(caller: Caller, query: Query) -> dict[str, Any]:
    """The filter of the appointments that `caller` may find by `query`."""
    filter_ = search.appointment_filter(query)
    if caller.kind == "official":
        return _officials(caller, filter_)
    codes = sorted(person.code for person in caller.legal_persons)
    if codes and filter_.keys() & {"practitioner", "slot"} and "patient" not in filter_:
        return {**search.on_desk(filter_, None), "institution_code": {"$in": codes}}
    return {**filter_, **_own(caller, filter_)}


def _own(caller: Caller, filter_: Mapping[str, Any]) -> dict[str, Any]:
    asked = filter_.get("patient", caller.subject)
    mine = asked == caller.subject or (isinstance(asked, dict) and caller.subject in asked["$in"])
    return {"patient": caller.subject if mine else NOBODY}


NOBODY = "nobody"


def _officials(caller: Caller, filter_: dict[str, Any]) -> dict[str, Any]:
    if caller.department != DEPARTMENT or caller.division is None:
        return {**filter_, "patient": NOBODY}
    on_desk = search.on_desk(filter_, caller.division)
    return {**on_desk, "divisions": caller.division}


def slot_with_status(store: Storage, id_: str) -> tuple[Document, str]:
    """A slot, and what it is at this moment."""
    slot = kept(store, "slots", id_)
    holder = store["appointments"].find({"holds": id_}, limit=1)
    return slot, slots.status_of(slot, holder[0] if holder else None)


def status_today(entry: Mapping[str, Any], now: datetime) -> str:
    """The status of a register entry today."""
    return practitioners.status_on(entry, local_day(now).isoformat())
