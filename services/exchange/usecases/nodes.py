"""What administrators and systems do with nodes: connection, moves, keys.

Guarantees: an administrator runs the exchange as a whole; a system speaks for its own subsystem,
and a key of its own is replaced only by one that the former has signed for.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from services.exchange.domain import node_keys, nodes
from services.exchange.domain.addresses import Reach, fault
from services.exchange.domain.authority import runs_exchange
from services.exchange.usecases import reading
from services.exchange.usecases.directory import checked_key, endorser, reopen, saved
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from shared.text import Text

ANYWHERE = Reach(frozenset({"https", "http"}), tuple(ip_network(n) for n in ("0.0.0.0/0", "::/0")))
"""What a registered address must be at the least; what may be reached is judged with each call."""


def in_version(store: Storage, call: Call, id_: str) -> Document:
    """The node for an administrator's move, in the version that If-Match names."""
    if not runs_exchange(call.caller):
        raise Forbidden(Text("只有平台管理员可以办理", "Only administrators of the platform may"))
    node = reading.node(store, id_)
    if node["version"] != call.if_match:
        raise Stale(version=node["version"])
    return node


def set_up(store: Storage, call: Call, id_: str) -> Document:
    """How the node is reached and who answers for it; with a key, that of its system."""
    before = in_version(store, call, id_)
    body = call.body
    _check(body)
    after: dict[str, Any] = {
        **before,
        "adapter": body["adapter"],
        "service": body.get("service") if body["adapter"] == "amqp" else None,
        "url": body.get("url") if body["adapter"] == "http" else None,
        "tls": body.get("tls") if body["adapter"] == "http" else None,
        "contact": body["contact"],
    }
    if key := body.get("key"):
        checked_key(key["jwk"])
        after = node_keys.believed(after, key["subsystem"], key["jwk"], call.now)
    return saved(store, before, after)


def _check(body: dict[str, Any]) -> None:
    needed = "url" if body["adapter"] == "http" else "service"
    if not body.get(needed):
        detail = Text(f"该接入方式需要 {needed}", f"This adapter needs {needed}")
        raise Invalid(errors=[FieldError(f"/{needed}", detail, "required")])
    wrong = fault(body["url"], ANYWHERE) if body["adapter"] == "http" else None
    if wrong:
        raise Invalid(errors=[FieldError("/url", wrong, "url")])


def move(store: Storage, call: Call, id_: str, action: str) -> Document:
    """A move of the node's life; it connects only with an address and a key."""
    before = in_version(store, call, id_)
    reason = (call.body or {}).get("reason")
    after = nodes.moved(before, action, call.signed_in.subject, call.now, reason)
    if after["state"] == "connected" and not _equipped(after, call):
        detail = Text("尚未登记接入方式或有效密钥", "It has no adapter, or no key that is good")
        raise Conflict(detail, type="not-equipped")
    return saved(store, before, after)


def _equipped(node: dict[str, Any], call: Call) -> bool:
    good = (key for key in node["keys"] if nodes.key_of(node, key["kid"], call.now))
    return node["adapter"] is not None and any(good)


def confirm_key(store: Storage, call: Call, id_: str, kid: str) -> Document:
    """An administrator has made sure that the waiting key is the member's."""
    before = in_version(store, call, id_)
    after = saved(store, before, node_keys.confirmed(before, kid, call.now))
    reopen(store, call.now)  # what its service declared meanwhile was not listened to
    return after


def retire_key(store: Storage, call: Call, id_: str, kid: str) -> Document:
    """A key is good no longer, from this moment on."""
    before = in_version(store, call, id_)
    return saved(store, before, node_keys.retired(before, kid, call.now))


def replace_key(store: Storage, call: Call, id_: str) -> Document:
    """A system's new key, for which the former one has signed."""
    before = reading.node(store, id_)
    subsystem, data = call.signed_in.subject, call.body
    checked_key(data["jwk"])
    endorsed_by = endorser(before, {**data, "subsystem": subsystem}, call.now)
    if endorsed_by is None:
        detail = Text("未由现用密钥签署", "No key of this system that is good has signed for it")
        raise Forbidden(detail, type="signature-invalid")
    after = node_keys.announced(before, subsystem, data["jwk"], endorsed_by, call.now)
    if any(one["kid"] == data["jwk"]["kid"] for one in after["waiting"]):
        raise Conflict(Text("该密钥曾经使用过", "This key was used before"), type="key-used")
    return saved(store, before, after)
