"""The broker: its topology, and publishing that is confirmed.

Guarantees: `Publisher.publish` returns only when the broker has taken every message; on any doubt
it raises `Unavailable` and the caller keeps what it had. That includes a message for a queue that
does not exist; an event that nobody hears is fine. Queues are durable quorum queues.
Does not: decide what is published when (`shared.relay`), or consume (`shared.entrypoints`).
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import amqp
import eventlet
import orjson
from eventlet.semaphore import Semaphore
from kombu import Connection, Exchange, Queue

from shared.errors import Unavailable
from shared.events import EXCHANGE

CONFIRM_TIMEOUT = 5.0
"""Seconds after which the broker counts as gone."""
PUBLISH_TIMEOUT = 15.0
"""Seconds for all of it, the connection and its declarations included."""

DELIVERY_LIMIT = 20
"""Deliveries without an answer (the consumer died) after which a message is a dead letter."""

EVENTS = Exchange(EXCHANGE, type="topic", durable=True)


class Message(NamedTuple):
    """`body`: JSON values. `exchange` "" is the default exchange: `key` names a queue."""

    exchange: str
    key: str
    body: Any
    headers: Mapping[str, Any] = {}


def durable_queue(name: str, dead: str | None = None, **kwargs: Any) -> Queue:
    """A quorum queue; what can't be delivered goes to the queue `dead`, at least once."""
    arguments: dict[str, Any] = {"x-queue-type": "quorum"}
    if dead:
        arguments |= {**_dead_lettered("", dead), "x-delivery-limit": DELIVERY_LIMIT}
    return Queue(name, durable=True, queue_arguments=arguments, **kwargs)


def delay_queue(service: str, milliseconds: int) -> Queue:
    """Holds messages of `service` for so long, then returns each to the queue it is keyed with."""
    name = f"{service}.retry.{milliseconds}"
    arguments = {
        "x-queue-type": "quorum",
        "x-message-ttl": milliseconds,
        **_dead_lettered("", None),
    }
    exchange = Exchange(name, type="fanout", durable=True)
    return Queue(name, exchange=exchange, durable=True, queue_arguments=arguments)


def dead_queue(service: str) -> Queue:
    """The dead letters of `service`."""
    return durable_queue(f"{service}.dead")


def _dead_lettered(exchange: str, key: str | None) -> dict[str, Any]:
    arguments = {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return arguments | ({"x-dead-letter-routing-key": key} if key else {})


def tls(uri: str) -> dict[str, Any] | None:
    """How to speak TLS with the broker of an `amqps://` address; None for a plain one.

    Its certificate must name its host, and be of an authority in the file that the environment's
    BROKER_CA names, or of one that the system trusts.
    """
    address = urlsplit(uri)
    if address.scheme != "amqps":
        return None
    return {
        "cert_reqs": ssl.CERT_REQUIRED,
        "ca_certs": os.environ.get("BROKER_CA"),
        "server_hostname": address.hostname,
    }


def connection_to(uri: str) -> Connection:
    """A connection, not opened yet, that is as patient as all are."""
    return Connection(uri, connect_timeout=CONFIRM_TIMEOUT, ssl=tls(uri))


class Publisher:
    """Publishes to one broker over one connection; greenlets take turns."""

    def __init__(self, uri: str, declare: Iterable[Exchange | Queue] = (EVENTS,)) -> None:
        self._uri = uri
        self._declare = tuple(declare)
        self._connection: Connection | None = None
        self._published = 0
        self._turn = Semaphore()

    def publish(self, messages: Iterable[Message]) -> None:
        """Publish all, in order, and wait until all are confirmed; else `Unavailable`."""
        with self._turn:
            try:
                with eventlet.Timeout(PUBLISH_TIMEOUT, Unavailable()):
                    self._publish(self._connect(), list(messages))
            except Exception as failure:
                self.close()
                if isinstance(failure, (OSError, amqp.AMQPError, Unavailable)):
                    raise Unavailable() from failure
                raise

    def close(self) -> None:
        """Drop the connection; the next publish makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()

    def _connect(self) -> Connection:
        if self._connection is None:
            connection = connection_to(self._uri)
            connection.connect()
            self._connection = connection
            channel = connection.default_channel
            for entity in self._declare:
                entity(channel).declare()
            channel.confirm_select()
            self._published = 0
        return self._connection

    def _publish(self, connection: Connection, messages: list[Message]) -> None:
        channel = connection.default_channel
        open_tags = _Unconfirmed(self._published + 1, len(messages))
        self._published += len(messages)
        acknowledged, refused = channel.events["basic_ack"], channel.events["basic_nack"]
        acknowledged.add(open_tags.acknowledge)
        refused.add(open_tags.refuse)
        try:
            for message in messages:
                channel.basic_publish(
                    _wire(channel, message),
                    message.exchange,
                    message.key,
                    mandatory=message.exchange != EXCHANGE,
                )
            _drain(connection, open_tags)
        finally:
            acknowledged.discard(open_tags.acknowledge)
            refused.discard(open_tags.refuse)


class _Unconfirmed:
    """The delivery tags that the broker has not confirmed yet."""

    def __init__(self, first: int, count: int) -> None:
        self._tags = set(range(first, first + count))
        self.refused = False

    def acknowledge(self, delivery_tag: int, multiple: bool) -> None:
        if multiple:
            self._tags = {tag for tag in self._tags if tag > delivery_tag}
        else:
            self._tags.discard(delivery_tag)

    def refuse(self, delivery_tag: int, multiple: bool) -> None:
        self.refused = True

    def __bool__(self) -> bool:
        return bool(self._tags)


def _drain(connection: Connection, unconfirmed: _Unconfirmed) -> None:
    until = time.monotonic() + CONFIRM_TIMEOUT
    while unconfirmed:
        connection.drain_events(timeout=max(until - time.monotonic(), 0.001))
        if unconfirmed.refused:
            raise Unavailable()


def _wire(channel: Any, message: Message) -> Any:
    return channel.prepare_message(
        orjson.dumps(message.body),
        content_type="application/json",
        content_encoding="utf-8",
        headers=dict(message.headers),
        properties={"delivery_mode": 2},
    )
