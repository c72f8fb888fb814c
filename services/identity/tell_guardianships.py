"""Tells all guardianships again, to one queue of a service that has yet to learn of them:
``python -m services.identity.tell_guardianships --to education.guardianships``.

Guarantees: each as it stands now, under the sequence it has; who knows it already changes nothing.
It can be repeated. Does not: bother the other listeners.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import Any

from services.identity.events import guardianship_event
from services.identity.service import Service
from shared.amqp import Message, Publisher
from shared.commands import config_of, store_of
from shared.documents import Storage


def told_again(store: Storage) -> Iterator[dict[str, Any]]:
    """The last event of every guardianship."""
    for record in store["guardianships"].each({}):
        yield guardianship_event(record, record["history"][-1]["at"])


def main() -> None:
    """Publish them, and print how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", required=True, metavar="QUEUE", help="education.guardianships")
    queue = parser.parse_args().to
    config = config_of(Service)
    publisher = Publisher(os.environ.get("AMQP_URI") or config["AMQP_URI"], ())
    events = list(told_again(store_of(Service, config)))
    publisher.publish(Message("", queue, event) for event in events)
    print(len(events))


if __name__ == "__main__":
    main()
