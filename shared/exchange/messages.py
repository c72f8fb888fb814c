"""What the messages of data exchange are signed and digested by (pure).

A message is a JSON value of strings, whole numbers below 2**53, booleans, null, lists and objects
with ASCII names. Its canonical bytes are then those of RFC 8785 (JCS). A signature is Ed25519
(RFC 8032) over ``<context>\\n`` and the canonical bytes, written in base64url without padding.
A public key is a JWK (RFC 8037) whose `kid` is its thumbprint (RFC 7638).

Guarantees: the same value, the same bytes, however its objects were put together; a signature made
for one context is none in another; whatever is wrong with a signature or a key, the answer is False
or a ValueError, never another exception.
Does not: keep keys, know clocks or chance, or check that a value is of the kind above (schemas do).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Jwk = Mapping[str, str]

REQUEST = "exchange-request-v1"
"""A consumer asks the exchange; signed is `signable_request`."""
ORDER = "exchange-order-v1"
"""The exchange asks a provider."""
ANSWER = "exchange-answer-v1"
"""A provider answers the exchange; signed is `signable`."""
PAGE = "exchange-page-v1"
"""The exchange closes a page of its log."""
KEY = "exchange-key-v1"
"""A node's former key speaks for the one that follows it."""

ASKED = ("key", "keys", "claims")
"""Members of a request that are signed by their digest, under the request's `salt`."""
ANSWERED = ("request", "attempt", "at", "node", "digest")
"""Members of an answer that are signed; what was found is signed by the digest. So both signatures
can be kept as evidence, and checked by anybody, without what was asked and answered."""

STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
KEY_BYTES = 32
SALT_BYTES = 16


def canonical(value: Any) -> bytes:
    """The bytes of `value` that are signed and digested: sorted names, no spaces, UTF-8."""
    return orjson.dumps(value, option=STRICT)


def digest(salt: str, value: Any) -> str:
    """SHA-256 over the salt's bytes and the canonical `value`; salt and result are hexadecimal.

    A salt is `SALT_BYTES` of chance: numbers of people can be guessed, digests must not be.
    """
    return hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()


def salt_of(salt: str, number: int) -> str:
    """The salt of the key in place `number` of a batch; it tells nothing of the others' salts."""
    numbered = bytes.fromhex(salt) + number.to_bytes(8, "big")
    return hashlib.sha256(numbered).hexdigest()[: SALT_BYTES * 2]


def signable(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a provider's answer that its signature covers."""
    return {name: answer[name] for name in ANSWERED if name in answer}


def signable_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """What a consumer's signature covers: the request, with `content` in place of what it asks by.

    ValueError, TypeError: it has no salt, or cannot be digested.
    """
    told = {name: value for name, value in request.items() if name not in ASKED}
    return {**told, "content": content_of(request)}


def content_of(request: Mapping[str, Any]) -> str:
    """The digest of what a request asks by (`ASKED`), under its own salt."""
    salt = request.get("salt")
    if not isinstance(salt, str):
        raise ValueError("a request needs a salt")
    return digest(salt, {name: request.get(name) for name in ASKED})


class Signer:
    """A private key: `jwk` is its public part, `kid` its name.

    seed: 32 bytes in base64; ValueError (which never tells it) for anything else.
    """

    def __init__(self, seed: str) -> None:
        self._key = _private(seed)
        self.public = self._key.public_key()
        self.jwk = jwk(self.public)
        self.kid = self.jwk["kid"]

    def sign(self, context: str, value: Any) -> str:
        """The signature of `value` in `context`."""
        return self.sign_bytes(_told(context, value))

    def sign_bytes(self, data: bytes) -> str:
        """The signature of bytes that carry their own context, such as a signed note."""
        return encoded(self._key.sign(data))


def verified(context: str, value: Any, signature: Any, key: Ed25519PublicKey) -> bool:
    """Whether `signature` is that of `key` over `value` in `context`."""
    try:
        key.verify(decoded(signature), _told(context, value))
    except (InvalidSignature, ValueError, TypeError, AttributeError):
        return False
    return True


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """The public key as JWK, named by its thumbprint."""
    shape = {"crv": "Ed25519", "kty": "OKP", "x": encoded(key.public_bytes_raw())}
    return {**shape, "kid": encoded(hashlib.sha256(canonical(shape)).digest())}


def public_key(given: Jwk) -> Ed25519PublicKey:
    """The key in a JWK; ValueError where it is no Ed25519 key, or not named by its thumbprint."""
    try:
        if (given["kty"], given["crv"]) != ("OKP", "Ed25519"):
            raise ValueError("not an Ed25519 key")
        key = Ed25519PublicKey.from_public_bytes(decoded(given["x"]))
    except (KeyError, TypeError, AttributeError):
        raise ValueError("not a JWK") from None
    if given.get("kid") != jwk(key)["kid"]:
        raise ValueError("kid is not the thumbprint (RFC 7638)")
    return key


def instant(moment: datetime) -> str:
    """An aware time as messages carry it: RFC 3339 in UTC, to the millisecond."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The inverse of `encoded`; ValueError for every other spelling."""
    if not text.isascii() or "+" in text or "/" in text:
        raise ValueError("not base64url")
    data = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    if encoded(data) != text:
        raise ValueError("not the only spelling")
    return data


def _told(context: str, value: Any) -> bytes:
    return context.encode() + b"\n" + canonical(value)


def _private(seed: str) -> Ed25519PrivateKey:
    try:
        data = base64.b64decode(seed, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("signing key: not base64") from None
    if len(data) != KEY_BYTES:
        raise ValueError(f"signing key: needs {KEY_BYTES} bytes")
    return Ed25519PrivateKey.from_private_bytes(data)
