"""`@hears`: a method that events reach.

Guarantees: no event is lost, none blocks the others. One whose handler fails comes back after
growing delays (`RETRY_DELAYS`, seconds), then is kept as a dead letter with its reason; while the
database or another service is away it comes back for as long as it takes; a handler that loses a
race for a document (`Stale`) runs again at once. The queue's name is declared, so renaming a method
loses nothing. While an operator has paused it (`shared.pausing`) it takes nothing; events wait.
Does not: keep order, or keep repeats away: handlers compare `event.sequence` or save with
`received=event`.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from kombu import Queue, binding
from marshmallow import EXCLUDE
from nameko.extensions import Entrypoint

from shared import spans
from shared.amqp import EVENTS, durable_queue
from shared.entrypoints.broker import Broker
from shared.entrypoints.declaring import Decorator
from shared.entrypoints.lots import Lots, tried
from shared.entrypoints.pauses import Pauses
from shared.entrypoints.settling import Delivery, Result, Settling
from shared.errors import ServiceError, Stale
from shared.events import Event, received
from shared.reading import reader
from shared.schema import Schema
from shared.trace import above, continued

log = logging.getLogger(__name__)

RACES = 20
"""Races for a document that a handler may lose before it counts as failing."""
RACE_PAUSE = 0.05


class Hears(Entrypoint):
    """``@hears("*.case.closed.v1", queue="evaluations", reads=ClosedCase)``.

    patterns: topic patterns; ``{service}`` stands for the service's own name.
    queue: stable name; the broker's queue is ``<service>.<queue>``.
    reads: schema of the fields of `data` that the handler reads; others are dropped.
    at_once: the method takes a sequence of up to so many events that were waiting; where they fail
    together, each is tried alone.
    """

    broker = Broker()
    pauses = Pauses()

    def __init__(
        self,
        *patterns: str,
        queue: str,
        reads: type[Schema],
        at_once: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(expected_exceptions=ServiceError, **kwargs)
        self.patterns = patterns
        self.name = queue
        self.reads = reads
        self.at_once = at_once

    @property
    def prefetch(self) -> int | None:
        """Messages to have at hand: twice as many as are handled at once; None: the usual."""
        return 2 * self.at_once or None

    @property
    def held(self) -> bool:
        """Whether messages are to stay in the queue."""
        return self.pauses.hold(self.queue.name)

    def setup(self) -> None:
        service = self.container.service_name
        self._read = reader(self.reads(unknown=EXCLUDE), "/data")
        keys = [pattern.format(service=service) for pattern in self.patterns]
        self.queue: Queue = durable_queue(
            f"{service}.{self.name}",
            dead=f"{service}.dead",
            bindings=[binding(EVENTS, routing_key=key) for key in keys],
        )
        self._settling = Settling(self.broker, service, self.queue.name)
        spawn = self.container.spawn_managed_thread
        self._lots: Lots[Result] = Lots(self.at_once, self._work_on, spawn)
        self.pauses.told.add(self.broker.look_again)
        self.broker.register_provider(self)

    def stop(self) -> None:
        self.broker.unregister_provider(self)

    def handle_message(self, body: Any, message: Any) -> None:
        """Never blocks."""
        taken = self._taken(body, message)
        if self.at_once:
            self._lots.add(taken)
        else:
            self.container.spawn_managed_thread(partial(self._work_on, [taken]))

    def _taken(self, body: Any, message: Any) -> Result:
        now = time.perf_counter()
        try:
            event = received(body, self._read(body["data"]))
        except (ServiceError, KeyError, TypeError, ValueError) as error:
            return Result(Delivery(body, message, now, None), error)
        return Result(Delivery(body, message, now, event), None)

    def _work_on(self, taken: Sequence[Result]) -> None:
        """Hand over the events that fit, and settle all."""
        try:
            unfit = [one for one in taken if one.error is not None]
            fit = [one.delivery for one in taken if one.error is None]
            done = [Result(*outcome) for outcome in tried(fit, self._hand_over)]
            self._settling.settle([*unfit, *done], together=bool(self.at_once))
        except Exception:
            log.exception("not settled; it will be delivered again")
            self.broker.requeue_messages([one.delivery.message for one in taken])

    def _hand_over(self, deliveries: Sequence[Delivery]) -> Exception | None:
        """Call the handler; what went wrong in the end."""
        events = [delivery.event for delivery in deliveries if delivery.event]
        given: Any = events if self.at_once else events[0]
        own = continued(events[0].traceparent if len(events) == 1 else None)
        began = time.perf_counter()
        error = self._raced(given, own)
        if spans.listened():
            self._tell(events, own, time.perf_counter() - began, error)
        return error

    def _raced(self, given: Any, traceparent: str) -> Exception | None:
        for _ in range(RACES):
            error = self._called(given, traceparent)
            if not isinstance(error, Stale):
                return error
            eventlet.sleep(random.uniform(0, RACE_PAUSE))  # noqa: S311 (not a secret)
        return self._called(given, traceparent)

    def _tell(
        self, events: Sequence[Event], own: str, seconds: float, error: Exception | None
    ) -> None:
        """Each event's span in its own trace; of a lot, one of the lot as well."""
        name, failed = f"{self.queue.name} process", type(error).__name__ if error else None
        if len(events) > 1:
            number = {"messaging.batch.message_count": len(events)}
            spans.ended("consumer", name, own, None, seconds, failed, number)
        for event in events:
            context = own if len(events) == 1 else continued(event.traceparent)
            parent = above(context, event.traceparent)
            spans.ended("consumer", name, context, parent, seconds, failed, about(event))

    def _called(self, given: Any, traceparent: str) -> Exception | None:
        done = Signal()
        self.container.spawn_worker(
            self,
            (given,),
            {},
            context_data={"traceparent": traceparent},
            handle_result=partial(_done, done),
        )
        error: Exception | None = done.wait()
        return error


def about(event: Event) -> dict[str, str | int]:
    """What a span tells of it."""
    named = {"event.type": event.type, "event.id": event.id, "event.subject": event.subject}
    return {"messaging.system": "rabbitmq", **named}


def _done(done: Signal, worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
    done.send(exc_info[1] if exc_info else None)
    return result, exc_info


hears: Decorator = Hears.decorator
