"""Resources as providers declare and withdraw them.

Guarantees: a declaration is either listed or kept with what is wrong with it; repeats and late ones
change nothing; nobody declares for another's system, nor takes another's code; what is listed stays
as it was where a later declaration is faulty.

    declaration  {_id "<code>/<version>@<member>/<subsystem>", member, code, version, sequence, at,
                  findings [{pointer, rule, detail{zh, en}}]}   what was heard last, and its faults
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.exchange import events
from services.exchange.domain import resources as rules
from services.exchange.domain.authority import acts_for, runs_exchange
from services.exchange.domain.declarations import Declared, findings
from services.exchange.domain.nodes import key_of
from services.exchange.usecases import reading
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from shared.events import Event
from shared.races import until_fresh
from shared.schema import ValidationError
from shared.text import Text
from shared.wording import field_errors

Fault = FieldError


def take_in(store: Storage, event: Event, now: datetime) -> None:
    """List the resource that a service has announced, or keep what is wrong with it."""
    told = {key.removesuffix("_"): value for key, value in event.data.items()}
    _check_speaker(store, told, event.source, now)
    id_ = f"{told['code']}/{told['version']}@{told['member']}/{told['subsystem']}"
    kept = store["declarations"].get(id_)
    if kept is not None and event.sequence <= kept["sequence"]:
        return
    loaded, faults = judged(told)
    if loaded is not None and not faults:
        faults = until_fresh(lambda: _listed(store, loaded, event.sequence, event.source, now))
    record = {
        "_id": id_,
        **{name: told[name] for name in ("member", "code", "version")},
        "sequence": event.sequence,
        "at": now,
        "findings": [_as_kept(fault) for fault in faults],
    }
    until_fresh(lambda: _recorded(store, record))


def _check_speaker(store: Storage, told: Mapping[str, Any], source: str, now: datetime) -> None:
    """A service declares for its own system, at the node that believes its key.

    `Conflict` where it is not believed (yet): the two announcements may come in any order.
    """
    if source != f"/{told['subsystem']}":
        raise Forbidden(Text("只能为自己的系统声明", "A service speaks for its own subsystem only"))
    node = reading.node(store, told["member"])
    good = (k for k in node["keys"] if key_of(node, k["kid"], now))
    if not any(key["subsystem"] == told["subsystem"] for key in good):
        raise Conflict(Text("该系统的密钥尚未确认", "No key of this system is believed yet"))


def judged(told: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The declaration as it loads, and everything that is wrong with it."""
    try:
        loaded: dict[str, Any] = Declared().load(told)
    except ValidationError as refusal:
        return None, field_errors(refusal.messages)
    return loaded, list(findings(loaded))


def _listed(
    store: Storage, told: Mapping[str, Any], sequence: int, by: str, now: datetime
) -> list[Fault]:
    """List `told`; what stands in its way."""
    before = store["resources"].get(told["code"])
    if faults := list(rules.obstacles(before, told)):
        return faults
    after = rules.declared(before, told, sequence, by, now)
    if before is None:
        store["resources"].add(after, [events.resource_changed(after)])
    elif _differs(before, after):
        store["resources"].save(before, after, [events.resource_changed(after)])
    return []


def _differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether anything has changed but that it was declared once more."""
    return any(
        _content(before, name) != _content(after, name) for name in (*rules.SHOWN, "versions")
    )


def _content(resource: Mapping[str, Any], name: str) -> Any:
    if name != "versions":
        return resource[name]
    return [{k: v for k, v in one.items() if k != "sequence"} for one in resource["versions"]]


def _as_kept(fault: Fault) -> dict[str, Any]:
    detail = fault.detail
    both = detail.both() if isinstance(detail, Text) else {"zh": detail, "en": detail}
    return {"pointer": fault.pointer, "rule": fault.rule, "detail": both}


def _recorded(store: Storage, record: Mapping[str, Any]) -> Document:
    before = store["declarations"].get(record["_id"])
    if before is None:
        return store["declarations"].add(record)
    return store["declarations"].save(before, record)


def declare(store: Storage, call: Call, code: str, version: int) -> Document:
    """An existing system's resource, entered by an administrator; again, it changes nothing."""
    if not runs_exchange(call.caller):
        raise Forbidden(Text("只有平台管理员可以登记", "Only administrators of the platform may"))
    told = {**call.body, "code": code, "version": version}
    reading.node(store, told["member"])
    loaded, faults = judged(told)
    if loaded is not None and not faults:
        by = call.signed_in.subject
        faults = until_fresh(lambda: _listed(store, loaded, 0, by, call.now))
    if faults:
        raise Invalid(errors=faults)
    return store["resources"].require(code)


def withdraw(store: Storage, call: Call, code: str, version: int) -> Document:
    """The provider's officials end a version: from now on it cannot be used."""
    before = _own(store, call, code)
    by, reason = call.signed_in.subject, call.body["reason"]
    after = rules.withdrawn(before, version, by, reason, call.now)
    return store["resources"].save(before, after, [events.resource_changed(after)])


def restore(store: Storage, call: Call, code: str, version: int) -> Document:
    """The provider's officials provide a version again."""
    before = _own(store, call, code)
    by, reason = call.signed_in.subject, call.body["reason"]
    after = rules.restored(before, version, by, reason, call.now)
    return store["resources"].save(before, after, [events.resource_changed(after)])


def _own(store: Storage, call: Call, code: str) -> Document:
    found = reading.listed(store, code)
    if not acts_for(call.signed_in, found["provider"]):
        raise Forbidden(Text("应由提供方办理", "The provider itself must"))
    return found


def heard(store: Storage, call: Call, member: str) -> Sequence[Document]:
    """What was declared last at the node, and what is wrong; for its officials, the platform."""
    if not (acts_for(call.signed_in, member) or runs_exchange(call.caller)):
        raise NotFound(Text("没有这个节点的声明", "No declarations of such a node"))
    return store["declarations"].find({"member": member}, limit=1_000)
