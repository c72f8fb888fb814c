"""Consumers that an operator has paused, as the service's own database knows them; and what every
service keeps for the sake of a pause, its own or another's.

Guarantees: a queue of the service is paused until it is resumed, whatever is restarted; who paused
it when and why is kept. Does not: stop anybody (`shared.entrypoints.pauses` looks here), or forget
anything (`shared.entrypoints.mongo` looks at `kept_since`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.documents import Document, Storage
from shared.races import until_fresh

COLLECTION, RECORD, HELD = "platform", "paused", "held"


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


class Hold(NamedTuple):
    """Published events are kept for a queue that is paused somewhere. until: when it went on."""

    queue: str
    since: datetime
    until: datetime | None = None

    def lasts(self, now: datetime, span: timedelta) -> bool:
        """While the queue is paused, and for `span` after it went on: it has to be emptied."""
        return self.until is None or now < self.until + span


def holds(store: Storage) -> dict[str, Hold]:
    """For which queues this service keeps what it has published, or has kept it."""
    record = store[COLLECTION].get(HELD)
    return {one["queue"]: Hold(**one) for one in record["queues"]} if record else {}


def hold(store: Storage, queue: str, now: datetime, span: timedelta) -> None:
    """Keep for `queue` from now on, or still, where what was kept before is not forgotten yet."""

    def kept(before: Hold | None) -> Hold:
        still = before and before.lasts(now, span)
        return before._replace(until=None) if before and still else Hold(queue, now)

    until_fresh(lambda: _hold(store, queue, kept))


def let_go(store: Storage, queue: str, now: datetime) -> None:
    """The queue goes on; nothing where nothing was kept for it."""

    def ended(before: Hold | None) -> Hold | None:
        return before._replace(until=now) if before and before.until is None else before

    until_fresh(lambda: _hold(store, queue, ended))


def kept_since(found: Iterable[Hold], now: datetime, span: timedelta) -> datetime:
    """What was published since then is to be kept: that of the last `span`; and for every hold that
    lasts that of a `span` before it began, which may have lain in the queue, and all after that."""
    return min([now, *(one.since for one in found if one.lasts(now, span))]) - span


def _hold(store: Storage, queue: str, change: Callable[[Hold | None], Hold | None]) -> None:
    record = store[COLLECTION].get(HELD)
    found = {one["queue"]: Hold(**one) for one in record["queues"]} if record else {}
    before = found.get(queue)
    after = change(before)
    if after and after != before:
        _put(store, HELD, record, {**found, queue: after}.values())


def _changed(store: Storage, new: Mapping[str, Pause], gone: Mapping[str, Any]) -> bool:
    record = store[COLLECTION].get(RECORD)
    before = paused(store) if record else {}
    after = {queue: one for queue, one in {**new, **before}.items() if queue not in gone}
    if after == before:
        return False
    return _put(store, RECORD, record, after.values())


def _put(store: Storage, id_: str, record: Document | None, queues: Iterable[Pause | Hold]) -> bool:
    told = [one._asdict() for one in queues]
    if record is None:
        store[COLLECTION].add({"_id": id_, "queues": told})
    else:
        store[COLLECTION].save(record, {**record, "queues": told})
    return True
