"""Tells a department's cases again, to one queue that has to rebuild what it knows of them.

``python -m shared.department.replay education --to supervision.cases``

Guarantees: every event of every received case, identical to when it was told first, the events of a
case in their order and together; the queue never holds much more than `ROOM` of them. It can be
repeated: who hears a case again knows it. Does not: bother the other listeners.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from shared.amqp import Message, Publisher, connection_to
from shared.case import events_of
from shared.commands import config_of, store_of
from shared.documents import Storage

BATCH = 500
ROOM = 20_000
PAUSE = 0.2


def told_again(store: Storage, service: str) -> Iterator[dict[str, Any]]:
    """Every event of every case that `service` has received."""
    for case in store["cases"].each({}):
        yield from events_of(case, service)


def replay(
    events: Iterable[dict[str, Any]],
    queue: str,
    publish: Callable[[Iterable[Message]], None],
    waiting: Callable[[], int],
) -> int:
    """Publish `events` to `queue` while it has room; how many they were."""
    count, coming = 0, iter(events)
    while batch := list(islice(coming, BATCH)):
        while waiting() > ROOM:
            time.sleep(PAUSE)
        publish([Message("", queue, event) for event in batch])
        count += len(batch)
    return count


def main(arguments: Sequence[str]) -> int:
    """0, and how many events were told on standard output."""
    parser = argparse.ArgumentParser(prog="python -m shared.department.replay")
    parser.add_argument("service", help="a department's folder below services/")
    parser.add_argument("--to", required=True, metavar="QUEUE", help="such as supervision.cases")
    options = parser.parse_args(arguments)
    service = importlib.import_module(f"services.{options.service}.service").Service
    config = config_of(service)
    uri = os.environ.get("AMQP_URI") or config["AMQP_URI"]
    publisher = Publisher(uri, ())
    with connection_to(uri) as connection:
        channel = connection.channel()

        def waiting() -> int:
            return int(channel.queue_declare(options.to, passive=True).message_count)

        events = told_again(store_of(service, config), service.name)
        print(replay(events, options.to, publisher.publish, waiting))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
