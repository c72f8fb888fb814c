"""What every use reads first: grant, nodes, resource.

Guarantees: a grant that was revoked is seen by the next use in every process; a node that was
suspended, or a resource that was withdrawn, within `KEPT` seconds. Uses at the same time share a
read. Does not: judge what it finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from services.exchange.usecases import reading
from shared.documents import Document, Storage
from shared.gathering import Gathered, ReadMany

KEPT = 1.0
"""Seconds."""
MOST = 1_000


class Looking:
    """One a process. seconds: of a clock that never goes back."""

    def __init__(self, store: Storage, seconds: Callable[[], float] = time.monotonic) -> None:
        self._grants = Gathered(store["grants"].get_many)
        self._nodes = Kept(store["nodes"].get_many, seconds)
        self._resources = Kept(store["resources"].get_many, seconds)

    def grant(self, id_: Any) -> Document | None:
        """The grant of that id, in force or not."""
        return self._grants.get(id_) if isinstance(id_, str) else None

    def nodes(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of these nodes that exist, connected or not."""
        return self._nodes.get_many(ids)

    def resource(self, code: str) -> Document:
        """A resource that is published, else ``resource-unknown``."""
        found = self._resources.get_many([code]).get(code)
        if found is None or found["state"] != "published":
            raise reading.resource_unknown()
        return found


class Kept:
    """`read_many`, whose results are kept for `KEPT` seconds."""

    def __init__(self, read_many: ReadMany, seconds: Callable[[], float]) -> None:
        self._gathered, self._seconds = Gathered(read_many), seconds
        self._kept: dict[str, tuple[float, Document]] = {}

    def get_many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of `ids` that exist, by id."""
        wanted, now = set(ids), self._seconds()
        known = {id_: self._kept[id_] for id_ in wanted if id_ in self._kept}
        found = {id_: one for id_, (until, one) in known.items() if until > now}
        if missing := wanted - found.keys():
            read = self._gathered.get_many(missing)
            if len(self._kept) > MOST:
                self._kept.clear()
            self._kept |= {id_: (now + KEPT, one) for id_, one in read.items()}
            found |= read
        return found
