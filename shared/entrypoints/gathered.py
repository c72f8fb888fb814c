"""Handing many waiting events to one call of a handler.

Guarantees: whatever waits, up to a limit, is handed over together, one handing-over at a time, with
no delay to fill it; where many fail, each is tried alone, so that none suffers for another.
Does not: keep order, or know the broker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from shared.errors import Unavailable
from shared.events import Event

Settle = Callable[[Exception | None], None]
HandOver = Callable[[Sequence[Event]], Exception | None]


class Heard(NamedTuple):
    """An event, and what is called when it has been handled or not."""

    event: Event
    settle: Settle


class Gathering:
    """`hand_over(events)` returns what went wrong; `spawn` runs a function in the background."""

    def __init__(
        self, at_once: int, hand_over: HandOver, spawn: Callable[[Callable[[], None]], object]
    ) -> None:
        self._at_once = at_once
        self._hand_over = hand_over
        self._spawn = spawn
        self._waiting: deque[Heard] = deque()
        self._busy = False

    def add(self, heard: Heard) -> None:
        self._waiting.append(heard)
        if not self._busy:
            self._busy = True
            self._spawn(self._work)

    def _work(self) -> None:
        try:
            while self._waiting:
                count = min(self._at_once, len(self._waiting))
                self._try([self._waiting.popleft() for _ in range(count)])
        finally:
            self._busy = False

    def _try(self, batch: list[Heard]) -> None:
        error = self._hand_over([heard.event for heard in batch])
        if error is not None and len(batch) > 1 and not isinstance(error, Unavailable):
            for heard in batch:
                self._try([heard])
            return
        for heard in batch:
            heard.settle(error)
