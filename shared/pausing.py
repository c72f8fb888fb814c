"""Consumers that an operator has paused, as the service's own database knows them.

Guarantees: a queue of the service is paused until it is resumed, whatever is restarted; who paused
it when and why is kept. Does not: stop anybody (`shared.entrypoints.pauses` looks here).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.documents import Storage
from shared.races import until_fresh

COLLECTION, RECORD = "platform", "paused"


class Pause(NamedTuple):
    """queue: ``<service>.<queue>``. since: an aware time."""

    queue: str
    since: datetime
    by: str
    reason: str


def paused(store: Storage) -> dict[str, Pause]:
    """What is paused, by queue."""
    record = store[COLLECTION].get(RECORD)
    return {one["queue"]: Pause(**one) for one in record["queues"]} if record else {}


def pause(store: Storage, new: Pause) -> bool:
    """Pause a queue; False where it is paused already, which changes nothing."""
    return until_fresh(lambda: _changed(store, {new.queue: new}, {}))


def resume(store: Storage, queue: str) -> bool:
    """Resume a queue; False where it was not paused."""
    return until_fresh(lambda: _changed(store, {}, {queue: None}))


def _changed(store: Storage, new: Mapping[str, Pause], gone: Mapping[str, Any]) -> bool:
    record = store[COLLECTION].get(RECORD)
    before = paused(store) if record else {}
    after = {queue: one for queue, one in {**new, **before}.items() if queue not in gone}
    if after == before:
        return False
    queues = [one._asdict() for one in after.values()]
    if record is None:
        store[COLLECTION].add({"_id": RECORD, "queues": queues})
    else:
        store[COLLECTION].save(record, {**record, "queues": queues})
    return True
