"""What commands beside a service (``python -m services.<name>.<command>``) begin with.

Guarantees: the same configuration, database and indexes as the service itself; events that a
command stores go out at once where the broker can be reached. Does not: take them from the outbox:
the service's next sweep does, and publishes them once more; receivers know repeats by their id.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.amqp import Message, Publisher
from shared.config import load_config
from shared.errors import Unavailable
from shared.events import EXCHANGE
from shared.relay import Outgoing
from shared.store import COMMANDING, Database, create_indexes, open_database

log = logging.getLogger(__name__)


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
    return Database(database, collections, _telling(config["AMQP_URI"]))


def _telling(uri: str) -> Callable[[Outgoing], None]:
    publisher, away = Publisher(uri), False

    def tell(outgoing: Outgoing) -> None:
        nonlocal away
        if away:
            return
        try:
            publisher.publish(Message(EXCHANGE, e["type"], e) for e in outgoing.events)
        except Unavailable:
            log.warning("The broker is away: events wait for the service's next sweep")
            away = True

    return tell
