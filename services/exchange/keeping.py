"""The log of the process as a Nameko dependency.

Guarantees: one appender a process; a missing or bad key stops the service at its start.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nameko.extensions import DependencyProvider

from services.exchange.domain.log import Broken
from services.exchange.usecases.appending import Appender
from shared.entrypoints.mongo import Mongo
from shared.errors import ServiceError
from shared.exchange.messages import Signer, jwk
from shared.store import Collections, Database
from shared.timekeeping import timekeeper

log = logging.getLogger(__name__)


class Log(DependencyProvider):
    """``log = Log(COLLECTIONS)``, then ``self.log.append(entry)``."""

    mongo = Mongo()

    def __init__(self, collections: Collections, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.collections = collections

    def setup(self) -> None:
        config = self.container.config
        self.signer = Signer(config["EXCHANGE_KEY"])
        self.retired = retired_keys(config)
        self.clock = timekeeper(config["CLOCK_FILE"])

    def start(self) -> None:
        store = Database(self.mongo.database, self.collections, self.mongo.relay.offer)
        origin = self.container.config["EVIDENCE_ORIGIN"]
        self.appender = Appender(store, self.signer, self.clock, self.retired, origin)
        self.container.spawn_managed_thread(self._read)

    def _read(self) -> None:
        """Read the log before the first use asks for it; where that fails, the use does."""
        try:
            self.appender.tree()
        except (ServiceError, Broken) as error:
            log.warning("the log is not read yet: %s", error)

    def get_dependency(self, worker_ctx: Any) -> Appender:
        return self.appender


def retired_keys(config: Mapping[str, Any]) -> list[dict[str, str]]:
    """Public keys (JWK) that signed earlier pages; configured as 32 bytes in base64 each."""
    texts = [text for text in str(config["EXCHANGE_RETIRED_KEYS"]).split(",") if text]
    try:
        found = [Ed25519PublicKey.from_public_bytes(base64.b64decode(text)) for text in texts]
    except ValueError:
        raise ValueError("EXCHANGE_RETIRED_KEYS: 32 bytes in base64") from None
    return [jwk(key) for key in found]
