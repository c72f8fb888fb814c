"""The public keys of members, from the directory, and as they were seen before.

Guarantees: a key that was seen stays known; one that is new is said, so that it can be confirmed
with the member itself. Does not: confirm it.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.exchange.verifying.source import Absent, Source, read_json
from shared.exchange.messages import public_key

Jwk = dict[str, Any]


class Members:
    """seen: by node, the keys that were seen (JWK)."""

    def __init__(self, source: Source, seen: dict[str, list[Jwk]]) -> None:
        self._source = source
        self.seen = {node: list(keys) for node, keys in seen.items()}
        self.new: list[str] = []
        self._asked: set[str] = set()
        self._keys: dict[tuple[str, str], Ed25519PublicKey] = {}

    def key(self, node: str, kid: str) -> Ed25519PublicKey | None:
        """The key `kid` of `node`; None where it has none of that name."""
        if (node, kid) not in self._keys:
            found = self._found(node, kid)
            if found is None:
                return None
            self._keys[node, kid] = public_key(found)
        return self._keys[node, kid]

    def _found(self, node: str, kid: str) -> Jwk | None:
        for asked in (False, True):
            if asked:
                self._ask(node)
            for key in self.seen.get(node, []):
                if key["kid"] == kid:
                    return key
        return None

    def _ask(self, node: str) -> None:
        if node in self._asked:
            return
        self._asked.add(node)
        known = self.seen.setdefault(node, [])
        for key in self._told(node):
            if key not in known:
                known.append(key)
                self.new.append(f"a key of {node} that was not seen before: {key['kid']}")

    def _told(self, node: str) -> list[Jwk]:
        try:
            told = read_json(self._source, f"/exchange/nodes/{node}")
        except Absent:
            return []
        keys = [key["jwk"] for key in told.get("keys", [])]
        return [{name: str(key[name]) for name in ("kty", "crv", "x", "kid")} for key in keys]
