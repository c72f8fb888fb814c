"""The public keys of another service, kept up to date; and those that verify access tokens.

Guarantees: verification is local; the keys survive their publisher's absence in the service's own
database; where a key is not known, they are fetched once, and not again within `REFRESH_PAUSE`.
Does not: know of keys that were never published.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

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


class PublishedKeys(SharedExtension):
    """Keeps the JWK set that `publisher`'s RPC method `method` returns, in the document `kept_as`.

    A subclass takes the keys by `use` and says by `has_keys` whether it has any.
    """

    publisher: ClassVar[str]
    method: ClassVar[str]
    kept_as: ClassVar[str]

    mongo = Mongo()
    listener = Listener()

    def setup(self) -> None:
        self._refreshed = 0.0

    def start(self) -> None:
        self.container.spawn_managed_thread(self._keep_fresh)

    @property
    def has_keys(self) -> bool:
        raise NotImplementedError

    def use(self, keys: Sequence[dict[str, Any]]) -> None:
        """Replace the keys by `keys` (JSON Web Keys)."""
        raise NotImplementedError

    def refresh_once(self) -> None:
        """Fetch the keys now, unless that was tried within `REFRESH_PAUSE`; `Unavailable`."""
        if time.monotonic() - self._refreshed > REFRESH_PAUSE:
            self._refresh()

    def _keep_fresh(self) -> None:
        while True:
            try:
                self._refresh()
                eventlet.sleep(REFRESH_INTERVAL)
            except Exception as error:
                expected = isinstance(error, (Unavailable, Unexpected))
                log.log(logging.DEBUG if expected else logging.WARNING, "no fresh keys: %s", error)
                self._use_kept()
                eventlet.sleep(REFRESH_PAUSE if self.has_keys else FIRST_TRIES)

    def _refresh(self) -> None:
        self._refreshed = time.monotonic()
        remote = RemoteService(self.listener, self.publisher, None)
        keys = getattr(remote, self.method)()["keys"]
        self.use(keys)
        self._keep(keys)

    def _collection(self) -> Any:
        return Database(self.mongo.database, {"platform": ()}, lambda outgoing: None)["platform"]

    def _keep(self, keys: list[dict[str, Any]]) -> None:
        try:
            self._collection().put_many([Document({"_id": self.kept_as, "keys": keys})])
        except Unavailable:
            log.warning("database away; keys are kept in memory only")

    def _use_kept(self) -> None:
        if self.has_keys:
            return
        try:
            kept = self._collection().get(self.kept_as)
        except Unavailable:
            return
        if kept:
            self.use(kept["keys"])


class Keys(PublishedKeys):
    """Verifies bearer tokens for every entrypoint of the process."""

    publisher, method, kept_as = "identity", "jwks", "jwks"

    health = Health()

    def setup(self) -> None:
        super().setup()
        config = self.container.config
        self.verifier = Verifier(config["TOKEN_ISSUER"], config["TOKEN_AUDIENCE"])
        self.health.checks["keys"] = lambda: self.verifier.has_keys

    @property
    def has_keys(self) -> bool:
        return self.verifier.has_keys

    def use(self, keys: Sequence[dict[str, Any]]) -> None:
        self.verifier.use(keys)

    def verify(self, token: str, now: datetime) -> Caller:
        """Whose `token` it is, or `Unauthenticated`."""
        try:
            return self.verifier.verify(token, now)
        except UnknownKey:
            return self._verify_refreshed(token, now)

    def _verify_refreshed(self, token: str, now: datetime) -> Caller:
        try:
            self.refresh_once()
            return self.verifier.verify(token, now)
        except (UnknownKey, Unavailable) as error:
            if not self.has_keys:
                raise Unavailable() from error
            raise Unauthenticated(
                Text("访问令牌无效", "The access token is not valid"), type="token-invalid"
            ) from error
