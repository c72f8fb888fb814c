"""Answers that many ask for, kept for a few seconds.

Guarantees: at most `KEPT` answers, none older than it may be; at most four are made at once.
Does not: outlive the process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

KEPT, MAKING = 500, 4


class Fresh:
    """``fresh.of(key, make)``: what `make` gave for `key` a moment ago, or gives now."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._making = Semaphore(MAKING)

    def of(self, key: Hashable, make: Callable[[], Any], seconds: float | None = None) -> Any:
        """`seconds`: how long the answer is good, where it is not as configured."""
        if (found := self._found(key)) is None:
            with self._making:
                found = self._found(key) or self._made(key, make, seconds or self._seconds)
        return found[1]

    def _found(self, key: Hashable) -> tuple[float, Any] | None:
        found = self._kept.get(key)
        return found if found and self._clock() < found[0] else None

    def _made(self, key: Hashable, make: Callable[[], Any], seconds: float) -> tuple[float, Any]:
        value = make()
        made = (self._clock() + seconds, value)
        self._kept[key] = made
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made


class Freshly(DependencyProvider):  # type: ignore[misc]
    """``fresh = Freshly()``"""

    def setup(self) -> None:
        self.fresh = Fresh(float(self.container.config["SUPERVISION_FRESH_SECONDS"]))

    def get_dependency(self, worker_ctx: object) -> Fresh:
        return self.fresh
