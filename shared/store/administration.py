"""What an administrator does to a database server: the replica set, a user for each service, and
one for the operator.

Guarantees: each may be repeated; nothing is taken away. Does not: remove users or members.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pymongo
from pymongo import errors as mongo

from shared.errors import Unavailable
from shared.store.connection import OPERATION_TIMEOUT, SELECTION_TIMEOUT, translated

NOT_YET_INITIATED = 94
ALREADY_INITIATED = 23
USER_EXISTS = 51003
ELECTION_SECONDS = 60.0
PAUSE = 0.2


def ensure_replica_set(uri: str, name: str, member: str) -> None:
    """The server at `uri` is the primary of the replica set `name`; `member`: its host:port."""
    with translated(), _client(uri, directConnection=True) as client:
        if not _initiated(client):
            members = [{"_id": 0, "host": member}]
            _run(
                client.admin,
                ALREADY_INITIATED,
                "replSetInitiate",
                {"_id": name, "members": members},
            )
        until = time.monotonic() + ELECTION_SECONDS
        while not client.admin.command("hello").get("isWritablePrimary"):
            if time.monotonic() > until:
                raise Unavailable()
            time.sleep(PAUSE)


def ensure_user(uri: str, service: str, password: str) -> None:
    """The user `service`, who reads and writes the database `service` and no other."""
    _ensure(uri, service, service, password, [service])


def ensure_operator(uri: str, name: str, password: str, services: Iterable[str]) -> None:
    """The user `name` of the database `admin`, who reads and writes the databases of `services` and
    no other: what a command over all of them needs (`shared.ops`)."""
    _ensure(uri, "admin", name, password, services)


def _ensure(uri: str, home: str, name: str, password: str, databases: Iterable[str]) -> None:
    roles = [{"role": "readWrite", "db": database} for database in databases]
    with translated(), _client(uri) as client:
        database = client[home]
        if not _run(database, USER_EXISTS, "createUser", name, pwd=password, roles=roles):
            database.command("updateUser", name, pwd=password, roles=roles)


def _initiated(client: Any) -> bool:
    return _run(client.admin, NOT_YET_INITIATED, "replSetGetStatus")


def _run(database: Any, harmless: int, command: str, *arguments: Any, **more: Any) -> bool:
    """Whether `command` was carried out; False where the server answers with that one code."""
    try:
        database.command(command, *arguments, **more)
    except mongo.OperationFailure as error:
        if error.code != harmless:
            raise
        return False
    return True


def _client(uri: str, **options: Any) -> Any:
    return pymongo.MongoClient(
        uri,
        serverSelectionTimeoutMS=SELECTION_TIMEOUT,
        connectTimeoutMS=SELECTION_TIMEOUT,
        socketTimeoutMS=OPERATION_TIMEOUT,
        **options,
    )
