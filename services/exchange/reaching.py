"""How the exchange reads, reaches its providers, and signs what it asks them: dependencies.

Guarantees: a missing or bad key stops the service at its start.
Does not: know which provider is asked (a node names its adapter).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nameko.extensions import DependencyProvider

from services.exchange.adapters.amqp import AmqpProvider, gathered
from services.exchange.adapters.http import HttpProvider
from services.exchange.domain.addresses import reach
from services.exchange.keeping import retired_keys
from services.exchange.usecases.looking import Looking
from services.exchange.usecases.office import Asking
from shared.entrypoints.mongo import Mongo
from shared.entrypoints.remote import Listener, RemoteService
from shared.exchange.messages import Signer
from shared.store import Collections, Database


class Adapters(DependencyProvider):
    """``adapters = Adapters()``: each by the name that nodes give."""

    listener = Listener()

    def setup(self) -> None:
        config = self.container.config
        names = ("PROVIDER_SCHEMES", "PROVIDER_NETWORKS", "SIMULATOR_URL")
        allowed = reach(*(str(config[name] or "") for name in names))
        kid = Signer(config["EXCHANGE_KEY"]).kid
        self.together = gathered()
        self.http = HttpProvider(allowed, Path(config["PROVIDER_CERTIFICATES"]), kid)

    def get_dependency(self, worker_ctx: Any) -> Mapping[str, Asking]:
        traceparent = worker_ctx.data.get("traceparent")
        remote = partial(RemoteService, self.listener, traceparent=traceparent)
        amqp = AmqpProvider(remote, self.together)
        return {"amqp": amqp, "http": self.http}


class ExchangeKey(DependencyProvider):
    """``key = ExchangeKey()``: `signer`, and the public keys as a JWK set (RFC 7517) in `jwks`."""

    def setup(self) -> None:
        config = self.container.config
        self.signer = Signer(config["EXCHANGE_KEY"])
        self.jwks = {"keys": [self.signer.jwk, *retired_keys(config)]}

    def get_dependency(self, worker_ctx: Any) -> ExchangeKey:
        return self


class Reads(DependencyProvider):
    """``reading = Reads(COLLECTIONS)``: what every use reads, shared by the uses of the process."""

    mongo = Mongo()

    def __init__(self, collections: Collections, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.collections = collections

    def start(self) -> None:
        store = Database(self.mongo.database, self.collections, self.mongo.relay.offer)
        self.looking = Looking(store)

    def get_dependency(self, worker_ctx: Any) -> Looking:
        return self.looking
