"""Personal data: sealed at rest, looked up by keyed hash, masked where others may look.

Guarantees: what is sealed is unreadable without its key and cannot be changed, nor moved to
another context (record, field), without `Tampered`. Old keys open what they sealed as long as they
are configured. Masks never grow back the digits they hide.
Does not: keep keys, or turn them (list the new key first; the old ones still open, until
`shared.ops.rotating` has sealed everything anew). Nonces are random, so one key should seal at most
2**32 values (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from stdnum.iso7064 import mod_11_2

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_KID: Final = re.compile(rb"[A-Za-z0-9_-]{1,64}")


class UnknownKey(KeyError):
    """The value was sealed with a key that is not configured; its id is the argument."""


class Tampered(ValueError):
    """The value is not what was sealed, or not in this context."""


class Vault:
    """Seals with AES-256-GCM and hashes with HMAC-SHA256.

    keys: ``kid:base64[,kid2:base64]``, 32 bytes each; the first one seals, all open.
    lookup_key: base64, at least 32 bytes; a new one loses every stored lookup.
    random: gives that many random bytes. ValueError (which never tells a key) where a key is bad.
    """

    def __init__(
        self, keys: str, lookup_key: str, random: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._ciphers = _ciphers(keys)
        self._kid = next(iter(self._ciphers))
        self._lookup_key = _decoded(lookup_key, "lookup key")
        if len(self._lookup_key) < KEY_BYTES:
            raise ValueError(f"lookup key: needs at least {KEY_BYTES} bytes")
        self._random = random

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt `plain` for `context`: length and text of the key id, nonce, ciphertext, tag."""
        kid = self._kid.encode()
        header, nonce = bytes([len(kid)]) + kid, self._random(NONCE_BYTES)
        sealed = self._ciphers[self._kid].encrypt(nonce, plain, header + context)
        return header + nonce + sealed

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed in the same `context`, else `Tampered`; `UnknownKey`."""
        start = 1 + sealed[0] if sealed else 0
        header, nonce = sealed[:start], sealed[start : start + NONCE_BYTES]
        if not sealed or len(sealed) < start + NONCE_BYTES + TAG_BYTES:
            raise Tampered("too short to be a sealed value")
        kid = header[1:].decode("latin-1")
        if kid not in self._ciphers:
            raise UnknownKey(kid)
        try:
            body = sealed[start + NONCE_BYTES :]
            return self._ciphers[kid].decrypt(nonce, body, header + context)
        except InvalidTag:
            raise Tampered("not what was sealed in this context") from None

    def seal_json(self, value: Any, context: bytes) -> bytes:
        """`seal` for a JSON value."""
        return self.seal(orjson.dumps(value), context)

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._kid

    @property
    def known(self) -> frozenset[str]:
        """The ids of all keys."""
        return frozenset(self._ciphers)

    def resealed(self, sealed: bytes, context: bytes) -> bytes:
        """The same, by the key that seals now; `Tampered` and `UnknownKey` as `open`."""
        return self.seal(self.open(sealed, context), context)

    def open_json(self, sealed: bytes, context: bytes) -> Any:
        """`open` for a JSON value."""
        return orjson.loads(self.open(sealed, context))

    def lookup(self, value: str, purpose: str = "resident-identity") -> str:
        """A keyed hash (64 hex digits) to find `value` by; another purpose, another hash.

        The value is taken as it stands: bring it to its normal form first (upper case X).
        """
        message = b"\0".join((b"lookup.v1", purpose.encode(), value.encode()))
        return hmac.digest(self._lookup_key, message, "sha256").hex()


def sealed_by(value: bytes) -> str | None:
    """The id of the key that sealed `value`; None where it has not the form of a sealed value."""
    length = value[0] if value else 0
    kid = value[1 : 1 + length]
    has_room = len(value) >= 1 + length + NONCE_BYTES + TAG_BYTES
    return kid.decode() if has_room and _KID.fullmatch(kid) else None


def _ciphers(keys: str) -> dict[str, AESGCM]:
    ciphers: dict[str, AESGCM] = {}
    for entry in keys.split(","):
        kid, colon, text = entry.strip().partition(":")
        if not colon or not _KID.fullmatch(kid.encode()):
            raise ValueError("keys: expected kid:base64[,kid:base64]")
        if kid in ciphers:
            raise ValueError(f"key {kid}: given twice")
        key = _decoded(text, f"key {kid}")
        if len(key) != KEY_BYTES:
            raise ValueError(f"key {kid}: needs {KEY_BYTES} bytes")
        ciphers[kid] = AESGCM(key)
    return ciphers


def _decoded(text: str, what: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what}: not base64") from None


def _masked(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    return text[:head] + "*" * hidden + text[-tail:] if hidden > 0 else "*" * len(text)


def mask_identity(number: str) -> str:
    """``430104199001011234`` -> ``4301**********1234``."""
    return _masked(number, 4, 4)


def mask_phone(number: str) -> str:
    """``13800001234`` -> ``138****1234``; a country code in front stays."""
    return _masked(number, max(len(number) - 8, 3), 4)


def mask_name(name: str) -> str:
    """``张三丰`` -> ``张**``; a name of one character is hidden."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


# The first digit stands before the look-behinds so that the engine scans for digits only. A number
# may follow a letter where that letter ends an escape: \n, %3A, \u8bc1.
_NUMBERS: Final = re.compile(
    r"""[0-9]
    (?: (?<![0-9A-Za-z].) | (?<=\\[nrt].) | (?<=%[0-9A-Fa-f]{2}.) | (?<=\\u[0-9A-Fa-f]{4}.) )
    (?: (?<=[1-9])[0-9]{16}[0-9Xx]
      | (?<=1)[3-9][0-9]{9}
      | (?<=8)61[3-9][0-9]{9}
      | (?<=0)0861[3-9][0-9]{9} )
    (?![0-9A-Za-z])""",
    re.VERBOSE,
)
_IDENTITY: Final = re.compile(r"[1-9][0-9]{5}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9Xx]")
IDENTITY_LENGTH: Final = 18


def mask_in(text: str) -> str:
    """A log line with everything masked that looks like a resident identity or mobile number.

    Plausible or not: eighteen digits (the last may be X) and mainland mobile numbers, with or
    without 86 in front, that stand alone. Longer runs of digits, hexadecimal ids, UUIDs and social
    credit codes with a letter before their last character stay.
    """
    return _NUMBERS.sub(_mask_match, text)


def _mask_match(match: re.Match[str]) -> str:
    number = match[0]
    return mask_identity(number) if len(number) == IDENTITY_LENGTH else mask_phone(number)


def is_identity(value: str) -> bool:
    """Whether `value` is a resident identity number: birth date and check digit (GB 11643).

    The division is not checked: divisions are abolished, the numbers they gave stay.
    """
    found = _IDENTITY.fullmatch(value)
    if found is None or mod_11_2.checksum(value.upper()) != 1:
        return False
    try:
        return date(*map(int, found.groups())).year >= 1850
    except ValueError:
        return False


def mask_tree(value: Any) -> Any:
    """A copy of a JSON value in which each string that is a resident identity number is masked."""
    if isinstance(value, dict):
        return {key: mask_tree(each) for key, each in value.items()}
    if isinstance(value, list):
        return [mask_tree(each) for each in value]
    if isinstance(value, str) and is_identity(value):
        return mask_identity(value)
    return value


def unmask_tree(new: Any, old: Any) -> Any:
    """A copy of `new` that keeps what `old` has where `new` has its mask, at the same path.

    So a person may send back a masked form. A mask that fits nothing there stays a mask, which no
    schema takes for a number.
    """
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: unmask_tree(each, old.get(key)) for key, each in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        before = old + [None] * (len(new) - len(old))
        return [unmask_tree(each, was) for each, was in zip(new, before, strict=False)]
    is_mask = isinstance(new, str) and isinstance(old, str) and "*" in new and is_identity(old)
    return old if is_mask and new == mask_identity(old) else new
