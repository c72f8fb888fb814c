"""Delegations: given, revoked, read. What departments do about them follows from the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalogue.domain import delegation as rules
from services.catalogue.domain.authority import looks_after
from services.catalogue.domain.places import DIVISIONS, scopes_of
from services.catalogue.domain.versions import in_force
from services.catalogue.events import power_changed
from services.catalogue.usecases.items import item_of
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import (
    FieldError,
    Forbidden,
    IdempotencyMismatch,
    Invalid,
    NotFound,
    Stale,
)
from shared.races import until_fresh
from shared.text import Text


def delegate(store: Storage, call: Call) -> tuple[Document, Mapping[str, Any]]:
    """Give a power to the divisions that the request names; the power and the delegation."""
    body = call.body
    department = _exercising(store, body["item"], body["from_division"], call)
    _check_authority(call.signed_in, department, body["from_division"])
    delegation = {
        "id": call.id,
        "digest": call.digest,
        **{name: body[name] for name in ("from_division", "delegates", "from_day", "legal_basis")},
        "until_day": body["until_day"],
        "revoked": None,
        "granted_at": call.now,
    }
    power = until_fresh(lambda: _granted(store, body["item"], department, delegation, call))
    return power, rules.find(power, call.id)


def _granted(
    store: Storage, item: str, department: str, delegation: Mapping[str, Any], call: Call
) -> Document:
    before = store["powers"].get(item)
    blank = {"_id": item, "kind": "power", "department": department, "delegations": [], "ids": []}
    power = before or blank
    if call.id in power["ids"]:
        if rules.find(power, call.id)["digest"] != call.digest:
            raise IdempotencyMismatch()
        return Document(power)
    if faults := _faults(delegation, call):
        raise Invalid(errors=faults)
    after = {**rules.granted(power, delegation), "ids": [*power["ids"], call.id]}
    told = [power_changed(item, delegation, call.now)]
    if before is None:
        return store["powers"].add(after, told)
    return store["powers"].save(before, after, told)


def _faults(delegation: Mapping[str, Any], call: Call) -> list[FieldError]:
    return rules.faults(
        delegation,
        today=local_day(call.now).isoformat(),
        exercised_by=[delegation["from_division"]],
        known=DIVISIONS,
    )


def _exercising(store: Storage, code: str, giver: str, call: Call) -> str:
    """The department whose power `giver` exercises today; `Invalid` where it does not."""
    today = local_day(call.now).isoformat()
    try:
        item = item_of(store, code)
    except NotFound:
        detail = Text("没有这个事项", "There is no such item")
        raise Invalid(errors=[FieldError("/item", detail, "item-unknown")]) from None
    for scope in scopes_of(giver):
        if version := in_force(item["implementations"].get(scope, []), today):
            return str(version["content"]["department"])
    detail = Text("该区划不行使此项权力", "This division does not exercise this power")
    raise Invalid(errors=[FieldError("/from_division", detail, "not-exercised")])


def _check_authority(caller: Caller, department: str, giver: str) -> None:
    if not looks_after(caller, department, giver):
        raise Forbidden(
            Text("超出本人管理的部门或区划", "Outside the department or division you administer")
        )


def power_with(store: Storage, delegation_id: str) -> Document:
    """The power that holds the delegation."""
    found = store["powers"].find({"ids": delegation_id}, limit=1)
    if not found:
        raise NotFound()
    return found[0]


def one(store: Storage, delegation_id: str) -> tuple[Document, Mapping[str, Any]]:
    """The power and its delegation."""
    power = power_with(store, delegation_id)
    return power, rules.find(power, delegation_id)


def revoke(store: Storage, call: Call, delegation_id: str) -> tuple[Document, Mapping[str, Any]]:
    """Take a power back from a day on."""
    before, delegation = one(store, delegation_id)
    _check_authority(call.signed_in, before["department"], delegation["from_division"])
    if before["version"] != call.if_match:
        raise Stale()
    after = rules.revoked(
        before,
        delegation_id,
        from_day=call.body["from_day"],
        legal_basis=call.body["legal_basis"],
        today=local_day(call.now).isoformat(),
    )
    revoked = rules.find(after, delegation_id)
    power = store["powers"].save(before, after, [power_changed(before["_id"], revoked, call.now)])
    return power, revoked


def delegations_of(store: Storage, codes: Sequence[str]) -> dict[str, Document]:
    """The powers of these items that were ever delegated, by code."""
    found = store["powers"].find({"_id": {"$in": list(codes)}}, limit=len(codes)) if codes else []
    return {power["_id"]: power for power in found}
