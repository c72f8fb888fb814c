"""Events told by nobody: published by the tests, heard by the witness."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from kombu import Connection

from shared.amqp import Message, Publisher
from shared.events import EXCHANGE, event

Event = dict[str, Any]


def told(type: str, count: int, sequence: int = 1, label: str = "") -> list[Event]:
    """`count` events of `type`, each about a subject of its own."""
    label = label or uuid.uuid4().hex[:8]
    now = datetime.now(UTC)
    return [
        event(type, f"{label}-{i}", sequence, {"state": f"state {sequence}"}, now)
        for i in range(count)
    ]


def waiting(amqp_uri: str, queue: str) -> int:
    """How many messages the broker has in `queue`, those in somebody's hands aside."""
    with Connection(amqp_uri) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).message_count)


def publish(amqp_uri: str, events: list[Event]) -> None:
    """Publish all, confirmed, in this order."""
    publisher = Publisher(amqp_uri)
    publisher.publish(Message(EXCHANGE, one["type"], one) for one in events)
    publisher.close()
