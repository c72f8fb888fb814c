"""Postings brought to the figures in the background, many together while events stream in.

Guarantees: a posting waits for others while they keep coming, for some seconds at the most; whoever
offers faster than they are posted has to wait. What cannot be posted now, or what a crash leaves,
is found in the database (`Books.finish_left_behind`).
Does not: outlive the process.
"""

from __future__ import annotations

import logging
import time

import eventlet
from nameko.extensions import DependencyProvider

from shared.documents import Storage
from shared.errors import ServiceError
from shared.figures import Books, Due

log = logging.getLogger(__name__)

PAUSE, QUIET, LONGEST, LOOK = 0.3, 1.0, 8.0, 0.1
"""Seconds for which postings wait for others: small ones; large ones, which come of a backlog,
after the newest of them, and in all; and between two looks."""
LARGE = 10
"""Figures from which on a posting is large."""
CLOSING = 10.0
TOGETHER, MOST = 100, 150
"""Postings brought to the figures in one go, and those that may wait."""


class Poster:
    """One a process: ``poster.offer(store, due)``."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._waiting: list[Due] = []
        self._posting: list[Due] = []
        self._busy = False
        self.closing = False

    @property
    def ids(self) -> set[str]:
        """The postings in hand."""
        return {id_ for id_, _ in (*self._waiting, *self._posting)}

    def offer(self, store: Storage, due: Due) -> None:
        """Post soon; waits while too many do."""
        self._waiting.append(due)
        if not self._busy:
            self._busy = True
            eventlet.spawn_n(self._work, store)
        while len(self._waiting) > MOST:
            eventlet.sleep(LOOK)

    def close(self) -> None:
        """Post what waits, without waiting for more."""
        self.closing, until = True, time.monotonic() + CLOSING
        while self._busy and time.monotonic() < until:
            eventlet.sleep(0.05)

    def _work(self, store: Storage) -> None:
        try:
            while self._waiting:
                self._gather()
                self._posting = self._waiting[:TOGETHER]
                del self._waiting[:TOGETHER]
                self._books.post(store, self._posting)
        except ServiceError as error:
            log.warning("%d postings are left to the next sweep: %s", len(self.ids), error)
            self._waiting.clear()
        finally:
            self._posting = []
            self._busy = False

    def _gather(self) -> None:
        began, count = time.monotonic(), len(self._waiting)
        newest = began
        while count < TOGETHER and not self.closing:
            now, large = time.monotonic(), len(self._waiting[-1][1]) >= LARGE
            if now - began >= (LONGEST if large else PAUSE) or now - newest >= QUIET:
                return
            eventlet.sleep(LOOK)
            if len(self._waiting) > count:
                newest, count = time.monotonic(), len(self._waiting)


class Posting(DependencyProvider):  # type: ignore[misc]
    """``poster = Posting(BOOKS)``"""

    def __init__(self, books: Books) -> None:
        self._books = books

    def setup(self) -> None:
        self.poster = Poster(self._books)

    def stop(self) -> None:
        self.poster.close()

    def get_dependency(self, worker_ctx: object) -> Poster:
        return self.poster
