"""A store that reads each document once, for one request.

Guarantees: two looks at a document within one request see the same. Does not: outlive the request,
so what is revoked counts from the next one on; remember what is found by other ways than `get`.
"""

from __future__ import annotations

from collections.abc import Collection as Names
from typing import Any

from shared.documents import Collection, Document, Storage


class Remembering:
    """`store`, whose collections `names` remember."""

    def __init__(self, store: Storage, names: Names[str]) -> None:
        self._store = store
        self._kept = {name: _Once(store[name]) for name in names}

    def __getitem__(self, name: str) -> Any:
        return self._kept.get(name) or self._store[name]


class _Once:
    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._read: dict[str, Document | None] = {}

    def get(self, id_: str) -> Document | None:
        if id_ not in self._read:
            self._read[id_] = self._collection.get(id_)
        return self._read[id_]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)
