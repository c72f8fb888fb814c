"""What becomes of a message after its handler: acknowledged, tried again later, or a dead letter.

Guarantees: a message is acknowledged only when its event has been handled, or waits elsewhere for
its next try (`RETRY_DELAYS`, seconds), or is a dead letter with its reason; that is confirmed by
the broker first. Messages that were settled together are logged in one line, those that failed
each in its own.
Does not: run handlers (`shared.entrypoints.heard`).
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import eventlet

from shared import metrics
from shared.amqp import Message
from shared.entrypoints.broker import Broker
from shared.errors import ServiceError, Unavailable
from shared.events import Event
from shared.trace import trace_id

log = logging.getLogger("events")

ATTEMPT = "x-attempt"
UNSETTLED_PAUSE = 1


class Delivery(NamedTuple):
    """A message that was taken. event: None where it does not fit what its handler reads."""

    body: Any
    message: Any
    taken: float
    event: Event | None


class Result(NamedTuple):
    """What came of a delivery; error: None where its event was handled."""

    delivery: Delivery
    error: Exception | None


class Settling:
    """Settles the deliveries of one queue."""

    def __init__(self, broker: Broker, service: str, queue: str) -> None:
        self._broker = broker
        self._service = service
        self._queue = queue

    def settle(self, results: Sequence[Result], *, together: bool) -> None:
        """together: no delivery of the queue that came before the last of these is open."""
        failed = [result for result in results if result.error is not None]
        laters = [self._later(*result) for result in failed]
        if not (moved := self._published(laters)):
            eventlet.sleep(UNSETTLED_PAUSE)
            self._broker.requeue_messages(result.delivery.message for result in failed)
        outcomes = [_outcome(later) if moved else "unsettled" for later in laters]
        for result, outcome in zip(failed, outcomes, strict=True):
            self._log(result, outcome)
        settled = [r for r in results if moved or r.error is None]
        done = [r.delivery for r in results if r.error is None]
        self._log_done(done)
        self._count(Counter({"done": len(done)}) + Counter(outcomes), results)
        self._broker.ack_messages([r.delivery.message for r in settled], together=together)

    def _published(self, laters: Sequence[Message]) -> bool:
        try:
            if laters:
                self._broker.publisher.publish(laters)
        except Unavailable:
            return False
        return True

    def _later(self, delivery: Delivery, error: Exception | None) -> Message:
        """Where the message waits for its next try, or lies as a dead letter."""
        attempt, delays = int(delivery.message.headers.get(ATTEMPT, 0)), self._broker.delays
        if isinstance(error, Unavailable):
            return self._retry(delivery, attempt, delays[min(1, len(delays) - 1)])
        if delivery.event is None or attempt >= len(delays):
            headers = {ATTEMPT: attempt, "x-queue": self._queue, "x-reason": reason(error)}
            return Message("", f"{self._service}.dead", delivery.body, headers)
        return self._retry(delivery, attempt + 1, delays[attempt])

    def _retry(self, delivery: Delivery, attempt: int, delay: int) -> Message:
        exchange = f"{self._service}.retry.{delay}"
        return Message(exchange, self._queue, delivery.body, {ATTEMPT: attempt})

    def _count(self, outcomes: Counter[str], results: Sequence[Result]) -> None:
        if not results:
            return
        first = results[0].delivery
        metrics.settled(self._queue, outcomes, time.perf_counter() - first.taken)
        if first.event is not None and results[0].error is None:
            age = (datetime.now(UTC) - first.event.time).total_seconds()
            metrics.EVENT_AGE.labels(self._queue).observe(max(0.0, age))

    def _log_done(self, done: Sequence[Delivery]) -> None:
        if len(done) == 1:
            self._log(Result(done[0], None), "done")
        elif done:
            spent = _milliseconds(done[0])
            fields = {"queue": self._queue, "events": len(done), "outcome": "done"}
            log.info("events", extra={"fields": {**fields, "milliseconds": spent}})

    def _log(self, result: Result, outcome: str) -> None:
        error, body = result.error, result.delivery.body
        envelope = body if isinstance(body, dict) else {}
        fields = {
            "queue": self._queue,
            "type": envelope.get("type"),
            "subject": envelope.get("subject"),
            "event": envelope.get("id"),
            "trace_id": trace_id(envelope.get("traceparent")),
            "outcome": outcome,
            "milliseconds": _milliseconds(result.delivery),
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


def reason(error: Exception | None) -> str:
    """Why an event could not be handled, in one line."""
    return f"{type(error).__name__}: {error}"[:500]


def _outcome(later: Message) -> str:
    return "retried" if later.exchange else "dead"


def _milliseconds(delivery: Delivery) -> float:
    return round((time.perf_counter() - delivery.taken) * 1000, 1)
