"""The keys that verify access tokens, kept up to date.

Guarantees: verification is local; the keys survive identity's absence in the service's own
database; an unknown key id is looked up once, and not again within `REFRESH_PAUSE`.
Does not: know of keys that identity never published.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any

import eventlet
from nameko.extensions import SharedExtension

from shared.access import Caller
from shared.documents import Document
from shared.entrypoints.health import Health
from shared.entrypoints.mongo import Mongo
from shared.entrypoints.remote import Listener, RemoteService
from shared.errors import Unauthenticated, Unavailable, Unexpected
from shared.store import Database
from shared.text import Text
from shared.tokens import UnknownKey, Verifier

log = logging.getLogger(__name__)

REFRESH_INTERVAL = 300.0
REFRESH_PAUSE = 5.0
FIRST_TRIES = 0.5


class Keys(SharedExtension):
    """Verifies bearer tokens for every entrypoint of the process."""

    health = Health()
    mongo = Mongo()
    listener = Listener()

    def setup(self) -> None:
        config = self.container.config
        self.verifier = Verifier(config["TOKEN_ISSUER"], config["TOKEN_AUDIENCE"])
        self.health.checks["keys"] = lambda: self.verifier.has_keys
        self._refreshed = 0.0

    def start(self) -> None:
        self.container.spawn_managed_thread(self._keep_fresh)

    def verify(self, token: str, now: datetime) -> Caller:
        """Whose `token` it is, or `Unauthenticated`."""
        try:
            return self.verifier.verify(token, now)
        except UnknownKey:
            return self._verify_refreshed(token, now)

    def _verify_refreshed(self, token: str, now: datetime) -> Caller:
        try:
            if time.monotonic() - self._refreshed > REFRESH_PAUSE:
                self._refresh()
            return self.verifier.verify(token, now)
        except (UnknownKey, Unavailable) as error:
            if not self.verifier.has_keys:
                raise Unavailable() from error
            raise Unauthenticated(
                Text("访问令牌无效", "The access token is not valid"), type="token-invalid"
            ) from error

    def _keep_fresh(self) -> None:
        while True:
            try:
                self._refresh()
                eventlet.sleep(REFRESH_INTERVAL)
            except Exception as error:
                expected = isinstance(error, (Unavailable, Unexpected))
                log.log(logging.DEBUG if expected else logging.WARNING, "no fresh keys: %s", error)
                self._use_kept()
                eventlet.sleep(REFRESH_PAUSE if self.verifier.has_keys else FIRST_TRIES)

    def _refresh(self) -> None:
        self._refreshed = time.monotonic()
        keys = RemoteService(self.listener, "identity", None).jwks()["keys"]
        self.verifier.use(keys)
        self._keep(keys)

    def _collection(self) -> Any:
        return Database(self.mongo.database, {"platform": ()}, lambda outgoing: None)["platform"]

    def _keep(self, keys: list[dict[str, Any]]) -> None:
        try:
            self._collection().put_many([Document({"_id": "jwks", "keys": keys})])
        except Unavailable:
            log.warning("database away; keys are kept in memory only")

    def _use_kept(self) -> None:
        if self.verifier.has_keys:
            return
        try:
            kept = self._collection().get("jwks")
        except Unavailable:
            return
        if kept:
            self.verifier.use(kept["keys"])
