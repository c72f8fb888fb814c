"""``dead-letters``, ``replay`` and ``drop``: what could not be handled.

WHICH: a queue (``feedback.evaluations``), or the id of one event.

Guarantees: listing loses nothing; a replayed message is back in its queue, confirmed, before its
dead letter is taken away, so a replay that breaks off half-way loses nothing either; what is
dropped is kept with the reason in the service's database first.
Does not: keep repeats away (handlers do), or mend the cause; what fails again comes back here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from kombu import Connection, Queue

from shared.amqp import Message, Publisher
from shared.events import derived_id
from shared.local.failure import Failure
from shared.ops.queues import length
from shared.ops.setting import Setting
from shared.ops.telling import ABSENT, Told
from shared.pausing import COLLECTION
from shared.trace import trace_id

COLUMNS = ("queue", "type", "subject", "event", "time", "trace", "attempts", "reason")
DROPPED = ("queue", "type", "subject", "event", "time", "dropped", "by", "why", "reason")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message nobody could handle. queue: where it failed. attempts: 0 where unknown."""

    queue: str
    attempts: int
    reason: str
    body: bytes
    message: Any = None

    @property
    def envelope(self) -> Mapping[str, Any]:
        """The event, or {} where the body is none."""
        try:
            parsed = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def row(self) -> dict[str, Any]:
        """As it is listed; see `COLUMNS`."""
        return {
            "queue": self.queue,
            **_told(self.envelope),
            "trace": trace_id(self.envelope.get("traceparent")) or None,
            "attempts": self.attempts or None,
            "reason": self.reason,
        }

    def is_meant(self, which: str | None) -> bool:
        """Whether `which` (a queue, an event's id, or None: all) names it."""
        return which in (None, self.queue, self.envelope.get("id"))


def read(body: bytes, headers: Mapping[str, Any], message: Any = None) -> DeadLetter:
    """The dead letter in a message: put there by `hears`, or by the broker itself (x-death)."""
    if "x-queue" in headers:
        attempts = int(headers.get("x-attempt", 0)) + 1
        return DeadLetter(headers["x-queue"], attempts, headers["x-reason"], body, message)
    deaths: Sequence[Mapping[str, Any]] = headers.get("x-death") or ({},)
    died = deaths[0]
    reason = f"the broker gave it up: {died.get('reason', 'unknown')}"
    return DeadLetter(str(died.get("queue", ABSENT)), 0, reason, body, message)


def show(setting: Setting, which: str | None) -> Told:
    """The dead letters, with the reason of their last try."""
    rows = [letter.row() for letter in _all(setting, which)]
    return Told(COLUMNS, rows, [f"{len(rows)} dead letters"])


def replay_all(setting: Setting, which: str | None) -> Told:
    """Send back those that are meant; exit code 1 where some had to be kept."""
    replayed, kept = 0, list[str]()
    for service in setting.services:
        with setting.broker(service) as connection, setting.publisher(service) as publisher:
            meant = (one for one in dead_letters(connection, [service]) if one.is_meant(which))
            count, faults = replay(connection, publisher, meant)
        replayed += count
        kept += faults
    return Told(lines=[f"{replayed} replayed", *kept], exit_code=1 if kept else 0)


def drop(setting: Setting, event: str, *, why: str, by: str, now: datetime) -> Told:
    """Take away the dead letters of one event; each is kept in the database with why."""
    rows = []
    for service in setting.services:
        with setting.broker(service) as connection:
            for letter in dead_letters(connection, [service]):
                if letter.envelope.get("id") == event:
                    rows.append(_dropped(setting, service, letter, {"why": why, "by": by}, now))
                    letter.message.ack()
    if not rows:
        raise Failure(f"No dead letter is of the event {event}")
    return Told(DROPPED, rows, [f"{len(rows)} dropped"])


def dropped(setting: Setting) -> Told:
    """What was dropped, by whom and why."""
    rows = []
    for service in setting.services:
        kept = setting.store(service, {COLLECTION: ()})[COLLECTION]
        rows += [_record(one) for one in kept.find({"kind": "dropped"}, limit=10_000)]
    return Told(DROPPED, rows, [f"{len(rows)} were dropped"])


def dead_letters(connection: Connection, services: Iterable[str]) -> Iterator[DeadLetter]:
    """All that wait in ``<service>.dead`` of `services`; what is not acknowledged stays there."""
    for service in services:
        queue = Queue(f"{service}.dead", channel=connection.channel())
        waiting, _ = length(connection, queue.name) or (0, 0)
        for _ in range(waiting):
            message = queue.get()
            if message is None:
                break
            body = message.body if isinstance(message.body, bytes) else message.body.encode()
            yield read(body, message.headers, message)


def replay(
    connection: Connection, publisher: Publisher, letters: Iterable[DeadLetter]
) -> tuple[int, list[str]]:
    """Send `letters` back to their queues; how many, and what is wrong with those kept.

    One after the other: of many acknowledgements at once, the broker forgets those that it has not
    come to when the connection ends.
    """
    exists = cache(lambda queue: length(connection, queue) is not None)
    replayed, kept = 0, Counter[str]()
    for letter in letters:
        if exists(letter.queue):
            publisher.publish([Message("", letter.queue, orjson.Fragment(letter.body))])
            letter.message.ack()
            replayed += 1
        else:
            kept[letter.queue] += 1
    return replayed, [f"{n} kept: there is no queue {queue}" for queue, n in kept.items()]


def _all(setting: Setting, which: str | None) -> Iterator[DeadLetter]:
    for service in setting.services:
        with setting.broker(service) as connection:
            found = dead_letters(connection, [service])
            yield from (letter for letter in found if letter.is_meant(which))


def _dropped(
    setting: Setting, service: str, letter: DeadLetter, said: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    record = {
        "_id": derived_id("dropped", letter.queue, letter.envelope["id"], now.isoformat()),
        "kind": "dropped",
        "queue": letter.queue,
        "reason": letter.reason,
        "event": letter.envelope,
        "at": now,
        **said,
    }
    setting.store(service, {COLLECTION: ()})[COLLECTION].ensure(record)
    return _record(record)


def _record(record: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: record[name] for name in ("queue", "by", "why", "reason")}
    at = record["at"].isoformat(timespec="seconds")
    return {**kept, **_told(record["event"]), "dropped": at}


def _told(envelope: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: envelope.get(key)
        for name, key in (
            ("type", "type"),
            ("subject", "subject"),
            ("event", "id"),
            ("time", "time"),
        )
    }
