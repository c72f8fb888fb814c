"""Signs of life, kept: counted in memory, written once in a while.

Guarantees: a use costs no write for them; instances of the service add up; what could not be
written is written the next time. Does not: survive the death of the process (the log has it all).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.exchange import metering
from services.exchange.domain.pulse import Beat, blank, merged, take
from shared.documents import Document, Storage
from shared.races import until_fresh


class Pulses:
    """What this process has seen of nodes since it was written last."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, Any]] = {}

    def tell(self, node: str, seconds: float, answered: bool, now: datetime) -> None:
        """A call to `node` took so long, and was answered or not."""
        take(self._of(node), Beat(now, round(seconds * 1000), answered))
        metering.ASKED.labels(node, "answered" if answered else "unanswered").inc()

    def alive(self, node: str, now: datetime) -> None:
        """`node` has given a sign of life without being called."""
        take(self._of(node), Beat(now))

    def write(self, store: Storage) -> int:
        """Add what was seen to the store; how many nodes it was about."""
        seen, self._seen = self._seen, {}
        nodes = list(seen)
        try:
            for node in nodes:
                _write(store, seen[node])
                del seen[node]
        finally:
            self._take_back(seen)
        return len(nodes)

    def _of(self, node: str) -> dict[str, Any]:
        return self._seen.get(node) or self._seen.setdefault(node, blank(node))

    def _take_back(self, seen: Mapping[str, Mapping[str, Any]]) -> None:
        for node, told in seen.items():
            self._seen[node] = merged(self._of(node), told)


def _write(store: Storage, seen: Mapping[str, Any]) -> Document:
    return until_fresh(lambda: _added(store, seen))


def _added(store: Storage, seen: Mapping[str, Any]) -> Document:
    before = store["pulses"].get(seen["_id"])
    if before is None:
        return store["pulses"].add(seen)
    return store["pulses"].save(before, merged(before, seen))


def of(store: Storage, nodes: Iterable[str]) -> dict[str, Document]:
    """The pulses of `nodes`, by node; who was never heard of has none."""
    return store["pulses"].get_many(nodes)
