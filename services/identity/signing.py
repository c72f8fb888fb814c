"""Signing keys at work: made, encrypted at rest, used to sign (RFC 8037, EdDSA).

Guarantees: the private part is in the clear in memory only, while it signs.
Does not: decide when a key signs (`domain.keys`) or what a token says (`domain.tokens`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.identity.domain.keys import NewKey
from shared.personal import Vault

SEED_BYTES = 32
TYPE = "at+jwt"
"""RFC 9068, section 2.1."""


def make(vault: Vault, random: Callable[[int], bytes]) -> NewKey:
    """A new key, its private part sealed by `vault`."""
    seed = random(SEED_BYTES)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return NewKey(public, vault.seal(seed, key_context(public)))


def sign(claims: Mapping[str, Any], key: Mapping[str, Any], vault: Vault) -> str:
    """`claims` as a JWT signed with `key`, a key of the ring."""
    seed = vault.open(key["sealed"], key_context(key["public"]))
    private = Ed25519PrivateKey.from_private_bytes(seed)
    headers = {"kid": key["kid"], "typ": TYPE}
    return jwt.encode(dict(claims), private, algorithm="EdDSA", headers=headers)


def key_context(public: bytes) -> bytes:
    """What a key's private part is sealed for."""
    return b"signing-key/" + public
