"""The connection: its time limits, its errors as the platform's, and the indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from typing import Any, NamedTuple

import pymongo
from pymongo import errors as mongo

from shared.errors import Duplicate, ServiceError, TooLarge, Unavailable
from shared.store.metering import Commands, Pool, Servers

SELECTION_TIMEOUT = 2_000
OPERATION_TIMEOUT = 10_000
"""Milliseconds: until a server is found, and for one answer."""

DUPLICATE_KEY = 11000

AWAY = (mongo.ConnectionFailure, mongo.ExecutionTimeout, mongo.WaitQueueTimeoutError)
REFUSED = (mongo.OperationFailure,)
"""What the database says no to: a right that is missing, a transaction that took too long."""


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


class Patience(NamedTuple):
    """Milliseconds: until a server is found, and for one answer."""

    selection: int
    operation: int


SERVING = Patience(SELECTION_TIMEOUT, OPERATION_TIMEOUT)
COMMANDING = Patience(20_000, 300_000)
"""Of a person's command, which may read whole collections: the embedded database gives no document
of one before it has read all, at about 0.1 ms of CPU a document."""

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


def open_database(uri: str, name: str, patience: Patience = SERVING) -> Any:
    """The database `name` at `uri`, where everything that waits has a limit."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=patience.selection,
        connectTimeoutMS=patience.selection,
        socketTimeoutMS=patience.operation,
        waitQueueTimeoutMS=patience.selection,
        w="majority",
        journal=True,  # an acknowledged write survives the database's death
        appname=name,
        event_listeners=[Commands(), Pool(), Servers()],
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
