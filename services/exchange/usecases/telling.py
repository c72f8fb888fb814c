"""An existing system tells which of its records have changed.

Guarantees: a system tells of resources of its own member only; the same request tells once; what
is kept and sent on names records by keyed hashes. A report is kept for `KEPT`, so that it is known
when it comes again, and longer only where its events have not gone out. Does not: ask what is in
the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.exchange import events
from services.exchange.usecases import reading, refusing, wiring
from services.exchange.usecases.office import Office
from shared.clock import local_day
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import FieldError, Forbidden, Invalid, ServiceError
from shared.exchange import changes
from shared.exchange.changes import Changed, change_told, person_field
from shared.store import once
from shared.text import Text

KEPT = timedelta(days=7)
SWEEPS, SWEPT_AT_ONCE = 64, 32
"""Reads of one sweep, and reports of one read."""


def told(office: Office, call: Call, code: str) -> Document:
    """The report of `call` {changes [{key, fields}]} on the resource `code`, kept."""
    try:
        resource = _own(office, call, code)
        found = [_change(office, resource, one, n) for n, one in enumerate(call.body["changes"])]
    except ServiceError as error:
        asked = {"consumer": wiring.consumer_of(call.signed_in), "resource": code}
        refusing.refuse(office, refusing.sketch(office, asked, office.now()), error)
        raise
    kept = {
        "_id": call.id,
        "resource": code,
        "by": call.signed_in.subject,
        "at": call.now,
        "count": len(found),
        "expires": expires(call.now),
    }
    told_on = changes.events(events.RECORD_CHANGED, code, found, call.id, 1, call.now)
    same = office.vault.lookup(call.digest, "request")
    return once(office.store["reports"], kept, same, told_on)


def expires(at: datetime) -> str:
    """The last day on which a report of the time `at` is kept."""
    return (local_day(at) + KEPT).isoformat()


def sweep(store: Storage, now: datetime) -> int:
    """Forget the reports whose last day has passed; how many."""
    old, swept = {"expires": {"$lt": local_day(now).isoformat()}}, 0
    for _ in range(SWEEPS):
        found = store["reports"].find(old, limit=SWEPT_AT_ONCE)
        gone = [one["_id"] for one in found if not one.outbox]
        store["reports"].remove_many(gone)
        swept += len(gone)
        if len(found) < SWEPT_AT_ONCE:
            break
    return swept


def _own(office: Office, call: Call, code: str) -> Document:
    member = wiring.consumer_of(call.signed_in).rpartition("/")[0]
    reading.connected(office.store, member)
    resource = reading.resource(office.store, code)
    if resource["provider"] != member:
        told = Text("只能通报本单位的资源", "A system tells of its own member's resources only")
        raise Forbidden(told, type="not-the-provider")
    return resource


def _change(
    office: Office, resource: Document, given: Mapping[str, Any], place: int
) -> dict[str, Any]:
    version = _version(resource, given["key"], place)
    names = [field["name"] for field in version["fields"]]
    fields = given.get("fields_") or names
    if unknown := [name for name in fields if name not in names]:
        told = Text(f"没有数据项 {unknown[0]}", f"There is no field {unknown[0]}")
        raise Invalid(errors=[FieldError(f"/changes/{place}/fields", told, "unknown")])
    changed = Changed(given["key"], fields)
    return change_told(resource["_id"], changed, person_field(version["subject"]), office.vault)


def _version(resource: Document, key: Mapping[str, Any], place: int) -> Mapping[str, Any]:
    """The newest version of the resource that is provided and has such a key."""
    provided = [one for one in resource["versions"] if one["until"] is None]
    fitting = [one for one in provided if set(one["key"]) == key.keys()]
    if not fitting:
        names = provided[-1]["key"]
        told = Text(f"键应为：{'、'.join(names)}", f"The key is: {', '.join(names)}")
        raise Invalid(errors=[FieldError(f"/changes/{place}/key", told, "key")])
    found: Mapping[str, Any] = fitting[-1]
    return found
