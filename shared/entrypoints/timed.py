"""`@every`: a method that runs again and again.

Guarantees: a failing run is logged and the next one comes. Does not: run only once among several
instances; what it does must be idempotent.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from nameko.extensions import DependencyProvider
from nameko.timer import Timer

from shared import metrics
from shared.entrypoints.broker import Broker
from shared.entrypoints.declaring import Decorator
from shared.errors import ServiceError
from shared.timekeeping import Now, timekeeper
from shared.trace import UNRECORDED, continued

log = logging.getLogger(__name__)

MINUTE = 60.0


class Every(Timer):
    """``@every(seconds=30)``; the environment variable `EVERY` shortens all (tests, `make run`).

    listening: not before the service's queues exist, so that an answer finds its way.
    """

    broker = Broker()

    def __init__(self, seconds: float, *, listening: bool = False, **kwargs: Any) -> None:
        self.listening = listening
        super().__init__(
            interval(seconds, os.environ.get("EVERY")), expected_exceptions=ServiceError, **kwargs
        )

    def setup(self) -> None:
        super().setup()
        metrics.INTERVAL.labels(self.method_name).set(self.interval)
        metrics.LAST_RUN.labels(self.method_name).set(time.time())

    def handle_timer_tick(self) -> None:
        if self.listening and not self.broker.consuming:
            self.worker_complete.send()
            return
        self.container.spawn_worker(
            self,
            (),
            {},
            context_data={"traceparent": continued(None, UNRECORDED)},
            handle_result=self.handle_result,
        )

    def handle_result(self, worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        if exc_info:
            expected = isinstance(exc_info[1], ServiceError)
            log.warning(
                "%s failed: %s",
                self.method_name,
                exc_info[1],
                exc_info=None if expected else exc_info,
            )
        else:
            metrics.LAST_RUN.labels(self.method_name).set(time.time())
        metrics.RUNS.labels(self.method_name, "failed" if exc_info else "done").inc()
        super().handle_result(worker_ctx, result, exc_info)
        return result, exc_info


def interval(seconds: float, every: str | None) -> float:
    """Seconds between two runs. every: what those of a minute or less have instead; rarer ones are
    shortened in proportion."""
    return max(1.0, seconds / MINUTE) * float(every) if every else seconds


every: Decorator = Every.decorator


class Clock(DependencyProvider):
    """``clock = Clock()``, then ``self.clock()``: the aware time now."""

    def setup(self) -> None:
        self.now = timekeeper(self.container.config["CLOCK_FILE"])

    def get_dependency(self, worker_ctx: Any) -> Now:
        return self.now


class Config(DependencyProvider):
    """``config = Config()``: the service's configuration."""

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.container.config
