"""Dead letters, listed and replayed: ``python -m shared.deadletters list|replay [WHICH]``.

WHICH: a queue (``feedback.evaluations``), or the id of one event; nothing means all.
The broker is AMQP_URI or --amqp-uri; the services are those of services/, or each --service.

Guarantees: listing loses nothing; a replayed message is back in its queue, confirmed, before its
dead letter is taken away, so a replay that breaks off half-way loses nothing either.
Does not: keep repeats away (handlers do), or mend the cause; what fails again comes back here.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from amqp import AMQPError, NotFound
from kombu import Connection, Queue

from shared.amqp import Message, Publisher, connection_to
from shared.errors import Unavailable
from shared.local.services import discover

COLUMNS = ("queue", "type", "subject", "event", "time", "attempts", "reason")
ABSENT = "-"


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

    def row(self) -> tuple[str, ...]:
        """As it is listed; see `COLUMNS`."""
        told = [str(self.envelope.get(k) or ABSENT) for k in ("type", "subject", "id", "time")]
        return (self.queue, *told, str(self.attempts or ABSENT), self.reason)

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


def dead_letters(connection: Connection, services: Iterable[str]) -> Iterator[DeadLetter]:
    """All that wait in ``<service>.dead`` of `services`; what is not acknowledged stays there."""
    for service in services:
        queue = Queue(f"{service}.dead", channel=connection.channel())
        for _ in range(_length(connection, queue.name) or 0):
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
    exists = cache(lambda queue: _length(connection, queue) is not None)
    replayed, kept = 0, Counter[str]()
    for letter in letters:
        if exists(letter.queue):
            publisher.publish([Message("", letter.queue, orjson.Fragment(letter.body))])
            letter.message.ack()
            replayed += 1
        else:
            kept[letter.queue] += 1
    return replayed, [f"{n} kept: there is no queue {queue}" for queue, n in kept.items()]


def table(letters: Sequence[DeadLetter]) -> str:
    """The list as a person reads it."""
    rows = [COLUMNS, *(letter.row() for letter in letters)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([*(line.rstrip() for line in lines), f"{len(letters)} dead letters"])


def _length(connection: Connection, queue: str) -> int | None:
    """Messages that are ready in `queue`; None where it does not exist."""
    channel = connection.channel()
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except NotFound:
        return None


def main(arguments: Sequence[str]) -> int:
    """0; 1 where something had to be kept; 2 where the broker is away."""
    options = _parsed(arguments)
    try:
        with connection_to(options.amqp_uri) as connection:
            found = dead_letters(connection, options.service or discover())
            meant = (letter for letter in found if letter.is_meant(options.which))
            if options.action == "list":
                print(table(list(meant)))
                return 0
            replayed, kept = replay(connection, Publisher(options.amqp_uri, ()), meant)
    except (OSError, AMQPError, Unavailable) as error:
        print(f"The broker is away: {error.__cause__ or error}", file=sys.stderr)
        return 2
    print("\n".join([f"{replayed} replayed", *kept]))
    return 1 if kept else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m shared.deadletters")
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("which", nargs="?", help="a queue or an event's id; all if not given")
    parser.add_argument("--service", action="append", help="instead of those in services/")
    uri = os.environ.get("AMQP_URI")
    parser.add_argument("--amqp-uri", default=uri, required=uri is None)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
