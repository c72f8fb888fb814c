"""``queues``: what waits where, who takes it, and what an operator has paused.

Guarantees: asks only (passive declarations), so no message is touched. What the broker tells by its
management API alone (messages in hand, `unacked`) is absent without one.
Does not: know how old a message in a queue is: neither the broker nor AMQP tells it of a quorum
queue; see `outbox` and `dead-letters`, and the events' own times.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from amqp import NotFound
from kombu import Connection

from shared.entrypoints.heard import Hears
from shared.local.failure import Failure
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.pausing import COLLECTION, Pause, paused

COLUMNS = ("queue", "ready", "unacked", "consumers", "state")
API_SECONDS = 10.0
UNUSED = {"ready": 0, "state": "made when first needed"}
"""What is told of a queue for retries or dead letters that no message ever needed."""


def heard(service: type[Any]) -> list[Hears]:
    """What the class declares to hear."""
    methods = inspect.getmembers(service, callable)
    every = {e for _, method in methods for e in getattr(method, "nameko_entrypoints", ())}
    return sorted((e for e in every if isinstance(e, Hears)), key=lambda one: one.name)


def listening(setting: Setting, service: str) -> list[str]:
    """The queues of the service that events come by."""
    return [f"{service}.{one.name}" for one in heard(setting.code(service))]


def auxiliary(setting: Setting, service: str) -> list[str]:
    """Where its messages wait for their next try, or lie as dead letters."""
    delays = [int(seconds * 1000) for seconds in setting.config(service)["RETRY_DELAYS"]]
    return [*(f"{service}.retry.{delay}" for delay in delays), f"{service}.dead"]


def show(setting: Setting, *, all_: bool) -> Told:
    """Every queue that events come by; those of retries and dead letters where something waits.

    all_: the others, too.
    """
    in_hand = _unacked(setting.management) if setting.management else {}
    rows = [row for service in setting.services for row in _of(setting, service, all_, in_hand)]
    waiting = sum(row["ready"] or 0 for row in rows)
    missing = [row["queue"] for row in rows if row["state"] == "missing"]
    lines = [f"{waiting} messages wait in {len(rows) - len(missing)} queues"]
    return Told(COLUMNS, rows, lines, 1 if missing else 0)


def length(connection: Connection, queue: str) -> tuple[int, int] | None:
    """Messages that are ready in `queue`, and its consumers; None where it does not exist."""
    channel = connection.channel()
    try:
        declared = channel.queue_declare(queue, passive=True)
    except NotFound:
        return None
    channel.close()
    return int(declared.message_count), int(declared.consumer_count)


def _of(
    setting: Setting, service: str, all_: bool, in_hand: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    stopped = paused(setting.store(service, {COLLECTION: ()}))
    with setting.broker(service) as connection:
        for queue in listening(setting, service):
            yield _row(queue, length(connection, queue), in_hand, stopped.get(queue))
        for queue in auxiliary(setting, service):
            found = length(connection, queue)
            if all_ or (found and found[0]):
                yield {**_row(queue, found, in_hand, None), **({} if found else UNUSED)}


def _row(
    queue: str, found: tuple[int, int] | None, in_hand: Mapping[str, int], stopped: Pause | None
) -> dict[str, Any]:
    ready, consumers = found or (None, None)
    state = "" if found else "missing"
    if stopped:
        state = f"paused by {stopped.by} at {stopped.since:%Y-%m-%d %H:%M}Z: {stopped.reason}"
    return {
        "queue": queue,
        "ready": ready,
        "unacked": in_hand.get(queue),
        "consumers": consumers,
        "state": state,
    }


def _unacked(url: str) -> dict[str, int]:
    """Messages in hand by queue, as the management API tells."""
    with _asked(f"{url.rstrip('/')}/api/queues?columns=name,messages_unacknowledged") as answer:
        return {q["name"]: int(q.get("messages_unacknowledged", 0)) for q in answer}


@contextmanager
def _asked(url: str) -> Iterator[Any]:
    try:
        answer = requests.get(url, timeout=API_SECONDS)
        answer.raise_for_status()
        yield answer.json()
    except requests.RequestException as error:
        told = f"{type(error).__name__} of {urlsplit(url).hostname}"
        raise Failure(f"The broker's management API does not answer: {told}", AWAY) from None
