"""How a consumer follows records: the part of `shared.exchange.client` that is about subscriptions.

Guarantees: see `shared.exchange.answers.Following`. What got no answer is asked again: to read and
to end may be repeated, and what is opened has an id. Does not: keep what was read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from shared.errors import Unavailable
from shared.exchange.answers import Change, Changes, Receipt, Subscription
from shared.exchange.messages import REQUEST, Signer, instant, signable_request
from shared.timekeeping import Now

DEADLINE, PATIENCE, PAUSE = 6.0, 3.0, 0.1
"""Seconds for all attempts, for one of them, and before the next."""
Ask = Callable[[str, Mapping[str, Any], str, float], Mapping[str, Any]]


class Follows:
    """`Following`, for a class that asks (`shared.exchange.client.Client`)."""

    __slots__ = ()
    consumer: str
    signer: Signer
    ask: Ask
    now: Now
    new_salt: Callable[[], str]
    pause: Callable[[float], None]

    def subscribe(
        self,
        resource: str,
        keys: Sequence[Mapping[str, Any]],
        *,
        fields: Collection[str],
        purpose: str,
        case: str,
        item: str | None = None,
        id: str = "",
    ) -> Subscription:
        named = {"kind": "subscribe", "resource": resource, "purpose": purpose, "case": case}
        asked = {"item": item, "fields": sorted(fields), "keys": [dict(key) for key in keys]}
        return _subscription(self._granted("subscribe", {**named, **asked}, id))

    def subscription(self, id: str) -> Subscription:
        return _subscription(self._sent("subscription", id))

    def changes(self, id: str, *, after: int = 0, limit: int = 100) -> Changes:
        reply = self._sent("changes", id, after=after, limit=limit)
        found = tuple(Change(**change) for change in reply["changes"])
        return Changes(found, reply["next"], reply["more"])

    def unsubscribe(self, id: str) -> Subscription:
        return _subscription(self._sent("unsubscribe", id))

    def _granted(self, method: str, use: Mapping[str, Any], id_: str) -> Mapping[str, Any]:
        """The answer to a request under a grant that is held."""
        raise NotImplementedError

    def _sent(self, method: str, subscription: str, **more: Any) -> Mapping[str, Any]:
        """The answer to a message about `subscription`, by its method's name."""
        named = {"kind": method, "consumer": self.consumer, "subscription": subscription, **more}
        until = time.monotonic() + DEADLINE
        while True:
            message = {**named, "at": instant(self.now()), "salt": self.new_salt()}
            signature = self.signer.sign(REQUEST, signable_request(message))
            try:
                return self.ask(method, message, signature, min(PATIENCE, until - time.monotonic()))
            except Unavailable:
                if time.monotonic() + PAUSE >= until:
                    raise
            self.pause(PAUSE)


def _subscription(reply: Mapping[str, Any]) -> Subscription:
    names = ("id", "resource", "state", "number")
    return Subscription(**{n: reply[n] for n in names}, receipt=Receipt(**reply["receipt"]))
