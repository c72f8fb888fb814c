"""The directory in memory, kept fresh.

Guarantees: what changed is seen within `CATALOGUE_FRESH_SECONDS`; a new directory
replaces the old one in one step; nothing is held that the lists do not say.
Does not: work while the database is away.
"""

from __future__ import annotations

import time

from eventlet.semaphore import Semaphore
from nameko.extensions import DependencyProvider

from services.catalogue.domain.directory import Directory, directory
from services.catalogue.usecases.listing import all_lists, stamp
from shared.documents import Storage


class Shelf:
    """The last directory read, and when it was last known to be true."""

    def __init__(self, fresh: float) -> None:
        self._fresh = fresh
        self._directory = Directory({}, {})
        self._stamp: str | None = None
        self._checked = float("-inf")
        self._reading = Semaphore()

    def directory(self, store: Storage) -> Directory:
        """The directory, at most so many seconds old."""
        if time.monotonic() - self._checked >= self._fresh:
            with self._reading:
                self._refresh(store)
        return self._directory

    def _refresh(self, store: Storage) -> None:
        asked = time.monotonic()
        if asked - self._checked < self._fresh:
            return
        current = stamp(store)
        if current != self._stamp:
            self._directory = directory(all_lists(store))
            self._stamp = current
        self._checked = asked


class Shelved(DependencyProvider):  # type: ignore[misc]
    """``shelf = Shelved()``"""

    def setup(self) -> None:
        self.shelf = Shelf(float(self.container.config["CATALOGUE_FRESH_SECONDS"]))

    def get_dependency(self, worker_ctx: object) -> Shelf:
        return self.shelf
