"""Which of the service's queues are paused (`shared.pausing`), looked up now and then.

Guarantees: a change shows in every instance within `INTERVAL` seconds; while nobody could look yet,
all count as paused, so a restart does not take what is not to be taken.
Does not: give back what was taken in hand before: that is finished.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension

from shared.entrypoints.health import Health
from shared.entrypoints.mongo import Mongo
from shared.errors import Unavailable
from shared.pausing import COLLECTION, paused
from shared.store import Database

log = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between two looks; one costs the database half a millisecond."""
FIRST_LOOK = 1.0
"""Seconds for which consuming waits for the first look."""


class Pauses(SharedExtension):
    """One a process."""

    mongo = Mongo()
    health = Health()

    def __init__(self) -> None:
        super().__init__()
        self._paused: frozenset[str] | None = None
        self._looked = Signal()
        self.told: set[Callable[[], None]] = set()
        """Are called when something has been paused, or is no longer."""

    def setup(self) -> None:
        self.health.paused = lambda: sorted(self._paused or ())

    def start(self) -> None:
        self.container.spawn_managed_thread(self._watch)

    def hold(self, queue: str) -> bool:
        """Whether to leave the messages of `queue` where they are."""
        if self._paused is None:
            with eventlet.Timeout(FIRST_LOOK, exception=False):
                self._looked.wait()
        return self._paused is None or queue in self._paused

    def _watch(self) -> None:
        store = Database(self.mongo.database, {COLLECTION: ()}, lambda outgoing: None)
        while not self.mongo.relay.closing:
            try:
                self._take(frozenset(paused(store)))
            except Unavailable:
                log.debug("database away; what was paused stays paused")
            eventlet.sleep(INTERVAL if self._looked.ready() else FIRST_LOOK / 2)

    def _take(self, found: frozenset[str]) -> None:
        before, self._paused = self._paused, found
        if found != (before or frozenset()):
            log.warning("paused: %s", ", ".join(sorted(found)) or "nothing")
        if found != before:
            for tell in self.told:
                tell()
        if not self._looked.ready():
            self._looked.send()
