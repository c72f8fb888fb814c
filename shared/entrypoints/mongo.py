"""The service's database and outbox relay as Nameko extensions.

Guarantees: the service starts and stays up without a database; the relay publishes what it has
before the process ends; what was published is kept for PUBLISHED_KEPT_HOURS of the system's time,
and for longer while a queue is paused (`shared.pausing`).
Does not: hide that the database is away (`Health` tells).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import eventlet
from nameko.extensions import DependencyProvider, SharedExtension

from shared import metrics, store
from shared.amqp import Publisher
from shared.entrypoints.health import Health
from shared.errors import Unavailable
from shared.pausing import COLLECTION, holds, kept_since
from shared.relay import Outgoing, Relay
from shared.timekeeping import system_time, timekeeper

log = logging.getLogger(__name__)

CLOSING_TIMEOUT = 5
FORGET_INTERVAL = 60.0


class Mongo(SharedExtension):
    """One client, one relay a process."""

    health = Health()

    def __init__(self) -> None:
        super().__init__()
        self.collections: dict[str, Any] = {"platform": (), **store.KEPT}
        self._indexed = False
        self._drained: Any = None

    def setup(self) -> None:
        config = self.container.config
        self.database = store.open_database(config["MONGO_URI"], self.container.service_name)
        self._kept_for = timedelta(hours=config["PUBLISHED_KEPT_HOURS"])
        self.relay = Relay(
            Publisher(config["AMQP_URI"]),
            self._mark,
            self._left_behind,
            timekeeper(config["CLOCK_FILE"]),
            self._keep if self._kept_for else None,
        )
        self.health.checks["database"] = self._ready
        metrics.OUTBOX_WAITING.set_function(self.relay.waiting)
        metrics.OUTBOX_AGE.set_function(self.relay.oldest)

    def start(self) -> None:
        self._drained = self.container.spawn_managed_thread(self.relay.run)
        self.container.spawn_managed_thread(self.relay.tidy)
        self.container.spawn_managed_thread(self.relay.sweep)
        self.container.spawn_managed_thread(self._create_indexes)
        self.container.spawn_managed_thread(self._forget_published)

    def stop(self) -> None:
        self.relay.close()
        with eventlet.Timeout(CLOSING_TIMEOUT, exception=False):
            self._drained.wait()

    def _ready(self) -> bool:
        return self._indexed and store.answers(self.database)

    def _create_indexes(self) -> None:
        while not self._indexed:
            try:
                store.create_indexes(self.database, self.collections)
                self._indexed = True
            except Unavailable:
                log.warning("database away; indexes are created when it is back")
                eventlet.sleep(0.5)

    def _keep(self, events: Sequence[Mapping[str, Any]]) -> None:
        store.keep_published(self.database, events, system_time())

    def _forget_published(self) -> None:
        while not self.relay.closing:
            eventlet.sleep(FORGET_INTERVAL)
            try:
                while store.forget_published(self.database, self._kept_since()):
                    eventlet.sleep(0)
            except Unavailable:
                log.warning("database away; published events are forgotten when it is back")

    def _kept_since(self) -> datetime:
        own = store.Database(self.database, {COLLECTION: ()}, lambda outgoing: None)
        return kept_since(holds(own).values(), system_time(), self._kept_for)

    def _mark(self, collection: str, ids: list[str], tokens: list[str]) -> None:
        store.mark_published(self.database, collection, ids, tokens)

    def _left_behind(self, before: datetime, limit: int) -> list[Outgoing]:
        return list(store.left_behind(self.database, self.collections, before, limit))


class Store(DependencyProvider):
    """``store = Store({"cases": [Index.on("applicant")]})``: the collections a service owns."""

    mongo = Mongo()

    def __init__(self, collections: store.Collections | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.collections = dict(collections or {})

    def setup(self) -> None:
        self.mongo.collections.update(self.collections)

    def get_dependency(self, worker_ctx: Any) -> store.Database:
        return store.Database(
            self.mongo.database,
            self.mongo.collections,
            self.mongo.relay.offer,
            worker_ctx.data.get("traceparent"),
        )
