"""Calls that come while one is under way are done together, as one (group commit, group read).

Guarantees: one thing alone is begun at once; what comes while that is under way is begun together
when it is done, or after `patience`, so that nobody waits long for what is slow. A read begins
after it was asked for, so it sees what was written before. Does not: cache.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import eventlet
from eventlet.event import Event as Signal

Thing = TypeVar("Thing")
Done = TypeVar("Done")
MOST = 64
"""Things at once."""
ReadMany = Callable[[Collection[str]], Mapping[str, Any]]
"""``read_many(ids)``: what exists of them, by id."""


class Together(Generic[Thing, Done]):
    """`work`, shared by the green threads of a process.

    work: what came of each of the things, in their order; what it raises is raised to all of them.
    patience: seconds that something waits for what is under way; None: until it is done.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Thing]], Sequence[Done]],
        patience: float | None = None,
    ) -> None:
        self._work, self._patience = work, patience
        self._waiting: deque[tuple[Thing, Signal]] = deque()
        self._under_way = 0

    def do(self, thing: Thing) -> Done:
        """What came of `thing`."""
        if not (self._under_way or self._waiting):
            return self._done([thing])[0]
        signal = Signal()
        self._waiting.append((thing, signal))
        if self._patience is not None and len(self._waiting) == 1:
            eventlet.spawn_after(self._patience, self._do_waiting)
        done: Done = signal.wait()
        return done

    def _done(self, things: Sequence[Thing]) -> Sequence[Done]:
        self._under_way += 1
        try:
            return self._work(things)
        finally:
            self._under_way -= 1
            if self._waiting:
                eventlet.spawn_n(self._do_waiting)

    def _do_waiting(self) -> None:
        if not self._waiting:
            return
        taken = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            done = self._done([thing for thing, _ in taken])
        except Exception as error:
            for _, signal in taken:
                signal.send_exception(error)
            return
        for (_, signal), one in zip(taken, done, strict=True):
            signal.send(one)


class Gathered:
    """`read_many`, shared by the green threads of a process."""

    def __init__(self, read_many: ReadMany) -> None:
        self._read_many = read_many
        self._together = Together(self._read)

    def get_many(self, ids: Iterable[str]) -> dict[str, Any]:
        """Those of `ids` that exist, by id."""
        wanted = frozenset(ids)
        found = self._together.do(wanted)
        return {id_: found[id_] for id_ in wanted if id_ in found}

    def get(self, id_: str) -> Any:
        """What has this id, or None."""
        return self.get_many((id_,)).get(id_)

    def _read(self, wanted: Sequence[frozenset[str]]) -> Sequence[Mapping[str, Any]]:
        return [self._read_many(frozenset().union(*wanted))] * len(wanted)
