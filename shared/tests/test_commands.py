"""Commands beside a service tell what they store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from shared.amqp import Message
from shared.commands import store_of
from shared.entrypoints import Store
from shared.errors import Unavailable
from shared.events import event
from shared.testing import NOON


class Service:
    name = "commanded"
    store = Store({"things": []})


class Broker:
    """Stands for the publisher: keeps what it is given, or is away."""

    def __init__(self) -> None:
        self.told: list[Message] = []
        self.tries, self.away = 0, False

    def __call__(self, uri: str) -> Broker:
        return self

    def publish(self, messages: Iterable[Message]) -> None:
        self.tries += 1
        if self.away:
            raise Unavailable()
        self.told += messages


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    stands_in = Broker()
    monkeypatch.setattr("shared.commands.Publisher", stands_in)
    return stands_in


def made(mongo_uri: str, *names: str) -> Any:
    """The store of the command, in which things of these names were made."""
    store = store_of(Service, {"MONGO_URI": mongo_uri, "AMQP_URI": "amqp://"})
    for name in names:
        store["things"].add({"_id": name}, [event("commanded.thing.made.v1", name, 1, {}, NOON)])
    return store


def test_told_at_once(mongo_uri: str, broker: Broker) -> None:
    """Events go out with the command, and stay in the outbox for the service to tick off."""
    store = made(mongo_uri, "one")
    assert [message.body["subject"] for message in broker.told] == ["one"]
    assert store["things"].require("one").outbox


def test_broker_away(mongo_uri: str, broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    """Without a broker the command goes on, does not wait for it again, and says who will tell."""
    broker.away = True
    store = made(mongo_uri, "two", "three")
    assert store["things"].require("three").outbox and broker.tries == 1
    assert "next sweep" in caplog.text
