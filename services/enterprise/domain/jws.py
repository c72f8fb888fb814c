"""Signatures: compact JWS (RFC 7515) with Ed25519 (RFC 8037) over canonical JSON.

Guarantees: the same claims and key give the same token; verification never trusts the token's own
header beyond the key id. Does not: keep keys.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST = 2_000
"""Characters; a longer token is not looked at."""


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8.

    Equals RFC 8785 for what licences hold: strings, whole numbers, booleans, null, and member
    names of ASCII only.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The inverse of `encoded`; ValueError for all other text."""
    if not text.isascii() or "+" in text or "/" in text:
        raise ValueError("not base64url")
    data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    if encoded(data) != text:
        raise ValueError("not the only spelling")
    return data


def signing_key(seed: str) -> Ed25519PrivateKey:
    """The key whose 32-byte seed is `seed` in base64."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """The public key as JWK (RFC 8037); `kid` is its thumbprint (RFC 7638)."""
    shape = {"crv": "Ed25519", "kty": "OKP", "x": encoded(key.public_bytes_raw())}
    kid = encoded(hashlib.sha256(canonical(shape)).digest())
    return {**shape, "kid": kid, "alg": "EdDSA", "use": "sig"}


def sign(claims: Mapping[str, Any], key: Ed25519PrivateKey, typ: str) -> str:
    """The compact JWS of `claims`; its header names the key and `typ`."""
    header = {"alg": "EdDSA", "kid": jwk(key.public_key())["kid"], "typ": typ}
    signed = f"{encoded(canonical(header))}.{encoded(canonical(claims))}"
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


def verified(token: str, keys: Mapping[str, Ed25519PublicKey], typ: str) -> dict[str, Any] | None:
    """The claims of `token` where one of `keys` (by key id) signed it; None for anything else."""
    if len(token) > LONGEST or token.count(".") != 2:
        return None
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(decoded(head)), json.loads(decoded(body))
        if header["alg"] != "EdDSA" or header["typ"] != typ or not isinstance(claims, dict):
            return None
        keys[header["kid"]].verify(decoded(signature), f"{head}.{body}".encode())
    except (ValueError, KeyError, TypeError, InvalidSignature, RecursionError):
        return None
    return claims
