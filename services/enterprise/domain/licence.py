"""The electronic business licence: what it says, its life, and how anyone can check it.

A licence is a plain document; its token is a compact JWS over the few claims that fit a QR code,
among them the digest of the whole document. Source: 市场主体登记管理条例 (State Council Decree 746)
Art. 21 and 22 (an electronic licence has the force of a paper one).
Guarantees: forged, revoked and expired are told apart. Does not: store anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.enterprise.domain import jws
from shared.text import Text

TYP = "business-licence+jws"
STATUSES = ("valid", "suspended", "revoked", "expired")

VERDICTS: dict[str, Text] = {
    "valid": Text("有效", "Valid"),
    "suspended": Text("暂停使用", "Suspended"),
    "revoked": Text("已吊销或注销", "Revoked"),
    "expired": Text("已过期", "Expired"),
    "forged": Text("伪造或者被篡改", "Forged"),
}

_SIGNED = ("type", "number", "holder", "issuer", "issued_on", "valid_until", "fields")


def number(code: str, version: int) -> str:
    """The licence number: the holder's code and the how-manieth licence it is, 91...-1."""
    return f"{code}-{version}"


def digest(licence: Mapping[str, Any]) -> str:
    """SHA-256 of what the licence says (not of its status), hexadecimal."""
    return hashlib.sha256(jws.canonical({k: licence[k] for k in _SIGNED})).hexdigest()


def issue(
    *,
    code: str,
    version: int,
    holder: str,
    issuer: Mapping[str, Any],
    issued_on: str,
    valid_until: str | None,
    fields: Mapping[str, Any],
    key: Ed25519PrivateKey,
) -> dict[str, Any]:
    """A valid, signed licence.

    issuer: {division, zh, en}. issued_on, valid_until: ISO days (None: no end). fields: what a
    business licence shows (type, representative, capital, address, scope): JSON without floats.
    """
    licence: dict[str, Any] = {
        "type": "business-licence",
        "number": number(code, version),
        "holder": {"name": holder, "code": code},
        "issuer": dict(issuer),
        "issued_on": issued_on,
        "valid_until": valid_until,
        "fields": dict(fields),
    }
    return {**licence, "status": "valid", "reason": None, "token": _token(licence, key)}


def _token(licence: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    claims = {
        "jti": licence["number"],
        "sub": licence["holder"]["code"],
        "name": licence["holder"]["name"],
        "iss": licence["issuer"]["division"],
        "day": licence["issued_on"],
        "until": licence["valid_until"],
        "sha256": digest(licence),
    }
    return jws.sign(claims, key, TYP)


def status_on(licence: Mapping[str, Any], today: str) -> str:
    """Its status on `today` (ISO day): what was decided, or expired where its time is over."""
    until = licence["valid_until"]
    if licence["status"] == "valid" and until is not None and today > until:
        return "expired"
    return str(licence["status"])


def claims_of(token: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, Any] | None:
    """What a token says where it is ours; None where it is forged."""
    return jws.verified(token, keys, TYP)


def verdict(claims: Mapping[str, Any] | None, licence: Mapping[str, Any] | None, today: str) -> str:
    """valid, suspended, revoked, expired or forged.

    claims: of the token, None where its signature fails. licence: the one on record by the token's
    number, None where there is none. A genuine token whose licence now reads otherwise is forged
    too: the record never changes what a licence says.
    """
    if claims is None or licence is None:
        return "forged"
    if claims.get("sha256") != digest(licence) or claims.get("jti") != licence["number"]:
        return "forged"
    return status_on(licence, today)
