"""The envelope, names and versions of events (CloudEvents 1.0, JSON format).

Guarantees: an event's id follows from what it says (type, subject, sequence), so the same fact
told twice has one id. `sequence` grows with every change of its subject, so what comes late shows.
Does not: publish (`shared.relay`) or receive (`shared.entrypoints`).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

EXCHANGE = "events"
TYPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\.v[1-9]\d*")
"""``<service>.<noun>.<past participle>.v<n>``; it is the routing key as well."""

NAMESPACE = uuid.UUID("6f2a4f0e-8f0d-5b52-9f0b-43d1c7a0e430")


def derived_id(*parts: object) -> str:
    """The id that follows from `parts`: the same parts, the same id (RFC 9562, version 5)."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(map(str, parts))))


def event(
    type: str, subject: str, sequence: int, data: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """A new event as it is stored and sent. `data`: JSON values, no personal numbers."""
    if not TYPE.fullmatch(type):
        raise ValueError(f"not an event type: {type!r}")
    return {
        "specversion": "1.0",
        "id": derived_id(type, subject, sequence),
        "source": "/" + type.partition(".")[0],
        "type": type,
        "subject": subject,
        "time": now.isoformat(timespec="milliseconds"),
        "datacontenttype": "application/json",
        "sequence": sequence,
        "data": dict(data),
    }


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a handler gets it; `data` holds the fields the handler declared, no others."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    data: Mapping[str, Any]
    traceparent: str | None = None


def received(envelope: Mapping[str, Any], data: Mapping[str, Any]) -> Event:
    """The `Event` in `envelope`, with `data` as its reader loaded it."""
    return Event(
        id=envelope["id"],
        type=envelope["type"],
        source=envelope["source"],
        subject=envelope["subject"],
        time=datetime.fromisoformat(envelope["time"]),
        sequence=int(envelope["sequence"]),
        data=data,
        traceparent=envelope.get("traceparent"),
    )


def matches(pattern: str, type: str) -> bool:
    """Whether a topic `pattern` (``*`` one word, ``#`` any number of words) takes in `type`."""
    return _match(pattern.split("."), type.split("."))


def _match(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    first, *rest = pattern
    if first == "#":
        return any(_match(rest, words[taken:]) for taken in range(len(words) + 1))
    return bool(words) and first in ("*", words[0]) and _match(rest, words[1:])
