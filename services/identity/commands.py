"""What an operator runs beside the service, with the same configuration and store.

Guarantees: each command can be repeated. Does not: run inside the service's process.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from services.identity.service import Service
from services.identity.tools import Tools, make_tools
from shared.config import load_config
from shared.store import Database, create_indexes, open_database
from shared.timekeeping import timekeeper


def open_store(config: dict[str, Any]) -> Database:
    """The service's own database; events it stores are published by the running service."""
    database = open_database(config["MONGO_URI"], Service.name)
    collections = Service.store.collections
    create_indexes(database, collections)
    return Database(database, collections, lambda outgoing: None)


def prepared() -> tuple[Database, Tools, datetime]:
    """Store, tools and the time, as configured by the environment."""
    config = load_config(Path(__file__).with_name("config.yml"))
    return open_store(config), make_tools(config), timekeeper(config["CLOCK_FILE"])()
