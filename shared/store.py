"""The Mongo repository: the only module that knows pymongo.

Guarantees: a save is one write, filtered on the version, that carries the document, the events it
has yet to publish and the event it answers; a stale write changes nothing and raises `Stale`; an
absent database raises `Unavailable`, never blocks longer than the time limits below. Only declared
collections exist.
Does not: span documents (what reaches wider is an event), or cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

import gridfs
import pymongo
from pymongo import errors as mongo

from shared.documents import (
    Collection,
    Document,
    Page,
    decode_cursor,
    encode_cursor,
    inserted,
    updated,
)
from shared.errors import (
    Duplicate,
    IdempotencyMismatch,
    NotFound,
    ServiceError,
    Stale,
    TooLarge,
    Unavailable,
)
from shared.events import Event
from shared.relay import Outgoing

__all__ = ["Collections", "Database", "Document", "Files", "Index", "Page", "Repository", "once"]


SELECTION_TIMEOUT = 2_000
OPERATION_TIMEOUT = 10_000
"""Milliseconds: until a server is found, and for one answer."""

DUPLICATE_KEY = 11000

AWAY = (mongo.ConnectionFailure, mongo.ExecutionTimeout, mongo.WaitQueueTimeoutError)


class Index(NamedTuple):
    """An index over `keys`, ascending ("-key": descending)."""

    keys: tuple[str, ...]
    unique: bool = False
    sparse: bool = False

    @classmethod
    def on(cls, *keys: str, unique: bool = False, sparse: bool = False) -> Index:
        return cls(keys, unique, sparse)

    def specification(self) -> list[tuple[str, int]]:
        return [(key.lstrip("-"), -1 if key.startswith("-") else 1) for key in self.keys]


Collections = Mapping[str, Sequence[Index]]
"""The collections a service owns, each with its indexes."""

PENDING = Index.on("pending", sparse=True)


@contextmanager
def translated() -> Iterator[None]:
    """pymongo's errors as the platform's."""
    try:
        yield
    except mongo.DuplicateKeyError as error:
        raise Duplicate() from error
    except mongo.BulkWriteError as error:
        if any(fault["code"] != DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise
        raise Duplicate() from error
    except AWAY as error:
        raise Unavailable() from error
    except mongo.DocumentTooLarge as error:
        raise TooLarge() from error


class Repository:
    """One collection. Filters are MongoDB's; give at least one selective indexed equality."""

    def __init__(
        self, collection: Any, offer: Callable[[Outgoing], None], traceparent: str | None
    ) -> None:
        self._collection = collection
        self._offer = offer
        self._traceparent = traceparent

    def get(self, id_: str) -> Document | None:
        """The document with this id, or None."""
        with translated():
            stored = self._collection.find_one({"_id": id_})
        return None if stored is None else Document(stored)

    def require(self, id_: str) -> Document:
        """The document with this id, or `NotFound`."""
        if (document := self.get(id_)) is None:
            raise NotFound()
        return document

    def find(
        self,
        filter_: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 100,
        fields: Sequence[str] = (),
    ) -> list[Document]:
        """At most `limit` documents that match; with `fields`, only those and `_id`."""
        with translated():
            cursor = self._collection.find(filter_, list(fields) or None).limit(limit)
            if sort:
                cursor = cursor.sort(list(sort))
            return [Document(stored) for stored in cursor]

    def count(self, filter_: Mapping[str, Any]) -> int:
        """How many match."""
        with translated():
            return int(self._collection.count_documents(filter_))

    def page(
        self,
        filter_: Mapping[str, Any],
        *,
        order: tuple[str, int] = ("_id", 1),
        limit: int = 50,
        cursor: str | None = None,
        fields: Sequence[str] = (),
    ) -> Page:
        """One keyset page in `order`, ties in the order of `_id`."""
        name, direction = order
        sort = [(name, direction)] if name == "_id" else [(name, direction), ("_id", direction)]
        wanted = {**filter_, **_beyond(cursor, name, direction)} if cursor else filter_
        if fields:
            fields = [*fields, name]
        found = self.find(wanted, sort=sort, limit=limit + 1, fields=fields)
        items = found[:limit]
        more = len(found) > limit
        return Page(items, encode_cursor(items[-1][name], items[-1]["_id"]) if more else None)

    def add(
        self,
        document: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document:
        """Insert `document` with its events; `Duplicate` where a unique key is taken."""
        stored = inserted(document, self._traced(events), received.id if received else None)
        with translated():
            self._collection.insert_one(stored)
        return self._sent(Document(stored))

    def ensure(
        self,
        document: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document:
        """Insert `document`, or return the one that has its `_id`."""
        try:
            return self.add(document, events, received=received)
        except Duplicate:
            existing = self.get(document["_id"])
            if existing is None:
                raise
            return existing

    def save(
        self,
        before: Document,
        after: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document:
        """Write what turns `before` into `after`, one version on; `Stale` if it has moved on.

        With `received`, an event that has had its effect changes nothing, and what is stored is
        returned.
        """
        events = self._traced(events)
        write = updated(before, after, events, received.id if received else None)
        with translated():
            matched = self._collection.update_one(write.filter, write.update).matched_count
        if not matched:
            return self._unmatched(before, received)
        saved = Document({**after, "_id": before["_id"], "version": before["version"] + 1})
        saved.outbox = [*before.outbox, *events]
        saved.inbox = [*before.inbox, *([received.id] if received else [])]
        return self._sent(saved) if events else saved

    def remove(self, id_: str) -> bool:
        """Delete the document; whether it was there."""
        with translated():
            return bool(self._collection.delete_one({"_id": id_}).deleted_count)

    def put_many(self, documents: Sequence[Mapping[str, Any]]) -> None:
        """Insert or replace documents that carry no events (reference data, imports)."""
        writes = [
            pymongo.ReplaceOne({"_id": d["_id"]}, {"version": 1, **d}, upsert=True)
            for d in documents
        ]
        if writes:
            with translated():
                self._collection.bulk_write(writes, ordered=False)

    def add_many(self, documents: Sequence[Mapping[str, Any]]) -> None:
        """Insert documents that carry no events and are known to be new; the fast way."""
        if documents:
            with translated():
                self._collection.insert_many(
                    [{"version": 1, **d} for d in documents], ordered=False
                )

    def explain(self, filter_: Mapping[str, Any]) -> dict[str, Any]:
        """The plan the database chooses for `filter_`."""
        with translated():
            plan: dict[str, Any] = self._collection.find(filter_).explain()["queryPlanner"]
        return plan

    def _unmatched(self, before: Document, received: Event | None) -> Document:
        current = self.require(before["_id"])
        if received and current.has_received(received.id):
            return current
        raise Stale()

    def _traced(self, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        trace = {"traceparent": self._traceparent} if self._traceparent else {}
        return [{**event, **trace} for event in events]

    def _sent(self, document: Document) -> Document:
        if document.outbox:
            token = document.outbox[-1]["id"]
            self._offer(Outgoing(self._collection.name, document["_id"], token, document.outbox))
        return document


def _beyond(cursor: str, name: str, direction: int) -> dict[str, Any]:
    value, id_ = decode_cursor(cursor)
    after = "$gt" if direction > 0 else "$lt"
    if name == "_id":
        return {"_id": {after: id_}}
    return {"$or": [{name: {after: value}}, {name: value, "_id": {after: id_}}]}


class Files:
    """Contents too large for a document, in GridFS."""

    def __init__(self, database: Any) -> None:
        self._bucket = gridfs.GridFSBucket(database)

    def put(self, id_: str, data: bytes, *, filename: str, media_type: str, owner: str) -> None:
        """Keep `data` under `id_`; `Duplicate` where that id is taken."""
        metadata = {"media_type": media_type, "owner": owner}
        with translated():
            try:
                self._bucket.upload_from_stream_with_id(id_, filename, data, metadata=metadata)
            except gridfs.errors.FileExists as error:
                raise Duplicate() from error

    def get(self, id_: str) -> tuple[bytes, dict[str, Any]]:
        """The content and {filename, media_type, owner}; `NotFound`."""
        with translated():
            try:
                stream = self._bucket.open_download_stream(id_)
            except gridfs.errors.NoFile:
                raise NotFound() from None
            return stream.read(), {"filename": stream.filename, **(stream.metadata or {})}


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


def open_database(uri: str, name: str) -> Any:
    """The database `name` at `uri`, where everything that waits has a limit."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=SELECTION_TIMEOUT,
        connectTimeoutMS=SELECTION_TIMEOUT,
        socketTimeoutMS=OPERATION_TIMEOUT,
        waitQueueTimeoutMS=SELECTION_TIMEOUT,
        appname=name,
    )
    return client[name]


def answers(database: Any) -> bool:
    """Whether the database answers now."""
    try:
        with translated(), pymongo.timeout(SELECTION_TIMEOUT / 1000):
            database.command("ping")
    except ServiceError:
        return False
    return True


def create_indexes(database: Any, collections: Collections) -> None:
    """Create what is missing; safe to repeat."""
    with translated():
        for name, indexes in collections.items():
            for index in (*indexes, PENDING):
                database[name].create_index(
                    index.specification(), unique=index.unique, sparse=index.sparse
                )


def mark_published(database: Any, collection: str, ids: list[str], tokens: list[str]) -> None:
    """Empty the outboxes of `ids` whose newest event is among `tokens`."""
    with translated():
        database[collection].update_many(
            {"_id": {"$in": ids}, "pending": {"$in": tokens}},
            {"$unset": {"pending": "", "outbox": ""}},
        )


def left_behind(
    database: Any, collections: Collections, before: datetime, limit: int
) -> Iterator[Outgoing]:
    """Documents whose oldest unpublished event is older than `before`."""
    for name in collections:
        with translated():
            found = list(database[name].find({"pending": {"$gt": ""}}).limit(limit))
        for stored in found:
            outbox = stored.get("outbox") or []
            if outbox and datetime.fromisoformat(outbox[0]["time"]) < before:
                yield Outgoing(name, stored["_id"], stored["pending"], outbox)


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
