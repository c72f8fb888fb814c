"""Reads that come at the same time, made as one.

Guarantees: a read begins after it was asked for, so it sees what was written before; a single one
goes out at once, and what comes meanwhile goes out together next. Does not: cache.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import eventlet
from eventlet.event import Event as Signal

ReadMany = Callable[[Collection[str]], Mapping[str, Any]]
"""``read_many(ids)``: what exists of them, by id."""


class Gathered:
    """`read_many`, shared by the green threads of a process."""

    def __init__(self, read_many: ReadMany) -> None:
        self._read_many = read_many
        self._waiting: list[tuple[frozenset[str], Signal]] = []
        self._busy = False

    def get_many(self, ids: Iterable[str]) -> dict[str, Any]:
        """Those of `ids` that exist, by id."""
        wanted = frozenset(ids)
        if self._busy:
            done = Signal()
            self._waiting.append((wanted, done))
            found: Mapping[str, Any] = done.wait()
        else:
            found = self._read(wanted)
        return {id_: found[id_] for id_ in wanted if id_ in found}

    def get(self, id_: str) -> Any:
        """What has this id, or None."""
        return self.get_many((id_,)).get(id_)

    def _read(self, wanted: frozenset[str]) -> Mapping[str, Any]:
        self._busy = True
        try:
            return self._read_many(wanted)
        finally:
            if self._waiting:
                eventlet.spawn_n(self._read_waiting)
            else:
                self._busy = False

    def _read_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            found = self._read(frozenset().union(*(wanted for wanted, _ in waiting)))
        except Exception as error:
            for _, done in waiting:
                done.send_exception(error)
            return
        for _, done in waiting:
            done.send(found)
