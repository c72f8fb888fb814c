"""What waits is handled in lots: as much as there is, up to a limit, by one call.

Guarantees: whatever waits, up to a limit, is worked on together, in the order it came, one lot at a
time, with no delay to fill it; where many fail, each is tried alone, so that none suffers for
another.
Does not: know events or the broker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from shared.errors import Unavailable

Thing = TypeVar("Thing")


class Lots(Generic[Thing]):
    """`work` is called with a lot, and must not raise; `spawn` runs a function in the background.

    at_once: the most in a lot.
    """

    def __init__(
        self,
        at_once: int,
        work: Callable[[Sequence[Thing]], object],
        spawn: Callable[[Callable[[], None]], object],
    ) -> None:
        self._at_once = at_once
        self._work = work
        self._spawn = spawn
        self._waiting: deque[Thing] = deque()
        self._busy = False

    def add(self, thing: Thing) -> None:
        """Never blocks."""
        self._waiting.append(thing)
        if not self._busy:
            self._busy = True
            self._spawn(self._work_off)

    def _work_off(self) -> None:
        try:
            while self._waiting:
                count = min(self._at_once, len(self._waiting))
                self._work([self._waiting.popleft() for _ in range(count)])
        finally:
            self._busy = False


def tried(
    things: Sequence[Thing], attempt: Callable[[Sequence[Thing]], Exception | None]
) -> list[tuple[Thing, Exception | None]]:
    """Each of `things` with what went wrong (None: it is done): tried together, then each alone.

    `Unavailable` is everybody's: while something is away, to try each alone is of no use.
    """
    error = attempt(things) if things else None
    if error is not None and len(things) > 1 and not isinstance(error, Unavailable):
        return [outcome for thing in things for outcome in tried([thing], attempt)]
    return [(thing, error) for thing in things]
