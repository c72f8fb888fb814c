"""Postings brought to the figures in the background, many together while events stream in.

Guarantees: a posting waits for others for some seconds at the most, and not at all where none
comes; whoever offers faster than they are posted has to wait. What cannot be posted now, or what a
crash leaves, is found in the database (`posting.finish_left_behind`).
Does not: outlive the process.
"""

from __future__ import annotations

import logging
import time

import eventlet
from nameko.extensions import DependencyProvider

from services.supervision.usecases import posting
from shared.documents import Storage
from shared.errors import ServiceError

log = logging.getLogger(__name__)

PAUSE, LONGEST, LOOK = 0.3, 5.0, 0.1
"""Seconds for which a posting waits for others: a small one, and a large one, which comes of a
backlog and is not alone; and between two looks."""
LARGE = 10
"""Figures from which on a posting is large."""
TOGETHER, MOST = 50, 100
"""Postings brought to the figures in one go, and those that may wait."""


class Poster:
    """One a process: ``poster.offer(store, due)``."""

    def __init__(self) -> None:
        self._waiting: list[posting.Due] = []
        self._posting: list[posting.Due] = []
        self._busy = False
        self.closing = False

    @property
    def ids(self) -> set[str]:
        """The postings in hand."""
        return {id_ for id_, _ in (*self._waiting, *self._posting)}

    def offer(self, store: Storage, due: posting.Due) -> None:
        """Post soon; waits while too many do."""
        self._waiting.append(due)
        if not self._busy:
            self._busy = True
            eventlet.spawn_n(self._work, store)
        while len(self._waiting) > MOST:
            eventlet.sleep(LOOK)

    def close(self) -> None:
        """Post what waits, without waiting for more."""
        self.closing, until = True, time.monotonic() + LONGEST
        while self._busy and time.monotonic() < until:
            eventlet.sleep(0.05)

    def _work(self, store: Storage) -> None:
        try:
            while self._waiting:
                self._gather()
                self._posting = self._waiting[:TOGETHER]
                del self._waiting[:TOGETHER]
                posting.post(store, self._posting)
        except ServiceError as error:
            log.warning("%d postings are left to the next sweep: %s", len(self.ids), error)
            self._waiting.clear()
        finally:
            self._posting = []
            self._busy = False

    def _gather(self) -> None:
        began = time.monotonic()
        while len(self._waiting) < TOGETHER and not self.closing:
            large = len(self._waiting[-1][1]) >= LARGE
            if time.monotonic() - began >= (LONGEST if large else PAUSE):
                return
            eventlet.sleep(LOOK)


class Posting(DependencyProvider):  # type: ignore[misc]
    """``poster = Posting()``"""

    def setup(self) -> None:
        self.poster = Poster()

    def stop(self) -> None:
        self.poster.close()

    def get_dependency(self, worker_ctx: object) -> Poster:
        return self.poster
