"""Client assertions as they come: signed JWTs (RFC 7515, RFC 7519).

Guarantees: a signature counts only by the one algorithm of the key that was registered; what an
assertion says before that is used only to find the key. Does not: judge claims
(`domain.assertions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jwt

from services.identity.domain.assertions import HEADER_TYPES
from services.identity.domain.jwks import ALGORITHMS, algorithm

JUDGED = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
UNTIMED: Any = {"verify_signature": True, **{f"verify_{claim}": False for claim in JUDGED}}
"""The signature alone: time is passed in, and claims are judged by the domain."""
UNPROVEN: Any = {**UNTIMED, "verify_signature": False}


class Shown(NamedTuple):
    """What an assertion says of itself, unproven."""

    kid: str
    client_id: str


def shown(text: str) -> Shown | None:
    """Which key of which client `text` says to be signed with; None where it is no assertion."""
    try:
        header = jwt.get_unverified_header(text)
        claims = jwt.decode(text, options=UNPROVEN)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None
    kid, subject = header.get("kid"), claims.get("sub")
    usual = header.get("alg") in ALGORITHMS and header.get("typ") in HEADER_TYPES
    bare = "crit" not in header and "b64" not in header
    if usual and bare and isinstance(kid, str) and isinstance(subject, str):
        return Shown(kid, subject)
    return None


def verified(text: str, key: Mapping[str, str]) -> dict[str, Any] | None:
    """The claims of `text`; None unless it is signed with `key`."""
    members = {name: key[name] for name in ("kty", "crv", "x", "y") if name in key}
    alg = algorithm(key)
    try:
        public = jwt.PyJWK(members, algorithm=alg).key
        return dict(jwt.decode(text, public, algorithms=[alg], options=UNTIMED))
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
