"""What unit tests of use cases are written with: a store in memory, and calls.

Guarantees: `FakeStore` behaves as `shared.store` does for the filters of the house (one suite,
`shared/tests/test_store.py`, runs against both). Does not: replace the real parts in journeys.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.access import Caller, LegalPerson
from shared.documents import (
    INBOX_LENGTH,
    Change,
    Collection,
    Document,
    Page,
    decode_cursor,
    encode_cursor,
    inserted,
    updated,
)
from shared.entrypoints.request import Call
from shared.errors import Duplicate, NotFound, Stale
from shared.events import Event, derived_id
from shared.filters import matches, values

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A working Monday, noon in Changsha."""


class FakeRepository(Collection):
    """`shared.store.Repository` in memory; `unique` lists the keys of its unique indexes."""

    def __init__(self, unique: Sequence[tuple[str, ...]], sent: list[dict[str, Any]]) -> None:
        self._stored: dict[str, dict[str, Any]] = {}
        self._unique = unique
        self._sent = sent

    def get(self, id_: str) -> Document | None:
        stored = self._stored.get(id_)
        return None if stored is None else Document(copy.deepcopy(stored))

    def get_many(self, ids: Iterable[str]) -> dict[str, Document]:
        found = ((id_, self.get(id_)) for id_ in ids)
        return {id_: document for id_, document in found if document is not None}

    def each(self, filter_: Mapping[str, Any]) -> Iterator[Document]:
        yield from self.find(filter_, limit=10**9)

    def save_many(self, changes: Sequence[Change]) -> None:
        stale = sum(self._is_stale(change) for change in changes)
        if stale:
            raise Stale()

    def _is_stale(self, change: Change) -> bool:
        try:
            if change.before is None:
                self.add(change.after, change.events)
            else:
                self.save(change.before, change.after, change.events)
        except (Duplicate, Stale):
            return True
        return False

    def find(
        self,
        filter_: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 100,
        fields: Sequence[str] = (),
    ) -> list[Document]:
        found = [d for d in self._stored.values() if matches(d, filter_)]
        for name, direction in reversed(sort):
            found.sort(key=lambda d: (d.get(name) is not None, d.get(name)), reverse=direction < 0)
        kept = (_only(fields, d) if fields else d for d in found[:limit])
        return [Document(copy.deepcopy(d)) for d in kept]

    def count(self, filter_: Mapping[str, Any]) -> int:
        return len(self.find(filter_, limit=10**9))

    def page(
        self,
        filter_: Mapping[str, Any],
        *,
        order: tuple[str, int] = ("_id", 1),
        limit: int = 50,
        cursor: str | None = None,
        fields: Sequence[str] = (),
    ) -> Page:
        name, direction = order
        found = self.find(filter_, sort=[(name, direction), ("_id", direction)], limit=10**9)
        if cursor:
            end = decode_cursor(cursor)
            found = [
                d
                for d in found
                if ((d[name], d["_id"]) > end if direction > 0 else (d[name], d["_id"]) < end)
            ]
        items = [Document(_only([*fields, name], d)) if fields else d for d in found[:limit]]
        more = len(found) > limit
        return Page(items, encode_cursor(items[-1][name], items[-1]["_id"]) if more else None)

    def add(
        self,
        document: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document:
        stored = _as_stored(inserted(document, events, received.id if received else None))
        if stored["_id"] in self._stored or self._taken(stored):
            raise Duplicate()
        return self._written(stored, events)

    def save(
        self,
        before: Document,
        after: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document:
        current = self.require(before["_id"])
        if received and current.has_received(received.id):
            return current
        if current["version"] != before["version"]:
            raise Stale()
        write = updated(before, after, events, received.id if received else None)
        stored = {**self._stored[before["_id"]], **_as_stored(write.update["$set"])}
        for gone in write.update.get("$unset", {}):
            stored.pop(gone, None)
        stored["outbox"] = [*current.outbox, *events]
        stored["inbox"] = [*current.inbox, *([received.id] if received else [])][-INBOX_LENGTH:]
        if self._taken(stored):
            raise Duplicate()
        return self._written(stored, events)

    def remove(self, id_: str) -> bool:
        return self._stored.pop(id_, None) is not None

    def remove_many(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self.remove(id_)

    def put_many(self, documents: Sequence[Mapping[str, Any]]) -> None:
        for document in documents:
            self._stored[document["_id"]] = _as_stored({"version": 1, **document})

    def add_many(self, documents: Sequence[Mapping[str, Any]]) -> None:
        for document in documents:
            self.add(document)

    def _taken(self, stored: Mapping[str, Any]) -> bool:
        others = [d for d in self._stored.values() if d["_id"] != stored["_id"]]
        return any(
            all(k in stored for k in keys)
            and any(all(_meet(d.get(k), stored[k]) for k in keys) for d in others)
            for keys in self._unique
        )

    def _written(self, stored: dict[str, Any], events: Sequence[Mapping[str, Any]]) -> Document:
        self._stored[stored["_id"]] = stored
        self._sent.extend(dict(event) for event in events)
        return Document(copy.deepcopy(stored))


class FakeFiles:
    """`shared.store.Files` in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[bytes, dict[str, Any]]] = {}

    def put(self, id_: str, data: bytes, *, filename: str, media_type: str, owner: str) -> None:
        if id_ in self._kept:
            raise Duplicate()
        meta = {"filename": filename, "media_type": media_type, "owner": owner}
        self._kept[id_] = (data, meta)

    def get(self, id_: str) -> tuple[bytes, dict[str, Any]]:
        if id_ not in self._kept:
            raise NotFound()
        return self._kept[id_]


class FakeStore:
    """`shared.store.Database` in memory; `sent` holds every event stored for publishing.

    unique: by collection, the keys of its unique indexes.
    """

    def __init__(self, unique: Mapping[str, Sequence[tuple[str, ...]]] | None = None) -> None:
        self._unique = unique or {}
        self._repositories: dict[str, FakeRepository] = {}
        self.sent: list[dict[str, Any]] = []
        self.files = FakeFiles()

    def __getitem__(self, name: str) -> FakeRepository:
        if name not in self._repositories:
            self._repositories[name] = FakeRepository(self._unique.get(name, ()), self.sent)
        return self._repositories[name]


def _meet(one: Any, other: Any) -> bool:
    """Whether two values are the same key of an index: of a list, each member is a key."""
    return one == other or any(value in values(other) for value in values(one))


def _as_stored(value: Any) -> Any:
    """A copy of `value` as BSON gives it back; `TypeError` for what BSON can't keep."""
    if isinstance(value, Mapping):
        return {str(key): _as_stored(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_stored(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, bytes)):
        return value
    raise TypeError(f"cannot be stored: {type(value).__name__}")


def _only(fields: Sequence[str], document: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k in {"_id", *fields}}


def person(subject: str = "zhang", *codes: str, name: str = "张伟") -> Caller:
    """A citizen, who may act for the legal persons `codes`."""
    acting = tuple(LegalPerson(code, frozenset({"all"})) for code in codes)
    return Caller(subject, "person", name, legal_persons=acting)


def an_official(
    subject: str, division: str, department: str, *powers: str, name: str = "王受理"
) -> Caller:
    """An official of `department` in `division` with `powers`."""
    return Caller(subject, "official", name, division, department, frozenset(powers))


def a_call(caller: Caller | None = None, **given: Any) -> Call:
    """A call at `NOON`; `given` as in `Call`."""
    return Call(**{"now": NOON, "caller": caller, "id": derived_id("a call"), **given})
