"""The ring of signing keys: next, current, retired.

A key is published before it signs and stays published until the last token it signed has expired,
so whoever verifies never meets an unknown key. The ring is one document: two processes that turn
it at once cannot disagree.
Guarantees: exactly one current and one next key; a retired key's private part is gone.
Does not: make, encrypt or use keys (see `signing`).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.identity.domain.tokens import LIFETIME

Document = dict[str, Any]

RING = "ring"
SIGNS_FOR = timedelta(days=30)
PUBLISHED_AHEAD = timedelta(hours=1)
"""Longer than any verifier keeps the published keys."""
PUBLISHED_AFTER = LIFETIME + timedelta(minutes=5)
"""The longest token, and the leeway of clocks."""


class NewKey(NamedTuple):
    """A new Ed25519 key: its public part (32 bytes), and its private part, encrypted."""

    public: bytes
    sealed: bytes


def encoded(data: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def thumbprint(public: bytes) -> str:
    """The JWK thumbprint (RFC 7638) of an Ed25519 key (RFC 8037); it is the key's id."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": encoded(public)}
    return encoded(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def turn(
    ring: Sequence[Mapping[str, Any]], make: Callable[[], NewKey], now: datetime
) -> list[Document]:
    """The ring as it should be at `now`: the same where nothing is due. `make` gives a new key."""
    kept = _published(ring, now)
    current = of_state(kept, "current")
    coming = of_state(kept, "next")
    if current is not None and coming is not None and _due(current, coming, now):
        kept = _handed_over(kept, now)
    return _filled(kept, make, now)


def replace_current(
    ring: Sequence[Mapping[str, Any]], make: Callable[[], NewKey], now: datetime, *, leaked: bool
) -> list[Document]:
    """Hand over now. `leaked`: the old key is unpublished at once, so its tokens end with it."""
    kept = _handed_over(_filled(_published(ring, now), make, now), now)
    if leaked:
        kept = [k for k in kept if k["state"] != "retired"]
    return _filled(kept, make, now)


def of_state(ring: Sequence[Mapping[str, Any]], state: str) -> Document | None:
    """The key in `state`, of which there is at most one for "current" and "next"."""
    return next((dict(k) for k in ring if k["state"] == state), None)


def jwks(ring: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The public keys as a JWK set (RFC 7517)."""
    return {"keys": [_jwk(k) for k in ring]}


def _jwk(key: Mapping[str, Any]) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": encoded(key["public"]),
        "kid": key["kid"],
        "use": "sig",
        "alg": "EdDSA",
    }


def _due(current: Mapping[str, Any], coming: Mapping[str, Any], now: datetime) -> bool:
    return bool(
        now - current["signs_from"] >= SIGNS_FOR and now - coming["made_at"] >= PUBLISHED_AHEAD
    )


def _published(ring: Sequence[Mapping[str, Any]], now: datetime) -> list[Document]:
    return [dict(k) for k in ring if k["published_until"] is None or now < k["published_until"]]


def _handed_over(ring: Sequence[Document], now: datetime) -> list[Document]:
    return [_next_state(key, now) for key in ring]


def _next_state(key: Document, now: datetime) -> Document:
    if key["state"] == "next":
        return {**key, "state": "current", "signs_from": now}
    if key["state"] == "current":
        return {**key, "state": "retired", "sealed": b"", "published_until": now + PUBLISHED_AFTER}
    return key


def _filled(ring: list[Document], make: Callable[[], NewKey], now: datetime) -> list[Document]:
    states = {k["state"] for k in ring}
    return [*ring, *(_made(make(), s, now) for s in ("current", "next") if s not in states)]


def _made(key: NewKey, state: str, now: datetime) -> Document:
    return {
        "kid": thumbprint(key.public),
        "state": state,
        "public": key.public,
        "sealed": key.sealed,
        "made_at": now,
        "signs_from": now if state == "current" else None,
        "published_until": None,
    }
