"""Whole databases, read at one moment and written as they were.

Guarantees: what a `Snapshot` reads, in whatever database of its server, is as it was at one moment,
while others go on writing; nothing is held in memory but one batch. (A transaction with the read
concern "snapshot". MongoDB ends one after `transactionLifetimeLimitSeconds`, 60 by default: then
`Unavailable`.)
Does not: lock anything, read indexes (services make theirs), or span servers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo.read_concern import ReadConcern

from shared.store.connection import COMMANDING, open_database, translated

LENGTH = 4
"""Bytes of a BSON document that tell how long it is (little endian)."""
MANY, LARGE = 500, 4_000_000
"""Documents, and bytes, that are written in one command."""
PROBED = "platform"


class Snapshot:
    """The databases `names` of one server."""

    def __init__(self, client: Any, session: Any, names: Sequence[str]) -> None:
        self._client, self._session = client, session
        with translated():
            self.collections = {name: _collections(client[name]) for name in names}

    def begin(self) -> None:
        """From now on, this is the moment."""
        with translated():
            self._session.start_transaction(read_concern=ReadConcern("snapshot"))
            for name in self.collections:
                self._client[name][PROBED].find_one({}, ["_id"], session=self._session)

    def read(self, database: str, collection: str) -> Iterator[bytes]:
        """The documents in BSON, several at once, each whole."""
        with translated():
            found = self._client[database][collection].find_raw_batches({}, session=self._session)
            yield from found


@contextmanager
def snapshot(uri: str, names: Sequence[str]) -> Iterator[Snapshot]:
    """One that has not begun, of the databases `names`."""
    client = open_database(uri, names[0], COMMANDING).client
    with translated(), client, client.start_session() as session:
        yield Snapshot(client, session, names)


def documents_in(raw: bytes) -> list[bytes]:
    """Documents that stand one after the other; ValueError where the last is not whole."""
    found, start = [], 0
    while start < len(raw):
        end = start + int.from_bytes(raw[start : start + LENGTH], "little")
        if not start + LENGTH < end <= len(raw):
            raise ValueError("a document is not whole")
        found.append(raw[start:end])
        start = end
    return found


def filled(database: Any) -> list[str]:
    """The collections that have documents."""
    with translated():
        return [n for n in _collections(database) if database[n].find_one({}, ["_id"]) is not None]


def load(database: Any, collection: str, documents: Iterable[bytes]) -> int:
    """Insert documents as they are; how many the collection has then."""
    batch: list[RawBSONDocument] = []
    size = 0
    with translated():
        for document in documents:
            batch.append(RawBSONDocument(document))
            size += len(document)
            if len(batch) == MANY or size > LARGE:
                database[collection].insert_many(batch, ordered=False)
                batch, size = [], 0
        if batch:
            database[collection].insert_many(batch, ordered=False)
        return int(database[collection].count_documents({}))


def _collections(database: Any) -> list[str]:
    return sorted(n for n in database.list_collection_names() if not n.startswith("system."))
