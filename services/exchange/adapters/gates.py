"""What one process knows of the systems it asks: how many requests are with each, and whether it
has been failing.

Guarantees: a system that hangs holds `PLACES` workers of the process at most; one that fails is
left alone as `domain.breaker` says. Does not: share what it knows with other processes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eventlet.semaphore import Semaphore

from services.exchange.adapters import unavailable
from services.exchange.domain import breaker as rules
from services.exchange.domain.breaker import CLOSED, Admission
from shared.errors import ServiceError, Unavailable

PLACES = 24
"""Requests that are with one system at once."""


class Gate:
    """In front of one system. now: seconds of a clock that never goes back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._places = Semaphore(PLACES)
        self.breaker = CLOSED

    @contextmanager
    def place(self, seconds: float) -> Iterator[None]:
        """One of the places, waited for so long at most; else `Unavailable`."""
        if not self._places.acquire(timeout=seconds):
            raise unavailable(retry_after=1)
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def passed(self) -> Iterator[None]:
        """One request to the system. `Unavailable` is a failure; any other answer is none."""
        admission = self._admitted()
        try:
            yield
        except Unavailable:
            self.breaker = rules.failed(self.breaker, admission, self._now())
            raise
        except ServiceError:
            self.breaker = rules.succeeded(self.breaker, admission)
            raise
        self.breaker = rules.succeeded(self.breaker, admission)

    def _admitted(self) -> Admission:
        now = self._now()
        admission = rules.admitted(self.breaker, now)
        if admission is None:
            raise unavailable(retry_after=math.ceil(rules.wait(self.breaker, now)))
        self.breaker = admission.breaker
        return admission

    @property
    def is_open(self) -> bool:
        """Whether a request would not be let through now."""
        return rules.wait(self.breaker, self._now()) > 0
