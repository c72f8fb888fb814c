"""Single values in documents are replaced by compare-and-set, while others write the documents.

Guarantees: a value is replaced only where it is still the one that was read, so nobody's write is
lost; the document's version stays, for it says the same as before.
Does not: add or remove anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pymongo

from shared.documents import Document
from shared.store.connection import translated
from shared.store.outboxes import FILES, PUBLISHED
from shared.store.repository import Repository


class Replaced(NamedTuple):
    """In the document `id`, by dotted path, what was read there and what it shall be."""

    id: str
    values: Mapping[str, tuple[Any, Any]]


def collections_of(database: Any) -> list[str]:
    """The names of its collections, but for those of files and of what was published."""
    with translated():
        names = database.list_collection_names()
    return sorted(n for n in names if n != PUBLISHED and not n.startswith((FILES, "system.")))


def documents_of(database: Any, collection: str) -> Iterator[Document]:
    """Every document of the collection, in no order, without holding them all in memory."""
    return Repository(database[collection], lambda outgoing: None, None).each({})


def replace_values(database: Any, collection: str, changes: Sequence[Replaced]) -> int:
    """Replace values in all these documents in one command; how many documents were as they had
    been read. The others are as somebody else has written them meanwhile."""
    writes = [
        pymongo.UpdateOne(
            {"_id": change.id, **{path: old for path, (old, _) in change.values.items()}},
            {"$set": {path: new for path, (_, new) in change.values.items()}},
        )
        for change in changes
    ]
    with translated():
        return int(database[collection].bulk_write(writes, ordered=False).matched_count)
