"""Drains outboxes to RabbitMQ.

Guarantees: what a document's outbox holds is published at least once, in the order it was stored
there; it leaves the outbox only after the broker has confirmed it, and after it was kept (`Keep`),
so that it can be published again to a broker that has lost it. Right after a save in the normal
case; a sweep picks up what a crash, or the absence of the broker, has left.
Does not: publish only once (receivers know repeats by their id), or keep order among documents.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import eventlet
from eventlet.event import Event as Signal

from shared import metrics, spans
from shared.amqp import Message, Publisher
from shared.errors import Unavailable
from shared.events import EXCHANGE
from shared.timekeeping import Now, system_time

log = logging.getLogger(__name__)

BATCH = 100
RETRY_PAUSE = 0.5
BACKLOG = 5_000
"""Documents waiting in memory at the most; the sweep finds the others."""
MARK_INTERVAL = 1.0
"""Seconds in which marks are gathered, so that publishing never waits for them."""
MARK_BATCH = 10
"""Documents marked in one write: the embedded database serves nobody else meanwhile (2 ms each)."""
KEPT_TOGETHER = 50
"""Published events kept in one write."""
SWEEP_INTERVAL = 5.0
REMEMBERED = 10_000
"""Confirmed events that are not published again when their document is saved before its mark."""
LEFT_BEHIND = timedelta(seconds=10)
"""Age from which an unpublished event counts as left by a crash."""


class Outgoing(NamedTuple):
    """A document with events to publish; `token` is the id of the newest one."""

    collection: str
    id: str
    token: str
    events: Sequence[Mapping[str, Any]]


Mark = Callable[[str, list[str], list[str]], None]
"""``mark(collection, ids, tokens)`` empties the outboxes whose newest event is among `tokens`."""
Keep = Callable[[Sequence[Mapping[str, Any]]], None]
"""``keep(events)`` keeps events that were published."""
Left = Callable[[datetime, int], Iterable[Outgoing]]
"""``left(before, limit)`` gives documents whose oldest unpublished event is older than `before`."""


class Relay:
    """One a process: `mark`, `left`, `keep` are the store's; `run`, `tidy`, `sweep` are loops.

    keep: None where nothing is kept.
    """

    def __init__(
        self,
        publisher: Publisher,
        mark: Mark,
        left: Left,
        now: Now = system_time,
        keep: Keep | None = None,
    ) -> None:
        self._publisher = publisher
        self._mark = mark
        self._left = left
        self._now = now
        self._keep = keep
        self._unkept: list[Mapping[str, Any]] = []
        self._backlog: deque[Outgoing] = deque()
        self._publishing: Sequence[Outgoing] = ()
        self._unmarked: dict[str, Outgoing] = {}
        self._confirmed: OrderedDict[str, None] = OrderedDict()
        self._wake = Signal()
        self.closing = False

    def offer(self, outgoing: Outgoing) -> None:
        """Publish soon; never blocks."""
        if len(self._backlog) < BACKLOG:
            self._backlog.append(outgoing)
        if not self._wake.ready():
            self._wake.send()

    def waiting(self) -> int:
        """Documents with events that the broker has not confirmed."""
        return len(self._backlog) + len(self._publishing)

    def oldest(self) -> float:
        """Seconds since the oldest event that waits; 0 where none does."""
        outgoing = (*self._publishing, *self._backlog)
        times = [datetime.fromisoformat(each.events[0]["time"]) for each in outgoing]
        return max(0.0, (self._now() - min(times)).total_seconds()) if times else 0.0

    def run(self) -> None:
        """Publish until `closing`, then mark what is left; what cannot be published now waits.

        Nothing that fails ends the loop: the outbox still holds what was not published.
        """
        while self._backlog or not self.closing:
            self._wait()
            if not self._tried(self._drain, f"{len(self._backlog)} documents wait to be published"):
                if self.closing:
                    return
                eventlet.sleep(RETRY_PAUSE)
        self._tried(self._mark_published, "marks are left to the next sweep")

    def tidy(self) -> None:
        """Mark what has been published, for ever; publishing never waits for it."""
        while not self.closing:
            eventlet.sleep(MARK_INTERVAL)
            self._tried(self._mark_published, f"{len(self._unmarked)} documents wait to be marked")

    def sweep(self) -> None:
        """Offer again what has been left behind, for ever."""
        while not self.closing:
            self._tried(self._offer_left_behind, "the outbox sweep waits")
            eventlet.sleep(SWEEP_INTERVAL)

    def close(self) -> None:
        """Ask `run` to publish what it has, then to end."""
        self.closing = True
        if not self._wake.ready():
            self._wake.send()

    def _tried(self, step: Callable[[], None], else_: str) -> bool:
        try:
            step()
        except Exception as error:
            unexpected = not isinstance(error, Unavailable)
            log.warning("%s: %s", else_, error, exc_info=unexpected)
            return False
        return True

    def _wait(self) -> None:
        if not (self._backlog or self.closing):
            self._wake.wait()
        self._wake = Signal()

    def _drain(self) -> None:
        while self._backlog:
            batch = [self._backlog.popleft() for _ in range(min(BATCH, len(self._backlog)))]
            self._publishing = batch
            began = time.perf_counter()
            events = [e for o in batch for e in o.events if e["id"] not in self._confirmed]
            try:
                self._publisher.publish(Message(EXCHANGE, e["type"], e) for e in events)
            except Exception:
                self._backlog.extendleft(reversed(batch))
                raise
            finally:
                self._publishing = ()
            metrics.PUBLISHED.inc(len(events))
            if spans.listened():
                _tell(events, time.perf_counter() - began)
            self._remember(events)
            if self._keep:
                self._unkept += events
            self._unmarked.update((outgoing.token, outgoing) for outgoing in batch)

    def _remember(self, events: Iterable[Mapping[str, Any]]) -> None:
        self._confirmed.update((event["id"], None) for event in events)
        while len(self._confirmed) > REMEMBERED:
            self._confirmed.popitem(last=False)

    def _mark_published(self) -> None:
        by_collection: dict[str, list[Outgoing]] = {}
        unmarked = list(self._unmarked.values())
        self._keep_published()
        for outgoing in unmarked:
            by_collection.setdefault(outgoing.collection, []).append(outgoing)
        for collection, published in by_collection.items():
            for start in range(0, len(published), MARK_BATCH):
                self._mark_batch(collection, published[start : start + MARK_BATCH])

    def _keep_published(self) -> None:
        while self._keep and (some := self._unkept[:KEPT_TOGETHER]):
            self._keep(some)
            del self._unkept[: len(some)]

    def _mark_batch(self, collection: str, published: Sequence[Outgoing]) -> None:
        self._mark(collection, [o.id for o in published], [o.token for o in published])
        for outgoing in published:
            self._unmarked.pop(outgoing.token, None)

    def _offer_left_behind(self) -> None:
        waiting = {outgoing.token for outgoing in self._backlog} | set(self._unmarked)
        for outgoing in self._left(self._now() - LEFT_BEHIND, BATCH * 5):
            if outgoing.token not in waiting:
                self.offer(outgoing)


def _tell(events: Iterable[Mapping[str, Any]], seconds: float) -> None:
    for event in events:
        parent = event.get("traceparent")
        about = {"messaging.system": "rabbitmq", "event.id": event["id"]}
        name = f"{event['type']} publish"
        spans.ended("producer", name, spans.within(parent), parent, seconds, None, about)
