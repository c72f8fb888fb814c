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
from collections.abc import Callable
from functools import partial
from typing import Any

import eventlet
from kombu import Queue, binding
from marshmallow import EXCLUDE
from nameko.extensions import Entrypoint

from shared.amqp import EVENTS, Message, durable_queue
from shared.entrypoints.broker import Broker
from shared.entrypoints.declaring import Decorator
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

Settle = Callable[[Exception | None], None]


class Hears(Entrypoint):
    """``@hears("*.case.closed.v1", queue="evaluations", reads=ClosedCase)``.

    patterns: topic patterns; ``{service}`` stands for the service's own name.
    queue: stable name; the broker's queue is ``<service>.<queue>``.
    reads: schema of the fields of `data` that the handler reads; others are dropped.
    """

    broker = Broker()

    def __init__(self, *patterns: str, queue: str, reads: type[Schema], **kwargs: Any) -> None:
        super().__init__(expected_exceptions=ServiceError, **kwargs)
        self.patterns = patterns
        self.name = queue
        self.reads = reads

    def setup(self) -> None:
        service = self.container.service_name
        self._schema = self.reads(unknown=EXCLUDE)
        keys = [pattern.format(service=service) for pattern in self.patterns]
        self.queue: Queue = durable_queue(
            f"{service}.{self.name}",
            dead=f"{service}.dead",
            bindings=[binding(EVENTS, routing_key=key) for key in keys],
        )
        self.broker.register_provider(self)

    def stop(self) -> None:
        self.broker.unregister_provider(self)

    def handle_message(self, body: Any, message: Any) -> None:
        started = time.perf_counter()
        try:
            event = received(body, load(self._schema, body["data"], "/data"))
        except (ServiceError, KeyError, TypeError, ValueError) as error:
            self._settle(body, message, started, error, hopeless=True)
            return
        self._run(event, partial(self._settle, body, message, started), RACES)

    def _run(self, event: Event, settle: Settle, races: int) -> None:
        self.container.spawn_worker(
            self,
            (event,),
            {},
            context_data={"traceparent": continued(event.traceparent)},
            handle_result=partial(self._handled, event, settle, races),
        )

    def _handled(
        self, event: Event, settle: Settle, races: int, worker: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        error = exc_info[1] if exc_info else None
        if isinstance(error, Stale) and races:
            eventlet.sleep(random.uniform(0, RACE_PAUSE))  # noqa: S311 (not a secret)
            self._run(event, settle, races - 1)
        else:
            settle(error)
        return result, exc_info

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


hears: Decorator = Hears.decorator
