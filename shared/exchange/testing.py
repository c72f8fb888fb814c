"""The exchange as unit tests of use cases see it.

Guarantees: `FakeSharing` answers from rows that the test gives, by the rules of `Sharing`: only
asked fields come back, and what it is to raise is raised as the real one would; subscriptions have
the changes that the test gives. Does not: know grants.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Unpack

from shared.errors import ServiceError
from shared.exchange.answers import (
    Change,
    Changes,
    Found,
    Origin,
    Receipt,
    Subscription,
    Use,
    Verdict,
)
from shared.exchange.messages import canonical

Rows = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


class FakeSharing:
    """rows: by resource, what it has for a key. uses: every use, in its order. failing: what every
    use raises; away: what those of a resource raise. followed: the keys of each subscription that
    is open. told: what has changed, by subscription."""

    def __init__(self, rows: Mapping[str, Rows]) -> None:
        self.rows = dict(rows)
        self.failing: ServiceError | None = None
        self.away: dict[str, ServiceError] = {}
        self.uses: list[dict[str, Any]] = []
        self.followed: dict[str, list[dict[str, Any]]] = {}
        self.told: dict[str, list[Change]] = {}

    def query(
        self, resource: str, key: Mapping[str, Any], *, fields: Collection[str], **use: Unpack[Use]
    ) -> Found:
        origin, receipt = self._used("query", resource, **use)
        row = self.rows[resource](key)
        data = None if row is None else {name: row[name] for name in fields if name in row}
        return Found(row is not None, data, origin, receipt)

    def verify(
        self,
        resource: str,
        key: Mapping[str, Any],
        *,
        claims: Mapping[str, Any],
        **use: Unpack[Use],
    ) -> Verdict:
        origin, receipt = self._used("verify", resource, **use)
        row = self.rows[resource](key)
        holds = row is not None and all(row.get(name) == value for name, value in claims.items())
        return Verdict(holds, row is not None, origin, receipt)

    def batch(
        self,
        resource: str,
        keys: Sequence[Mapping[str, Any]],
        *,
        fields: Collection[str],
        first: int = 0,
        **use: Unpack[Use],
    ) -> Iterator[Found]:
        for key in keys[first:]:
            yield self.query(resource, key, fields=fields, **use)

    def subscribe(
        self,
        resource: str,
        keys: Sequence[Mapping[str, Any]],
        *,
        fields: Collection[str],
        **use: Unpack[Use],
    ) -> Subscription:
        _, receipt = self._used("subscribe", resource, **use)
        id_ = use.get("id") or receipt.index
        opened = f"subscription-{id_}"
        self.followed[opened] = [dict(key) for key in keys]
        return Subscription(opened, resource, "active", 0, receipt)

    def subscription(self, id: str) -> Subscription:
        _, receipt = self._used("subscription", "", purpose="", case="")
        state = "active" if id in self.followed else "ended"
        return Subscription(id, "", state, len(self.told.get(id, ())), receipt)

    def changes(self, id: str, *, after: int = 0, limit: int = 100) -> Changes:
        found = [one for one in self.told.get(id, ()) if one.number > after]
        last = found[:limit][-1].number if found else after
        return Changes(found[:limit], last, len(found) > limit)

    def unsubscribe(self, id: str) -> Subscription:
        self.followed.pop(id, None)
        return self.subscription(id)

    def asked(self) -> list[str]:
        """The resources that were used, in their order."""
        return [use["resource"] for use in self.uses]

    def _used(
        self,
        kind: str,
        resource: str,
        *,
        purpose: str,
        case: str,
        item: str | None = None,
        id: str = "",
    ) -> tuple[Origin, Receipt]:
        if failure := self.failing or self.away.get(resource):
            raise failure
        named = {"kind": kind, "resource": resource, "purpose": purpose}
        self.uses.append({**named, "case": case, "item": item, "id": id})
        index = len(self.uses) - 1
        origin = Origin("GOV/test", resource, 1, "2026-11-23T04:00:00.000Z")
        return origin, Receipt(id or f"request-{index}", 1, index, canonical(named).hex()[:64])
