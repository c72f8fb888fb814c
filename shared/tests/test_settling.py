"""What is settled together, and what is not."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kombu.message import Message as Received

from shared.amqp import Message, Publisher
from shared.entrypoints import settling
from shared.entrypoints.broker import Broker
from shared.entrypoints.settling import Delivery, Result, Settling
from shared.errors import NotFound, Unavailable
from shared.events import Event
from shared.testing import NOON

BODY = {"id": "e", "type": "a.b.c.v1", "subject": "s"}


class Channel:
    """The broker's side of a channel: what it has delivered and has no answer to."""

    no_ack_consumers = None
    connection = True

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.done: set[int] = set()
        self.again: set[int] = set()
        self.frames = 0

    def deliver(self, attempt: int = 0) -> Any:
        tag = len(self.open | self.done | self.again) + 1
        self.open.add(tag)
        return Received(delivery_tag=tag, channel=self, headers={"x-attempt": attempt})

    def basic_ack(self, tag: int, multiple: bool = False) -> None:
        assert tag in self.open, "the broker closes the channel"
        acknowledged = {t for t in self.open if t <= tag} if multiple else {tag}
        self.open -= acknowledged
        self.done |= acknowledged
        self.frames += 1

    def basic_reject(self, tag: int, requeue: bool) -> None:
        assert tag in self.open and requeue
        self.open.remove(tag)
        self.again.add(tag)


class Sending(Publisher):
    """A publisher without a connection."""

    def __init__(self, away: bool) -> None:
        self.away = away
        self.sent: list[Message] = []

    def publish(self, messages: Iterable[Message]) -> None:
        if self.away:
            raise Unavailable
        self.sent += messages


class TheBroker(Broker):
    """Without a connection; `away`: nothing can be published."""

    def __init__(self, away: bool = False) -> None:
        self.delays = [1000, 5000]
        self.publisher = self.sending = Sending(away)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "UNSETTLED_PAUSE", 0)


def result(message: Any, error: Exception | None, fits: bool = True) -> Result:
    event = Event("e", "a.b.c.v1", "/a", "s", NOON, 1, {}) if fits else None
    return Result(Delivery(BODY, message, 0.0, event), error)


ERRORS = st.sampled_from([None, None, ValueError("no"), NotFound(), Unavailable()])


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(ERRORS, min_size=1, max_size=6), min_size=1, max_size=5), st.booleans())
def test_every_message(lots: list[list[Exception | None]], away: bool) -> None:
    """A message is acknowledged if its event was handled or waits elsewhere, and else delivered
    again; with one answer for a lot."""
    channel, broker = Channel(), TheBroker(away)
    own = Settling(broker, "s", "s.q")
    waiting = [[(channel.deliver(), error) for error in lot] for lot in lots]
    for lot in waiting:
        own.settle([result(message, error) for message, error in lot], together=True)
        assert all(message.delivery_tag not in channel.open for message, _ in lot)
    failed = {m.delivery_tag for lot in waiting for m, error in lot if error is not None}
    assert channel.again == (failed if away else set())
    assert len(broker.sending.sent) == (0 if away else len(failed))
    assert channel.frames <= len(lots)


def test_one_by_one() -> None:
    """Where others of the queue are in hand, none is acknowledged with another."""
    channel, broker = Channel(), TheBroker()
    first, second = channel.deliver(), channel.deliver()
    Settling(broker, "s", "s.q").settle([result(second, None)], together=False)
    assert channel.open == {first.delivery_tag}


def test_two_channels() -> None:
    """What came over a connection that is gone is left to the broker, whoever shares its lot."""
    old, new = Channel(), Channel()
    taken = [old.deliver(), old.deliver(), new.deliver()]
    old.connection = False
    Settling(TheBroker(), "s", "s.q").settle([result(m, None) for m in taken], together=True)
    assert (old.open, new.done) == ({1, 2}, {1})


def test_where_to(caplog: pytest.LogCaptureFixture) -> None:
    """Failures wait longer and longer, then are dead letters, at once where they do not fit; what
    waits for the database does not count; a crowd is one line of the log, a failure its own."""
    caplog.set_level(logging.INFO)
    channel, broker = Channel(), TheBroker()
    tries: list[Any] = [(channel.deliver(n), ValueError("no"), True) for n in range(3)]
    tries += [(channel.deliver(1), Unavailable(), True), (channel.deliver(), NotFound(), False)]
    tries += [(channel.deliver(), None, True) for _ in range(2)]
    Settling(broker, "s", "s.q").settle([result(*one) for one in tries], together=True)
    assert [(m.exchange, m.key, m.headers["x-attempt"]) for m in broker.sending.sent] == [
        ("s.retry.1000", "s.q", 1),
        ("s.retry.5000", "s.q", 2),
        ("", "s.dead", 2),
        ("s.retry.5000", "s.q", 1),
        ("", "s.dead", 0),
    ]
    assert broker.sending.sent[2].headers["x-reason"] == "ValueError: no"
    told: list[Any] = [record.fields for record in caplog.records]  # type: ignore[attr-defined]
    outcomes = [(one["outcome"], one.get("events")) for one in told]
    assert outcomes == [
        ("retried", None), ("retried", None), ("dead", None), ("retried", None), ("dead", None),
        ("done", 2),
    ]  # fmt: skip
