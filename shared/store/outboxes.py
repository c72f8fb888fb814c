"""The relay's side of the store: outboxes emptied, and those that were left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pymongo.write_concern import WriteConcern

from shared.relay import Outgoing
from shared.store.connection import Collections, translated


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
