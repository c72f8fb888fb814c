"""Answers that many ask for, kept for a few seconds.

Guarantees: at most `KEPT` answers, none older than `SUPERVISION_FRESH_SECONDS`; who asks while an
answer is being made waits for it. Does not: outlive the process.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

KEPT = 500


class Fresh:
    """``fresh.of(key, make)``: what `make` gave for `key` a moment ago, or gives now."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._making = Semaphore(2)

    def of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        if (found := self._found(key)) is None:
            with self._making:
                found = self._found(key) or self._made(key, make)
        return found[1]

    def _found(self, key: Hashable) -> tuple[float, Any] | None:
        found = self._kept.get(key)
        return found if found and self._clock() - found[0] < self._seconds else None

    def _made(self, key: Hashable, make: Callable[[], Any]) -> tuple[float, Any]:
        made = (self._clock(), make())
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
