"""The keys of the exchange and of this node, as Nameko extensions.

Guarantees: an order is taken only where a key that the exchange publishes signed it; a service that
takes part does not start without its own key.
Does not: make keys, or judge a consumer's signature (the exchange does).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nameko.extensions import DependencyProvider

from shared.entrypoints.keys import PublishedKeys
from shared.errors import Unavailable
from shared.exchange.messages import Signer, public_key, verified


class ExchangeKeys(PublishedKeys):
    """The exchange's public keys, kept as those of access tokens are."""

    publisher, method, kept_as = "exchange", "keys", "exchange-jwks"

    def setup(self) -> None:
        super().setup()
        self._keys: list[Ed25519PublicKey] = []

    @property
    def has_keys(self) -> bool:
        return bool(self._keys)

    def use(self, keys: Sequence[dict[str, Any]]) -> None:
        self._keys = [public_key(key) for key in keys]

    def signed(self, context: str, value: Any, signature: Any) -> bool:
        """Whether the exchange signed `value`; its keys are fetched again before the answer is no.

        `Unavailable` where there are no keys yet: that says nothing about the signature.
        """
        if self._matches(context, value, signature):
            return True
        with suppress(Unavailable):
            self.refresh_once()
        if not self.has_keys:
            raise Unavailable()
        return self._matches(context, value, signature)

    def _matches(self, context: str, value: Any, signature: Any) -> bool:
        return any(verified(context, value, signature, key) for key in self._keys)


class VerifiesExchange(DependencyProvider):
    """``exchange_keys = VerifiesExchange()``, then ``self.exchange_keys.signed(...)``."""

    keys = ExchangeKeys()

    def get_dependency(self, worker_ctx: Any) -> ExchangeKeys:
        return self.keys


class Keys(NamedTuple):
    """A node's own key, and the one before it, which speaks for it while it is new."""

    current: Signer
    former: Signer | None = None


class NodeKeys(DependencyProvider):
    """``node_keys = NodeKeys()``: of the seed in NODE_KEY, and the first in NODE_RETIRED_KEYS."""

    def setup(self) -> None:
        config = self.container.config
        former = (config.get("NODE_RETIRED_KEYS") or "").partition(",")[0]
        self.keys = Keys(Signer(config["NODE_KEY"]), Signer(former) if former else None)

    def get_dependency(self, worker_ctx: Any) -> Keys:
        return self.keys
