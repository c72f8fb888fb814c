"""Nodes as they are planned, announced and moved.

Guarantees: every member of the plan has its node before anybody is asked to announce; what is
announced again, or late, changes nothing; only the service itself speaks for its node (the broker
lets it publish under its own name only), and only for its own subsystem.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from services.exchange import events
from services.exchange.domain import node_keys, nodes, rollout
from services.exchange.domain.rollout import Phase
from services.exchange.usecases import reading
from services.exchange.usecases.pulses import Pulses
from shared.documents import Document, Storage
from shared.errors import FieldError, Forbidden, Invalid
from shared.events import Event
from shared.exchange.messages import KEY, public_key, verified
from shared.races import until_fresh
from shared.text import Text

PLAN = Path(__file__).parents[1] / "rollout.json"
OPENINGS = "openings"
SYSTEM = "system"
MOST_NODES = 1_000
"""More than there are members of the plan."""


def phases() -> list[Phase]:
    """The phases of the plan, the first first."""
    found: list[Phase] = orjson.loads(PLAN.read_bytes())
    return found


def all_nodes(store: Storage) -> list[Document]:
    """Every node, by id."""
    return store["nodes"].find({}, sort=[("_id", 1)], limit=MOST_NODES)


def open_directory(store: Storage, now: datetime) -> None:
    """Plan what is not planned yet, and ask every service to announce itself."""
    plan(store)
    reopen(store, now)


def reopen(store: Storage, now: datetime) -> None:
    """Ask every service to announce itself once more."""
    until_fresh(lambda: _opened(store, now))


def plan(store: Storage) -> None:
    """Every member of the plan has its node."""
    wanted = {node["_id"]: node for node in rollout.planned(phases())}
    known = store["nodes"].get_many(wanted)
    for id_ in wanted.keys() - known.keys():
        store["nodes"].ensure(wanted[id_])


def _opened(store: Storage, now: datetime) -> Document:
    before = store["state"].get(OPENINGS)
    count = 1 if before is None else before["count"] + 1
    told = [events.directory_opened(count, now)]
    after = {"_id": OPENINGS, "count": count}
    if before is None:
        return store["state"].add(after, told)
    return store["state"].save(before, after, told)


def take_in(store: Storage, pulses: Pulses, event: Event, now: datetime) -> Document:
    """A service has announced its node: its key, and that it is there."""
    data = event.data
    if event.source != f"/{data['subsystem']}":
        detail = Text("只能为自己的系统声明", "A service speaks for its own subsystem only")
        raise Forbidden(detail)
    node = until_fresh(lambda: _taken_in(store, event, now))
    pulses.alive(node["_id"], now)
    return node


def _taken_in(store: Storage, event: Event, now: datetime) -> Document:
    data = event.data
    before = reading.node(store, data["member"])
    if event.sequence < before["announced"].get(data["subsystem"], 0):
        return before
    checked_key(data["jwk"])
    endorsed_by = endorser(before, data, now)
    after = node_keys.announced(before, data["subsystem"], data["jwk"], endorsed_by, now)
    after["announced"] = {**before["announced"], data["subsystem"]: event.sequence}
    if not before["keys"] and after["keys"]:
        after |= {"adapter": "amqp", "service": data["subsystem"]}
        after = _connected(after, now)
    return saved(store, before, after)


def _connected(node: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A planned node whose service has shown that it is there is connected."""
    after = dict(node)
    for action in ("test", "connect") if node["state"] == "planned" else ():
        after = nodes.moved(after, action, SYSTEM, now)
    return after


def checked_key(jwk: Mapping[str, str]) -> None:
    """`Invalid` where `jwk` is no Ed25519 key named by its thumbprint."""
    try:
        public_key(jwk)
    except ValueError:
        detail = Text(
            "应为以指纹命名的 Ed25519 公钥（RFC 8037、RFC 7638）",
            "Must be an Ed25519 key (RFC 8037) whose kid is its thumbprint (RFC 7638)",
        )
        raise Invalid(errors=[FieldError("/jwk", detail, "jwk")]) from None


def endorser(node: Mapping[str, Any], data: Mapping[str, Any], now: datetime) -> str | None:
    """The kid of the node's good key that has signed for the key in `data`; None: none has."""
    word = data.get("endorsement")
    former = nodes.key_of(node, word["kid"], now) if word else None
    if word is None or former is None:
        return None
    told = {"member": node["_id"], "subsystem": data["subsystem"], "jwk": dict(data["jwk"])}
    holds = verified(KEY, told, word["signature"], public_key(former["jwk"]))
    return str(former["kid"]) if holds else None


def saved(store: Storage, before: Document, after: Mapping[str, Any]) -> Document:
    """`after`, with the events of its moves; nothing is written where nothing has changed."""
    if after == before:
        return before
    told = [
        events.node_moved(after, number)
        for number in range(len(before["history"]) + 1, len(after["history"]) + 1)
    ]
    return store["nodes"].save(before, after, [one for one in told if one])
