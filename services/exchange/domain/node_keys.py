"""The keys of a node: how they are believed, replaced and ended (pure).

Guarantees: a node's first key is believed as it is announced; a later one replaces the former if
the former, still good, has signed for it, and otherwise waits for an administrator; a key that
has ended never comes back by itself. The former stays good for `OVERLAP`, so that what it has
signed a moment ago is still taken. A key signs for its subsystem only.
Does not: check signatures (the caller says whether one holds).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.exchange.domain.nodes import Node, key_of
from shared.errors import NotFound
from shared.text import Text

OVERLAP = timedelta(hours=1)


def announced(
    node: Node, subsystem: str, jwk: Mapping[str, Any], endorsed_by: str | None, now: datetime
) -> dict[str, Any]:
    """`node` after `subsystem` has said that it signs with `jwk`.

    endorsed_by: kid of the key whose endorsement of this one holds; None: there is none.
    """
    known = key_of(node, jwk["kid"], now)
    if known and known["subsystem"] == subsystem:
        return dict(node)
    former = key_of(node, endorsed_by, now) if endorsed_by else None
    endorsed = former is not None and former["subsystem"] == subsystem
    first = not node["keys"] and node["adapter"] is None
    if _is_new(node, jwk["kid"]) and (first or endorsed):
        return believed(node, subsystem, jwk, now)
    waiting = {"kid": jwk["kid"], "jwk": dict(jwk), "subsystem": subsystem, "at": now}
    others = [one for one in node["waiting"] if one["subsystem"] != subsystem]
    return {**node, "waiting": [*others, waiting]}


def _is_new(node: Node, kid: str) -> bool:
    return all(key["kid"] != kid for key in node["keys"])


def believed(
    node: Node, subsystem: str, jwk: Mapping[str, Any], now: datetime, overlap: timedelta = OVERLAP
) -> dict[str, Any]:
    """`node` with `jwk` as the key of `subsystem`; the former ends when the overlap has passed."""
    former = [_ended(k, now + overlap) if k["subsystem"] == subsystem else k for k in node["keys"]]
    kept = [key for key in former if key["kid"] != jwk["kid"]]
    key = {"kid": jwk["kid"], "jwk": dict(jwk), "subsystem": subsystem, "since": now, "until": None}
    waiting = [one for one in node["waiting"] if one["subsystem"] != subsystem]
    return {**node, "keys": [*kept, key], "waiting": waiting}


def confirmed(node: Node, kid: str, now: datetime) -> dict[str, Any]:
    """`node` with the waiting key `kid`, which an administrator has confirmed; `NotFound`."""
    waiting = next((one for one in node["waiting"] if one["kid"] == kid), None)
    if waiting is None:
        raise NotFound(Text("没有待确认的此密钥", "No such key waits to be confirmed"))
    return believed(node, waiting["subsystem"], waiting["jwk"], now)


def retired(node: Node, kid: str, now: datetime) -> dict[str, Any]:
    """`node` whose key `kid` is good no longer, from now on; a waiting one is dropped."""
    waiting = [one for one in node["waiting"] if one["kid"] != kid]
    if key_of(node, kid, now) is None and len(waiting) == len(node["waiting"]):
        raise NotFound(Text("没有有效的此密钥", "There is no such key that is good"))
    keys = [_ended(key, now) if key["kid"] == kid else key for key in node["keys"]]
    return {**node, "keys": keys, "waiting": waiting}


def _ended(key: Mapping[str, Any], until: datetime) -> dict[str, Any]:
    earlier = key["until"] if key["until"] is not None else until
    return {**key, "until": min(earlier, until)}
