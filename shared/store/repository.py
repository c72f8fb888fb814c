"""One collection: reads, pages, and the one write that is one truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pymongo

from shared import spans
from shared.documents import (
    Change,
    Collection,
    Document,
    Page,
    decode_cursor,
    encode_cursor,
    inserted,
    updated,
)
from shared.errors import Duplicate, Stale
from shared.events import Event
from shared.relay import Outgoing
from shared.store.connection import translated

EACH_BATCH = 500
MONGO = {"db.system": "mongodb"}
IN_ONE_READ = 32
"""Ids of one read: the embedded database takes time by their square."""


class Repository(Collection):
    """One collection. Filters are MongoDB's; give at least one selective indexed equality."""

    def __init__(
        self, collection: Any, offer: Callable[[Outgoing], None], traceparent: str | None
    ) -> None:
        self._collection = collection
        self._offer = offer
        self._traceparent = traceparent

    def get(self, id_: str) -> Document | None:
        """The document with this id, or None."""
        with translated(), self._step("find"):
            stored = self._collection.find_one({"_id": id_})
        return None if stored is None else Document(stored)

    def get_many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of `ids` that exist, by id."""
        wanted = list(ids)
        found: dict[str, Document] = {}
        for start in range(0, len(wanted), IN_ONE_READ):
            some = {"_id": {"$in": wanted[start : start + IN_ONE_READ]}}
            with translated(), self._step("find"):
                found |= {d["_id"]: Document(d) for d in self._collection.find(some)}
        return found

    def each(self, filter_: Mapping[str, Any]) -> Iterator[Document]:
        """All that match, in no order, without holding them all; for commands that read the lot."""
        with translated(), self._collection.find(filter_).batch_size(EACH_BATCH) as cursor:
            for stored in cursor:
                yield Document(stored)

    def find(
        self,
        filter_: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 100,
        fields: Sequence[str] = (),
    ) -> list[Document]:
        """At most `limit` documents that match; with `fields`, only those and `_id`."""
        with translated(), self._step("find"):
            cursor = self._collection.find(filter_, list(fields) or None).limit(limit)
            if sort:
                cursor = cursor.sort(list(sort))
            return [Document(stored) for stored in cursor]

    def count(self, filter_: Mapping[str, Any]) -> int:
        """How many match."""
        with translated(), self._step("count"):
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
        with translated(), self._step("insert"):
            self._collection.insert_one(stored)
        return self._sent(Document(stored))

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
        with translated(), self._step("update"):
            matched = self._collection.update_one(write.filter, write.update).matched_count
        if not matched:
            return self._unmatched(before, received)
        saved = Document({**after, "_id": before["_id"], "version": before["version"] + 1})
        saved.outbox = [*before.outbox, *events]
        saved.inbox = [*before.inbox, *([received.id] if received else [])]
        return self._sent(saved) if events else saved

    def save_many(self, changes: Sequence[Change]) -> None:
        """Write all `changes`, each as `add` or `save` would, in two commands at the most.

        `Stale` where a document had moved on, or was there already; the others are written, so
        whoever repeats the whole (from fresh reads) must not mind what is done.
        """
        inserts, updates, outgoing = [], [], []
        for before, after, given in changes:
            events = self._traced(given)
            if before is None:
                stored = inserted(after, events, None)
                inserts.append(pymongo.InsertOne(stored))
                outgoing.append((after["_id"], events))
            else:
                updates.append(pymongo.UpdateOne(*updated(before, after, events, None)))
                outgoing.append((before["_id"], [*before.outbox, *events] if events else []))
        self._bulk(inserts, updates)
        for id_, events in outgoing:
            if events:
                self._offer(Outgoing(self._collection.name, id_, events[-1]["id"], events))

    def _bulk(self, inserts: Sequence[Any], updates: Sequence[Any]) -> None:
        if not (inserts or updates):
            return
        try:
            with translated(), self._step("bulk"):
                done = self._collection.bulk_write([*inserts, *updates], ordered=False)
        except Duplicate as error:
            raise Stale() from error
        if done.matched_count < len(updates):
            raise Stale()

    def remove(self, id_: str) -> bool:
        """Delete the document; whether it was there."""
        with translated():
            return bool(self._collection.delete_one({"_id": id_}).deleted_count)

    def remove_many(self, ids: Iterable[str]) -> None:
        """Delete those of `ids` that exist."""
        if wanted := list(ids):
            with translated():
                self._collection.delete_many({"_id": {"$in": wanted}})

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

    def _step(self, command: str) -> AbstractContextManager[None]:
        if not spans.listened():
            return spans.UNHEARD
        return spans.step("client", f"{command} {self._collection.name}", self._traceparent, MONGO)

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
