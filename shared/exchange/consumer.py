"""The mixin and the dependency by which a service uses resources of others.

    class Service(Consumer, Department):
        store = Store({**CASES, **GRANTS, ...})
        ...
        found = self.exchange.query("household-register", {"identity": number},
                                    fields=("address",), purpose="enrolment", case=..., item=...)

Guarantees: see `shared.exchange.answers.Sharing`. Grants are learned by event and, at the start, by
asking for those that were issued before; they are kept in the service's own database.
Does not: cache answers.
"""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

import eventlet
from nameko.extensions import DependencyProvider

from shared.ahead import in_order
from shared.documents import Storage
from shared.entrypoints import Remote, every, hears
from shared.entrypoints.mongo import Mongo
from shared.entrypoints.remote import Listener, RemoteService
from shared.errors import Unavailable
from shared.events import Event
from shared.exchange.client import Client
from shared.exchange.events import GrantFields
from shared.exchange.granted import Grant, is_for
from shared.exchange.messages import SALT_BYTES, Signer
from shared.exchange.node import NODE, Node, consumer_of
from shared.store import Collections, Database, Index
from shared.timekeeping import timekeeper

log = logging.getLogger(__name__)

CHUNKS_AT_ONCE = 3
"""Of a batch: one is read while the next are made, by the provider and by the exchange."""
STATES = {"issued": "active", "revoked": "revoked", "expired": "expired"}
REMEMBERED = 10.0
"""Seconds for which grants are not read again; the exchange knows at once what has changed."""
GRANTS: Collections = {**NODE, "sharing_grants": [Index.on("resource")]}
"""The collections that a consumer owns; add them to the service's own."""


class Exchange(DependencyProvider):
    """``exchange = Exchange()``: a `shared.exchange.answers.Sharing`."""

    listener = Listener()
    mongo = Mongo()

    def setup(self) -> None:
        config = self.container.config
        self._consumer = consumer_of(self.container.service_cls)
        self._signer = Signer(config["NODE_KEY"])
        self._now = timekeeper(config["CLOCK_FILE"])
        self._known: dict[str, tuple[float, Iterable[Grant]]] = {}

    def get_dependency(self, worker_ctx: Any) -> Client:
        remote = RemoteService(self.listener, "exchange", worker_ctx.data.get("traceparent"))
        return Client(
            consumer=self._consumer,
            signer=self._signer,
            ask=_asking(remote),
            grants=self._grants,
            now=self._now,
            new_id=lambda: str(uuid.uuid4()),
            new_salt=lambda: secrets.token_hex(SALT_BYTES),
            pause=eventlet.sleep,
            ahead=partial(in_order, at_once=CHUNKS_AT_ONCE),
        )

    def _grants(self, resource: str, fresh: bool) -> Iterable[Grant]:
        read_at, grants = self._known.get(resource, (-REMEMBERED, ()))
        if fresh or time.monotonic() - read_at > REMEMBERED:
            store = Database(self.mongo.database, GRANTS, lambda outgoing: None)
            grants = store["sharing_grants"].find({"resource": resource})
            self._known[resource] = time.monotonic(), grants
        return grants


def _asking(remote: RemoteService) -> Any:
    def ask(
        method: str, request: Mapping[str, Any], signature: str, timeout: float
    ) -> Mapping[str, Any]:
        call = getattr(remote, method)
        answer: Mapping[str, Any] = call(timeout=timeout, request=request, signature=signature)
        return answer

    return ask


class Consumer(Node):
    """Derive `Service` from it; its store has the collections `GRANTS`. See the module."""

    exchange: Any = Exchange()
    exchange_service: Any = Remote("exchange")
    _grants_asked: ClassVar[bool] = False

    @hears(
        "exchange.grant.issued.v1",
        "exchange.grant.revoked.v1",
        "exchange.grant.expired.v1",
        queue="sharing-grants",
        reads=GrantFields,
    )
    def take_grant(self, event: Event) -> None:
        state = STATES[event.type.split(".")[2]]
        grant = {"_id": event.subject, **_as_kept(event.data), "state": state}
        keep(self.store, consumer_of(type(self)), grant, event.sequence)

    @every(seconds=5, eager=True, listening=True)
    def ask_for_grants_at_start(self) -> None:
        if type(self)._grants_asked:
            return
        own = consumer_of(type(self))
        try:
            grants = self.exchange_service.granted(consumer=own)
        except Unavailable:
            log.debug("the exchange is away; grants of before are asked for again")
            return
        for grant in grants:
            keep(self.store, own, grant, grant["sequence"])
        type(self)._grants_asked = True


def keep(store: Storage, consumer: str, grant: Grant, sequence: int) -> None:
    """Keep `grant` {_id, resource, ...} where it is for `consumer` and newer than what is kept."""
    if not is_for(grant, consumer):
        return
    known = store["sharing_grants"].get(grant["_id"])
    after = {**grant, "sequence": sequence}
    if known is None:
        known = store["sharing_grants"].ensure(after)
    if known["sequence"] < sequence:
        store["sharing_grants"].save(known, after)


def _as_kept(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("_"): value for name, value in data.items()}
