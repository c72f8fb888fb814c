"""How a consumer asks: picks its grant, signs, asks again, and reads the answer.

Guarantees: see `shared.exchange.answers.Sharing`. A call ends within `DEADLINE` seconds, a chunk of
a batch within `CHUNK_DEADLINE`. What got no answer is asked again under the same id with the next
attempt; what was refused is not.
Does not: know the transport (`ask`), or where grants are kept (`grants`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

from shared.clock import local_day
from shared.errors import Conflict, Forbidden, NotFound, Unavailable
from shared.events import derived_id
from shared.exchange.answers import Found, Origin, Receipt, Use, Verdict
from shared.exchange.following import Follows
from shared.exchange.granted import Grant, not_granted, picked
from shared.exchange.messages import REQUEST, Signer, instant, signable_request
from shared.exchange.order import KEYS_AT_ONCE
from shared.timekeeping import Now

DEADLINE = 6.0
PATIENCE = 3.0
"""Seconds for all attempts at a query, and for one of them."""
CHUNK_DEADLINE = 60.0
CHUNK_PATIENCE = 20.0
PAUSE = 0.1
"""Seconds before the next attempt."""
ATTEMPTS = 5
OUTDATED = ("grant-revoked", "grant-expired", "grant-unknown")
"""Refusals of a grant that another may have replaced meanwhile."""

Grants = Callable[[str, bool], Iterable[Grant]]
"""``grants(resource, fresh)``: those that are held; `fresh`: not from memory."""
Ask = Callable[[str, Mapping[str, Any], str, float], Mapping[str, Any]]
"""``ask(method, request, signature, timeout)``: the exchange's answer, or a `ServiceError`."""


@dataclass(frozen=True, slots=True)
class Client(Follows):
    """A `Sharing` and a `Following`.

    grants: those held for a resource. new_id: of a request that is given none. new_salt: 16 bytes
    of chance, hexadecimal. ahead: as `map`, for the chunks of a batch.
    """

    consumer: str
    signer: Signer
    ask: Ask
    grants: Grants
    now: Now
    new_id: Callable[[], str]
    new_salt: Callable[[], str]
    pause: Callable[[float], None]
    ahead: Callable[[Callable[[int], list[Found]], Iterable[int]], Iterator[list[Found]]] = map

    def query(
        self, resource: str, key: Mapping[str, Any], *, fields: Collection[str], **use: Unpack[Use]
    ) -> Found:
        asked = _question("query", resource, fields, **use)
        reply = self._granted("use", {**asked, "key": dict(key)}, asked["id"])
        return Found(reply["found"], reply["data"], _origin(reply), _receipt(reply))

    def verify(
        self,
        resource: str,
        key: Mapping[str, Any],
        *,
        claims: Mapping[str, Any],
        **use: Unpack[Use],
    ) -> Verdict:
        asked = _question("verify", resource, claims, **use)
        asked |= {"key": dict(key), "claims": dict(claims)}
        reply = self._granted("use", asked, asked["id"])
        return Verdict(bool(reply["holds"]), reply["found"], _origin(reply), _receipt(reply))

    def batch(
        self,
        resource: str,
        keys: Sequence[Mapping[str, Any]],
        *,
        fields: Collection[str],
        first: int = 0,
        **use: Unpack[Use],
    ) -> Iterator[Found]:
        every = _question("batch", resource, fields, **use)
        whole = every["id"] or self.new_id()
        began = first - first % KEYS_AT_ONCE

        def asked(start: int) -> list[Found]:
            chunk = [dict(key) for key in keys[start : start + KEYS_AT_ONCE]]
            id_ = derived_id(whole, start // KEYS_AT_ONCE)
            return list(_rows(self._granted("batch", {**every, "keys": chunk}, id_)))

        skipped = first - began
        for found in self.ahead(asked, range(began, len(keys), KEYS_AT_ONCE)):
            yield from found[skipped:]
            skipped = 0

    def _granted(self, method: str, use: Mapping[str, Any], id_: str) -> Mapping[str, Any]:
        """The answer, under a grant of the memory, or where that does not do, of the store."""
        named = {"id": id_ or self.new_id(), "consumer": self.consumer, "salt": self.new_salt()}
        request = {"key": None, "keys": None, "claims": None, **use, **named}
        known = self._picked(use, fresh=False)
        if known is not None:
            try:
                return self._asked(method, {**request, "grant": known})
            except (Forbidden, NotFound) as error:
                if error.type not in OUTDATED or self._picked(use, fresh=True) in (None, known):
                    raise
        return self._asked(method, {**request, "grant": self._required(use)})

    def _picked(self, use: Mapping[str, Any], *, fresh: bool) -> str | None:
        grants = self.grants(use["resource"], fresh)
        return picked(grants, use, local_day(self.now()))

    def _required(self, use: Mapping[str, Any]) -> str:
        found = self._picked(use, fresh=True)
        if found is None:
            raise not_granted(use)
        return found

    def _asked(self, method: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to `request`, of its first attempt that gets one."""
        batch = method == "batch"
        until = time.monotonic() + (CHUNK_DEADLINE if batch else DEADLINE)
        patience, attempt = CHUNK_PATIENCE if batch else PATIENCE, 1
        failure: Unavailable | Conflict = Unavailable()
        for _ in range(ATTEMPTS):
            try:
                left = min(patience, until - time.monotonic())
                return self._attempt(method, {**request, "attempt": attempt}, left)
            except Unavailable as error:
                failure, attempt = error, attempt + 1
            except Conflict as error:
                failure, attempt = error, int(error.extensions.get("attempt", attempt)) + 1
            if not _passes(failure) or time.monotonic() + PAUSE >= until:
                break
            self.pause(PAUSE)
        raise failure if not _passes(failure) else Unavailable() from failure

    def _attempt(
        self, method: str, request: Mapping[str, Any], timeout: float
    ) -> Mapping[str, Any]:
        stamped = {**request, "at": instant(self.now())}
        signature = self.signer.sign(REQUEST, signable_request(stamped))
        return self.ask(method, stamped, signature, timeout)


def _passes(error: Unavailable | Conflict) -> bool:
    """Whether the next attempt may succeed: no answer came, or the attempt was used before."""
    return error.type in ("unavailable", "replayed")


def _question(
    kind: str,
    resource: str,
    fields: Collection[str],
    *,
    purpose: str,
    case: str,
    item: str | None = None,
    id: str = "",
) -> dict[str, Any]:
    """What a question says of itself; id: "" where it gets a new one."""
    asked = {"kind": kind, "resource": resource, "fields": sorted(fields), "id": id}
    return {**asked, "purpose": purpose, "case": case, "item": item}


def _rows(reply: Mapping[str, Any]) -> Iterator[Found]:
    origin, receipt = _origin(reply), _receipt(reply)
    return (Found(row is not None, row, origin, receipt) for row in reply["rows"])


def _origin(reply: Mapping[str, Any]) -> Origin:
    return Origin(reply["provider"], reply["resource"], reply["version"], reply["at"])


def _receipt(reply: Mapping[str, Any]) -> Receipt:
    return Receipt(**reply["receipt"])
