"""Indexes and data migrations of a service: ``python -m shared.migrate [name]``.

A migration is a module `services/<name>/migrations/m<number>_<word>.py` with
``forwards(store: Storage) -> None``. Each runs once, in the order of their names, and is recorded
when it has ended.

Guarantees: the whole may be repeated, and be broken off anywhere; what has run does not run again.
Does not: go back, or stop a service. So a migration must be safe to repeat, and leave data that the
version before can still read (add first, take away a version later); events it stores are published
by the running service.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

from shared.commands import config_of
from shared.documents import Storage
from shared.store import KEPT, Database, create_indexes, open_database

COLLECTION = "platform"
Forwards = Callable[[Storage], None]


def main(arguments: list[str]) -> int:
    """Brings the database of one service up to date; prints what it did."""
    parser = argparse.ArgumentParser(prog="python -m shared.migrate", description=__doc__)
    parser.add_argument("name", nargs="?", default=os.environ.get("SERVICE"))
    name = parser.parse_args(arguments).name or parser.error("which service?")
    store = _opened(importlib.import_module(f"services.{name}.service").Service)
    print(f"{name}: the indexes are there")
    for done in run(store, migrations(f"services.{name}")):
        print(f"{name}: {done} has run")
    return 0


def run(store: Storage, steps: Iterator[tuple[str, Forwards]]) -> Iterator[str]:
    """The names of those that ran now, each after it has been recorded."""
    for name, forwards in steps:
        record = f"migration:{name}"
        if store[COLLECTION].get(record) is None:
            forwards(store)
            store[COLLECTION].ensure({"_id": record})
            yield name


def migrations(package: str) -> Iterator[tuple[str, Forwards]]:
    """The migrations of the service in `package`, by name, in order."""
    if "migrations" not in _modules(package):
        return
    for name in _modules(f"{package}.migrations"):
        yield name, importlib.import_module(f"{package}.migrations.{name}").forwards


def _modules(package: str) -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(importlib.import_module(package).__path__))


def _opened(service: type[Any]) -> Database:
    database = open_database(config_of(service)["MONGO_URI"], service.name)
    own = getattr(service, "store", None)
    collections = {COLLECTION: (), **KEPT, **(own.collections if own else {})}
    create_indexes(database, collections)
    return Database(database, collections, lambda outgoing: None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
