"""``republish``: what was published is published again, to a broker that has lost it.

For a broker that lost its data, and after ``restore``: consumers know what they have had, so each
event has its effect once.

Guarantees: begins only where every queue of every service is there, so that nobody misses anything;
every event is confirmed; queues never hold much more than `ROOM`. May be repeated.
Does not: know events that were published longer than PUBLISHED_KEPT_HOURS ago.
"""

from __future__ import annotations

import base64
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from kombu import Connection

from shared.amqp import Message, Publisher, dead_queue
from shared.events import EXCHANGE
from shared.local.failure import Failure
from shared.ops import archive
from shared.ops.queues import length, listening
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.store import published

COLUMNS = ("service", "events", "dead letters")
BATCH, LOOKED = 100, 2_000
"""Events confirmed at once, and after which queues are looked at."""
ROOM = 20_000
PAUSE = 0.5
LONGEST = 3_600.0
"""Seconds for which a queue may be full."""
SPAN = re.compile(r"(\d+)\s*(min|h|d)")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def republish(setting: Setting, since: datetime | None, folder: Path | None) -> Told:
    """Publish again what was published since then (None: all that is kept); with `folder`, put
    back the dead letters of that backup."""
    _require_queues(setting)
    letters = list(archive.lines(folder / archive.LETTERS)) if folder else []
    rows: list[dict[str, Any]] = []
    for service in setting.services:
        own = [one for one in letters if one["service"] == service]
        declared = [dead_queue(service)] if own else []
        with (
            setting.broker(service) as connection,
            setting.publisher(service, *declared) as publisher,
        ):
            queues = listening(setting, service)
            count = _sent(
                published(setting.database(service), since), publisher, connection, queues
            )
            publisher.publish([_dead(one) for one in own])
        rows.append({"service": service, "events": count, "dead letters": len(own)})
        print(f"{service}: {count} events", file=sys.stderr, flush=True)
    total = sum(row["events"] for row in rows)
    return Told(COLUMNS, rows, [f"{total} events published again"])


def moment(text: str, now: datetime) -> datetime:
    """``2h``, ``90 min``, ``1 d`` ago, or a time with its offset (RFC 3339); ValueError."""
    if found := SPAN.fullmatch(text.strip()):
        return now - int(found[1]) * UNITS[found[2]]
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs its offset, such as +08:00")
    return at


def _require_queues(setting: Setting) -> None:
    missing: list[str] = []
    for service in setting.services:
        missing += _missing(setting, service, listening(setting, service))
    if missing:
        told = ", ".join(missing)
        raise Failure(f"Start the services first: there is no queue {told}", AWAY)


def _missing(setting: Setting, service: str, queues: Iterable[str]) -> list[str]:
    with setting.broker(service) as connection:
        return [queue for queue in queues if length(connection, queue) is None]


def _sent(
    events: Iterator[Mapping[str, Any]],
    publisher: Publisher,
    connection: Connection,
    queues: Iterable[str],
) -> int:
    count = 0
    while batch := list(islice(events, BATCH)):
        publisher.publish([Message(EXCHANGE, event["type"], event) for event in batch])
        count += len(batch)
        if count % LOOKED < BATCH:
            _wait_for_room(connection, queues)
    return count


def _wait_for_room(connection: Connection, queues: Iterable[str]) -> None:
    until = time.monotonic() + LONGEST
    for queue in queues:
        while (length(connection, queue) or (0, 0))[0] > ROOM:
            if time.monotonic() > until:
                raise Failure(f"{queue} stays full; is it paused? Run it again later")
            time.sleep(PAUSE)


def _dead(letter: Mapping[str, Any]) -> Message:
    headers = {
        "x-attempt": letter["attempt"],
        "x-queue": letter["queue"],
        "x-reason": letter["reason"],
    }
    body = orjson.Fragment(base64.b64decode(letter["body"]))
    return Message("", f"{letter['service']}.dead", body, headers)
