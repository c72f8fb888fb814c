"""`@hears`: a method that events reach.

Guarantees: no event is lost, none blocks the others. One whose handler fails comes back after
growing delays (`RETRY_DELAYS`, seconds), then is kept as a dead letter with its reason; while the
database or another service is away it comes back for as long as it takes; a handler that loses a
race for a document (`Stale`) runs again at once. The queue's name is declared, so renaming a method
loses nothing.
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

from shared.amqp import EVENTS, Message, durable_queue
from shared.entrypoints.broker import Broker
from shared.entrypoints.declaring import Decorator
from shared.entrypoints.gathered import Gathering, Heard
from shared.errors import ServiceError, Stale, Unavailable
from shared.events import Event, received
from shared.schema import Schema, load
from shared.trace import continued, trace_id

log = logging.getLogger("events")

ATTEMPT = "x-attempt"
UNSETTLED_PAUSE = 1
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

    def setup(self) -> None:
        service = self.container.service_name
        self._schema = self.reads(unknown=EXCLUDE)
        keys = [pattern.format(service=service) for pattern in self.patterns]
        self.queue: Queue = durable_queue(
            f"{service}.{self.name}",
            dead=f"{service}.dead",
            bindings=[binding(EVENTS, routing_key=key) for key in keys],
        )
        spawn = self.container.spawn_managed_thread
        self._gathering = Gathering(self.at_once, self._hand_over_many, spawn)
        self.broker.register_provider(self)

    def stop(self) -> None:
        self.broker.unregister_provider(self)

    def handle_message(self, body: Any, message: Any) -> None:
        settle = partial(self._settle, body, message, time.perf_counter())
        try:
            event = received(body, load(self._schema, body["data"], "/data"))
        except (ServiceError, KeyError, TypeError, ValueError) as error:
            settle(error, hopeless=True)
            return
        if self.at_once:
            self._gathering.add(Heard(event, settle))
        else:
            settle(self._hand_over(event, event.traceparent))

    def _hand_over_many(self, events: Sequence[Event]) -> Exception | None:
        return self._hand_over(events, events[0].traceparent if len(events) == 1 else None)

    def _hand_over(self, given: Any, traceparent: str | None) -> Exception | None:
        """Call the handler; what went wrong in the end."""
        for _ in range(RACES):
            error = self._called(given, traceparent)
            if not isinstance(error, Stale):
                return error
            eventlet.sleep(random.uniform(0, RACE_PAUSE))  # noqa: S311 (not a secret)
        return self._called(given, traceparent)

    def _called(self, given: Any, traceparent: str | None) -> Exception | None:
        done = Signal()
        self.container.spawn_worker(
            self,
            (given,),
            {},
            context_data={"traceparent": continued(traceparent)},
            handle_result=partial(_tell, done),
        )
        error: Exception | None = done.wait()
        return error

    def _settle(
        self,
        body: Any,
        message: Any,
        started: float,
        error: Exception | None,
        *,
        hopeless: bool = False,
    ) -> None:
        outcome = "done" if error is None else self._put_off(body, message, error, hopeless)
        if outcome != "unsettled":
            self.broker.ack_message(message)
        else:
            eventlet.sleep(UNSETTLED_PAUSE)
            self.broker.requeue_message(message)
        self._log(body, started, outcome, error)

    def _put_off(self, body: Any, message: Any, error: Exception, hopeless: bool) -> str:
        """Send the message to wait or to the dead letters; "unsettled" where the broker is away."""
        attempt = int(message.headers.get(ATTEMPT, 0))
        delays = self.broker.delays
        if isinstance(error, Unavailable):
            outcome, later = "retried", self._later(body, attempt, delays[min(1, len(delays) - 1)])
        elif hopeless or attempt >= len(delays):
            outcome, later = "dead", self._dead(body, attempt, error)
        else:
            outcome, later = "retried", self._later(body, attempt + 1, delays[attempt])
        try:
            self.broker.publisher.publish([later])
        except Unavailable:
            return "unsettled"
        return outcome

    def _later(self, body: Any, attempt: int, delay: int) -> Message:
        exchange = f"{self.container.service_name}.retry.{delay}"
        return Message(exchange, self.queue.name, body, {ATTEMPT: attempt})

    def _dead(self, body: Any, attempt: int, error: Exception) -> Message:
        headers = {ATTEMPT: attempt, "x-queue": self.queue.name, "x-reason": reason(error)}
        return Message("", f"{self.container.service_name}.dead", body, headers)

    def _log(self, body: Any, started: float, outcome: str, error: Exception | None) -> None:
        envelope = body if isinstance(body, dict) else {}
        fields = {
            "queue": self.queue.name,
            "type": envelope.get("type"),
            "subject": envelope.get("subject"),
            "event": envelope.get("id"),
            "trace_id": trace_id(envelope.get("traceparent")),
            "outcome": outcome,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
        }
        if error is not None:
            fields["reason"] = reason(error)
        unexpected = error is not None and not isinstance(error, ServiceError)
        log.log(
            logging.INFO if error is None else logging.WARNING,
            "event",
            extra={"fields": fields},
            exc_info=error if unexpected else None,
        )


def reason(error: Exception) -> str:
    """Why an event could not be handled, in one line."""
    return f"{type(error).__name__}: {error}"[:500]


def _tell(done: Signal, worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
    done.send(exc_info[1] if exc_info else None)
    return result, exc_info


hears: Decorator = Hears.decorator
