"""TLS to broker and database, by their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
from pymongo.errors import ServerSelectionTimeoutError

from shared.amqp import EVENTS, Message, Publisher
from shared.errors import Unavailable
from shared.local import Platform
from shared.store import open_database
from shared.tests.certificates import make
from tests.faults.fixtures import ENV, dropped
from tests.faults.tls import terminated


class Sealed(NamedTuple):
    """The addresses of broker and database, and the authority of their certificates."""

    amqp_uri: str
    mongo_uri: str
    authority: Path


@pytest.fixture(scope="module")
def sealed(ground: Platform, tmp_path_factory) -> Iterator[Sealed]:
    """The broker and the database of the ground, as they are met by TLS."""
    folder = tmp_path_factory.mktemp("certificates")
    make(folder, "servers")
    make(folder, "others")
    broker, database = urlsplit(ground.amqp_uri), urlsplit(ground.mongo_uri)
    pem = folder / "servers.pem"
    with terminated(broker.port, pem) as amqps, terminated(database.port, pem) as mongodb:
        account = f"{broker.username}:{broker.password}"
        yield Sealed(
            f"amqps://{account}@127.0.0.1:{amqps}//",
            f"mongodb://127.0.0.1:{mongodb}/?directConnection=true&tls=true&tlsCAFile=",
            folder / "servers.ca.pem",
        )


def test_service(ground, sealed, tmp_path):
    """A service starts, asks another one, reads and writes, all by TLS."""
    trusted = {"BROKER_CA": str(sealed.authority)}
    uris = {"amqp_uri": sealed.amqp_uri, "mongo_uri": f"{sealed.mongo_uri}{sealed.authority}"}
    alone = Platform(tmp_path, services=["household"], env={**ENV, **trusted}, **uris)
    with dropped(alone) as running:
        ready = requests.get(f"{running.service_url('household')}/readyz", timeout=30).json()
    assert set(ready["checks"].values()) == {"ok"}
    assert ready["checks"].keys() >= {"broker", "database", "keys"}


def test_strangers(sealed, monkeypatch):
    """A broker or database whose certificate another authority has signed is not spoken to."""
    other = sealed.authority.with_name("others.ca.pem")
    message = Message(EVENTS.name, "household.household.opened.v1", {})
    monkeypatch.setenv("BROKER_CA", str(sealed.authority))
    Publisher(sealed.amqp_uri).publish([message])
    monkeypatch.setenv("BROKER_CA", str(other))
    with pytest.raises(Unavailable):
        Publisher(sealed.amqp_uri).publish([message])
    with pytest.raises(ServerSelectionTimeoutError, match="CERTIFICATE_VERIFY_FAILED"):
        open_database(f"{sealed.mongo_uri}{other}", "household").command("ping")
