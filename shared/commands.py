"""What commands beside a service (``python -m services.<name>.<command>``) begin with.

Guarantees: the same configuration, database and indexes as the service itself.
Does not: publish; events that a command stores are published by the running service.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from shared.config import load_config
from shared.store import COMMANDING, Database, create_indexes, open_database


def config_of(service: type[Any]) -> dict[str, Any]:
    """The configuration of the service class `service`, as the environment has it."""
    folder = Path(str(sys.modules[service.__module__].__file__)).parent
    config: dict[str, Any] = load_config(folder / "config.yml")
    return config


def store_of(service: type[Any], config: dict[str, Any]) -> Database:
    """The database of the service class `service`."""
    database = open_database(config["MONGO_URI"], service.name, COMMANDING)
    collections = service.store.collections
    create_indexes(database, collections)
    return Database(database, collections, lambda outgoing: None)
