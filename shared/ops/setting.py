"""The platform that a command works on: its broker, its databases, its services and their code.

    AMQP_URI, MONGO_URI    ``{service}`` in them stands for the name of each service
    MANAGEMENT_URL         RabbitMQ's management API, where there is one: http://user:password@host:15672

Where neither is given, those of the local platform that runs (`.local/platform.env`).

Guarantees: each connection has a time limit; an absent part is a `Failure` that names it.
Does not: print an URI, which may hold a password.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from amqp import AMQPError
from kombu import Connection, Queue
from kombu.exceptions import OperationalError

from shared.amqp import Publisher, connection_to
from shared.commands import config_of
from shared.errors import Unavailable
from shared.local import secrets
from shared.local.failure import Failure
from shared.local.places import FOLDER, RUNNING
from shared.local.services import discover
from shared.store import Collections, Database, open_database
from shared.store.connection import COMMANDING, REFUSED

AWAY = 2
"""The exit code where something cannot be reached, or was not said."""
SECRETS = "secrets.env"


@dataclass(frozen=True, slots=True)
class Setting:
    """services: name -> module of its Nameko class."""

    services: Mapping[str, str]
    amqp: str | None = None
    mongo: str | None = None
    management: str | None = None

    def amqp_uri(self, service: str) -> str:
        """The broker as `service` may use it; Failure where none is named."""
        return _named(self.amqp, "broker", "AMQP_URI").replace("{service}", service)

    def mongo_uri(self, service: str) -> str:
        """The database server as `service` may use it; Failure where none is named."""
        return _named(self.mongo, "database", "MONGO_URI").replace("{service}", service)

    def database(self, service: str) -> Any:
        """The service's database as it is."""
        return _opened(self.mongo_uri(service), service)

    def store(self, service: str, collections: Collections | None = None) -> Database:
        """The service's collections; those that its code declares unless they are given."""
        if collections is None:
            collections = self.code(service).store.collections
        return Database(self.database(service), collections, lambda outgoing: None)

    def code(self, service: str) -> Any:
        """The service's Nameko class."""
        return importlib.import_module(self.services[service]).Service

    def beside(self, service: str, name: str) -> Any | None:
        """The module `name` beside the service's, or None where it has none."""
        module = f"{self.services[service].rpartition('.')[0]}.{name}"
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            return None

    def config(self, service: str) -> dict[str, Any]:
        """The service's configuration, as the environment has it."""
        return config_of(self.code(service))

    @contextmanager
    def broker(self, service: str) -> Iterator[Connection]:
        """A connection to the broker."""
        with connection_to(self.amqp_uri(service)) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0.2)
            yield connection

    @contextmanager
    def publisher(self, service: str, *queues: Queue) -> Iterator[Publisher]:
        """Publishes with the service's rights; declares nothing but `queues`."""
        publisher = Publisher(self.amqp_uri(service), queues)
        try:
            yield publisher
        finally:
            publisher.close()

    def owner(self, queue: str) -> str:
        """The service whose queue that is; Failure where none of these has it."""
        service = queue.partition(".")[0]
        if service not in self.services:
            raise Failure(f"{queue}: no queue of {', '.join(self.services)}", AWAY)
        return service


@cache
def _opened(uri: str, service: str) -> Any:
    return open_database(uri, service, COMMANDING)


@contextmanager
def reached() -> Iterator[None]:
    """What cannot be reached meanwhile as a `Failure`."""
    try:
        yield
    except Unavailable as error:
        raise Failure(
            f"The broker or the database is away: {error.__cause__ or error}", AWAY
        ) from None
    except REFUSED as error:
        raise Failure(f"The database refused: {error}", AWAY) from None
    except (OSError, AMQPError, OperationalError) as error:
        raise Failure(f"The broker is away: {type(error).__name__} {error}", AWAY) from None


def settled(
    services: Sequence[str], amqp: str | None, mongo: str | None, settings: Sequence[Path]
) -> Setting:
    """As the command line and the environment say; `settings` are files of NAME=value lines.

    services: names, each perhaps with ``=module``; nothing means all of `services/`.
    """
    files = settings or _running_locally(amqp, mongo)
    known = {name: value for file in files for name, value in _read(file).items()}
    for name, value in known.items():
        os.environ.setdefault(name, value)
    return Setting(
        dict(_module(one) for one in services or discover()),
        amqp or os.environ.get("AMQP_URI") or None,
        mongo or os.environ.get("MONGO_URI") or None,
        os.environ.get("MANAGEMENT_URL") or None,
    )


def _running_locally(amqp: str | None, mongo: str | None) -> list[Path]:
    given = (amqp, mongo, os.environ.get("AMQP_URI"), os.environ.get("MONGO_URI"))
    return [] if any(given) else [f for f in (FOLDER / RUNNING, FOLDER / SECRETS) if f.exists()]


def _read(file: Path) -> dict[str, str]:
    try:
        return secrets.read_env(file)
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}", AWAY) from None


def _module(service: str) -> tuple[str, str]:
    name, _, module = service.partition("=")
    return name, module or f"services.{name}.service"


def _named(uri: str | None, what: str, name: str) -> str:
    if uri is None:
        raise Failure(
            f"Which {what}? Start the local platform (make run), or say {name}"
            f" (or --{name.lower().replace('_', '-')})",
            AWAY,
        )
    return uri
