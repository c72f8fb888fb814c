"""An existing system tells which of its records have changed.

Guarantees: a system tells of resources of its own member only; the same request tells once; what
is kept and sent on names records by keyed hashes. Does not: ask what is in the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.exchange import events
from services.exchange.usecases import reading, refusing, wiring
from services.exchange.usecases.office import Office
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import FieldError, Forbidden, Invalid, ServiceError
from shared.exchange import changes
from shared.exchange.changes import Changed, change_told, person_field
from shared.store import once
from shared.text import Text


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
    }
    told_on = changes.events(events.RECORD_CHANGED, code, found, call.id, 1, call.now)
    same = office.vault.lookup(call.digest, "request")
    return once(office.store["reports"], kept, same, told_on)


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
