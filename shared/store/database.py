"""The collections of one service as its use cases get them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from shared.documents import Collection, Document
from shared.errors import IdempotencyMismatch
from shared.relay import Outgoing
from shared.store.connection import Collections
from shared.store.files import Files
from shared.store.repository import Repository


class Database:
    """The collections of one service, as one worker uses them: ``store["cases"]``."""

    def __init__(
        self,
        database: Any,
        collections: Collections,
        offer: Callable[[Outgoing], None],
        traceparent: str | None = None,
    ) -> None:
        self._database = database
        self._collections = collections
        self._offer = offer
        self._traceparent = traceparent

    def __getitem__(self, name: str) -> Repository:
        if name not in self._collections:
            raise KeyError(f"collection {name!r} is not declared by this service")
        return Repository(self._database[name], self._offer, self._traceparent)

    @cached_property
    def files(self) -> Files:
        return Files(self._database)

    def traced(self, traceparent: str | None) -> Database:
        """The same, stamping `traceparent` on the events it stores."""
        return Database(self._database, self._collections, self._offer, traceparent)


def once(
    repository: Collection,
    document: Mapping[str, Any],
    digest: str,
    events: Sequence[Mapping[str, Any]] = (),
) -> Document:
    """Add what an idempotent request creates, or return what it has created before.

    `document["_id"]` is derived from the caller and the Idempotency-Key. Another request under the
    same key (another `digest`) raises `IdempotencyMismatch`.
    """
    kept = repository.ensure({**document, "digest": digest}, events)
    if kept.get("digest") != digest:
        raise IdempotencyMismatch()
    return kept
