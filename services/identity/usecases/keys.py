"""The ring of signing keys: turned in time, used to sign, published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.identity import signing
from services.identity.domain import keys as rules
from services.identity.tools import Tools
from shared.races import until_fresh
from shared.store import Database

Document = dict[str, Any]
Turned = Callable[[list[Document]], list[Document]]


def jwks(store: Database, tools: Tools, now: datetime) -> dict[str, Any]:
    """The published keys (RFC 7517); makes the first ones where there are none."""
    return rules.jwks(_ring(store, tools, now))


def sign(store: Database, tools: Tools, claims: Mapping[str, Any], now: datetime) -> str:
    """`claims` as a token, signed with the current key."""
    key = rules.of_state(_ring(store, tools, now), "current")
    if key is None:
        raise RuntimeError("the ring has no current key")
    return signing.sign(claims, key, tools.keyring)


def turn(store: Database, tools: Tools, now: datetime) -> list[Document]:
    """Do what is due: hand over, drop what has expired, make the next key."""
    return _change(store, lambda ring: rules.turn(ring, _maker(tools), now))


def replace_current(
    store: Database, tools: Tools, now: datetime, *, leaked: bool
) -> list[Document]:
    """Hand over now, whatever the current key's age."""
    return _change(
        store, lambda ring: rules.replace_current(ring, _maker(tools), now, leaked=leaked)
    )


def _ring(store: Database, tools: Tools, now: datetime) -> list[Document]:
    record = store["keys"].get(rules.RING)
    return record["keys"] if record else turn(store, tools, now)


def _change(store: Database, turned: Turned) -> list[Document]:
    return until_fresh(lambda: _changed_once(store, turned))


def _changed_once(store: Database, turned: Turned) -> list[Document]:
    record = store["keys"].get(rules.RING)
    before: list[Document] = record["keys"] if record else []
    after = turned(before)
    if record is None:
        store["keys"].add({"_id": rules.RING, "keys": after})
    elif after != before:
        store["keys"].save(record, {**record, "keys": after})
    return after


def _maker(tools: Tools) -> Callable[[], rules.NewKey]:
    return lambda: signing.make(tools.keyring, tools.random)
