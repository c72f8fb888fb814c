"""Sends the requests and answers of RPC to the broker: messages that nobody keeps.

Guarantees: what waits goes out together, over one connection, with one wait for the broker to have
taken it all; each message is settled once: taken, or `Unavailable` (also where nobody listens). A
connection that has died while nothing was sent is made again without anybody noticing.
Does not: survive the broker's restart (whoever asked asks again), or send events (`shared.relay`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import amqp
import eventlet
import orjson
from kombu import Connection

from shared.amqp import CONFIRM_TIMEOUT, connection_to
from shared.errors import Unavailable

TOGETHER = 64
"""Messages that go out at once."""
PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
TRANSIENT = 1
READ_AHEAD = 8_192
"""Bytes."""


class Letter(NamedTuple):
    """A message for `key` of `exchange`, JSON; properties: reply_to, correlation_id, ..."""

    exchange: str
    key: str
    body: bytes
    properties: Mapping[str, Any]
    headers: Mapping[str, Any]
    mandatory: bool = False


Settle = Callable[[Unavailable | None], None]


def encoded(value: Any) -> bytes:
    """`value` as JSON; TypeError for what JSON has no word for."""
    return orjson.dumps(value, option=PLAIN)


def read_ahead(connection: Connection) -> None:
    """Let `connection` take what has arrived in one call of the system, not a frame's part each."""
    transport = connection.connection.transport
    receive = transport._quick_recv
    transport._quick_recv = lambda size: receive(max(size, READ_AHEAD))


class Sender:
    """Sends to one broker."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._connection: Connection | None = None
        self._published = 0
        self._waiting: deque[tuple[Letter, Settle]] = deque()
        self._busy = False

    def send(self, letter: Letter, settle: Settle) -> None:
        """Send soon, and call `settle` when the broker has it, or cannot have it; never blocks."""
        self._waiting.append((letter, settle))
        if not self._busy:
            self._busy = True
            eventlet.spawn_n(self._work)

    def close(self) -> None:
        """Drop the connection; the next message makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()

    def _work(self) -> None:
        try:
            while self._waiting:
                count = min(TOGETHER, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(count)]
                outcomes = self._sent([letter for letter, _ in batch])
                for (_, settle), outcome in zip(batch, outcomes, strict=True):
                    settle(outcome)
        finally:
            self._busy = False

    def _sent(self, letters: Sequence[Letter]) -> list[Unavailable | None]:
        """What became of each; a connection from before may be dead, a new one is tried once."""
        for _ in range(1 + (self._connection is not None)):
            try:
                with eventlet.Timeout(CONFIRM_TIMEOUT, Unavailable()):
                    return self._published_on(self._connect(), letters)
            except Exception as failure:
                self.close()
                if not isinstance(failure, (OSError, amqp.AMQPError, Unavailable)):
                    raise
        return [Unavailable() for _ in letters]

    def _connect(self) -> Connection:
        if self._connection is None:
            connection = connection_to(self._uri)
            connection.connect()
            read_ahead(connection)
            self._connection = connection
            connection.default_channel.confirm_select()
            self._published = 0
        return self._connection

    def _published_on(
        self, connection: Connection, letters: Sequence[Letter]
    ) -> list[Unavailable | None]:
        channel = connection.default_channel
        batch = _Batch(self._published + 1, letters)
        self._published += len(letters)
        handlers = (
            (channel.events["basic_ack"], batch.taken),
            (channel.events["basic_nack"], batch.refused),
            (channel.events["basic_return"], batch.returned),
        )
        for events, handler in handlers:
            events.add(handler)
        try:
            for letter in letters:
                channel.basic_publish(
                    _message(channel, letter), letter.exchange, letter.key, letter.mandatory
                )
            until = time.monotonic() + CONFIRM_TIMEOUT
            while batch.open:
                connection.drain_events(timeout=max(until - time.monotonic(), 0.001))
        finally:
            for events, handler in handlers:
                events.discard(handler)
        return batch.outcomes


class _Batch:
    """Letters under way, by their delivery tags; `open`: those that are not settled yet."""

    def __init__(self, first: int, letters: Sequence[Letter]) -> None:
        self._first = first
        self._letters = letters
        self.open = set(range(first, first + len(letters)))
        self.outcomes: list[Unavailable | None] = [None for _ in letters]

    def taken(self, delivery_tag: int, multiple: bool) -> None:
        self.open -= self._tags(delivery_tag, multiple)

    def refused(self, delivery_tag: int, multiple: bool) -> None:
        for tag in self._tags(delivery_tag, multiple) & self.open:
            self.outcomes[tag - self._first] = Unavailable()
        self.open -= self._tags(delivery_tag, multiple)

    def returned(self, error: Any, exchange: str, key: str, message: Any) -> None:
        """Nobody listens; the broker says so before it confirms."""
        about = message.properties.get("correlation_id")
        for place, letter in enumerate(self._letters):
            if letter.properties.get("correlation_id") == about:
                self.outcomes[place] = Unavailable()

    def _tags(self, delivery_tag: int, multiple: bool) -> set[int]:
        return {tag for tag in self.open if tag <= delivery_tag} if multiple else {delivery_tag}


def _message(channel: Any, letter: Letter) -> Any:
    return channel.prepare_message(
        letter.body,
        content_type="application/json",
        content_encoding="utf-8",
        headers=dict(letter.headers),
        properties={"delivery_mode": TRANSIENT, **letter.properties},
    )
