"""What a system that provides must do with an order, and nothing else (docs/exchange.md).

1. Believe the order only if a key of the exchange signed it, and it is of this time.
2. Read what is asked, and take only the ordered fields of it.
3. Digest the answer with the order's salt, and sign it with the node's key.

Guarantees: the same order gets the same answer but for its time; asking changes nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.exchange.simulator.changing import Changes
from services.exchange.simulator.nodes import resource, signer
from shared.errors import Forbidden
from shared.exchange import order as orders
from shared.exchange.messages import ANSWER, ORDER, public_key, signable, verified
from shared.exchange.resource import Row, Source
from shared.text import Text
from shared.timekeeping import timekeeper

PATIENCE = 5
"""Seconds to fetch the exchange's keys."""
PAUSE = 5.0
"""Seconds between two fetches, so that strangers cannot make it fetch without end."""
NOTHING = cast("Source", None)
"""Simulated resources read from no store."""

Keys = Callable[[str], Ed25519PublicKey | None]


class ExchangeKeys:
    """The exchange's public keys by kid, fetched from `url` (a JWK set) when one is not known."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: dict[str, Ed25519PublicKey] = {}
        self._fetched = float("-inf")
        self._one = threading.Lock()

    def __call__(self, kid: str) -> Ed25519PublicKey | None:
        with self._one:
            if kid not in self._known and time.monotonic() - self._fetched > PAUSE:
                self._fetch()
        return self._known.get(kid)

    def _fetch(self) -> None:
        self._fetched = time.monotonic()
        answer = requests.get(self._url, timeout=PATIENCE)
        answer.raise_for_status()
        self._known = {key["kid"]: public_key(key) for key in answer.json()["keys"]}


def answer(
    node: str, order: Mapping[str, Any], signature: str, kid: str, keys: Keys, changes: Changes
) -> tuple[Row, str]:
    """The answer of `node` to `order`, and its signature; `ServiceError` where there is none."""
    key = keys(kid)
    if key is None or not verified(ORDER, order, signature, key):
        told = Text("指令的签名无效", "The exchange did not sign this order")
        raise Forbidden(told, type="signature-invalid")
    now = timekeeper(os.environ.get("CLOCK_FILE"))()
    found = _found(node, orders.loaded(order, now), changes, now)
    return found, signer(node).sign(ANSWER, signable(found))


def _found(node: str, order: Mapping[str, Any], changes: Changes, now: datetime) -> Row:
    asked = orders.chosen([resource(node)], order)
    if asked.read is None:
        raise LookupError(asked.code)
    claimed = orders.claims(asked, order) if order["kind"] == "verify" else {}
    names = tuple(claimed) or orders.wanted(asked, order)
    keys = orders.keys(asked, order)
    rows = changes.applied(asked, keys, asked.read(NOTHING, keys, names))
    if order["kind"] == "verify":
        return orders.verdict(order, node, rows[0], claimed, now)
    kept = [orders.narrowed(row, names) for row in rows]
    return orders.answer(order, node, kept, now)
