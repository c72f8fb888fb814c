"""The relay's side of the store: outboxes emptied, those that were left behind, and what was
published, kept for some time in lots: ``{_id, at, events}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.write_concern import WriteConcern

from shared.errors import Duplicate
from shared.events import derived_id
from shared.relay import Outgoing
from shared.store.connection import Collections, Index, translated

PUBLISHED = "published"
KEPT: Collections = {PUBLISHED: [Index.on("at")]}
FORGOTTEN_TOGETHER = 50
FILES = "fs."
"""Begins the names of GridFS's collections, which hold no events."""


def mark_published(database: Any, collection: str, ids: list[str], tokens: list[str]) -> None:
    """Empty the outboxes of `ids` whose newest event is among `tokens`.

    Not waiting for the journal: a mark that is lost costs a repeat, which receivers know.
    """
    with translated():
        database[collection].with_options(write_concern=WriteConcern(w=1)).update_many(
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


def waiting(database: Any) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The events of each document that has some to publish."""
    with translated():
        for name in sorted(database.list_collection_names()):
            if name == PUBLISHED or name.startswith(FILES):
                continue
            for stored in database[name].find({"pending": {"$gt": ""}}, ["outbox"]):
                yield stored.get("outbox") or []


def keep_published(database: Any, events: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Keep `events`, published at `at`, in one document; before they leave their outboxes."""
    id_ = derived_id("published", *(event["id"] for event in events), at.isoformat())
    lot = {"_id": id_, "at": at, "events": list(events)}
    try:
        with translated():
            database[PUBLISHED].with_options(write_concern=WriteConcern(w=1)).insert_one(lot)
    except Duplicate:
        return  # kept, though the answer was lost


def published(database: Any, since: datetime | None) -> Iterator[Mapping[str, Any]]:
    """The events kept since then (None: all), in no order; they may repeat."""
    wanted = {"at": {"$gte": since}} if since else {}
    with translated(), database[PUBLISHED].find(wanted).batch_size(FORGOTTEN_TOGETHER) as lots:
        for lot in lots:
            yield from lot["events"]


def forget_published(database: Any, before: datetime) -> int:
    """Forget a few lots that are older than that; how many."""
    with translated():
        old = database[PUBLISHED].find({"at": {"$lt": before}}, ["_id"]).limit(FORGOTTEN_TOGETHER)
        ids = [lot["_id"] for lot in old]
        if ids:
            database[PUBLISHED].delete_many({"_id": {"$in": ids}})
    return len(ids)
