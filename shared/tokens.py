"""Access tokens, verified where they are used (RFC 7519 JWT, RFC 8037 EdDSA, RFC 7517 JWKS).

Guarantees: only a token with a good signature by a published key, of our issuer, for our audience
and within its time gives a `Caller`. A verified token is remembered until it expires.
Does not: issue tokens (identity does) or know of revocation before expiry (they are short-lived).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import jwt

from shared.access import Caller, caller_of
from shared.errors import Unauthenticated
from shared.text import Text

ALGORITHM = "EdDSA"
LEEWAY = 5
"""Seconds by which clocks may differ."""
REMEMBERED = 10_000


class UnknownKey(Exception):
    """The token names a key that is not among those known here."""


class Verifier:
    """Verifies tokens with the keys it has been given."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys: dict[str, Any] = {}
        self._verified: OrderedDict[str, tuple[float, float, Caller]] = OrderedDict()

    @property
    def has_keys(self) -> bool:
        return bool(self._keys)

    def use(self, jwks: Iterable[Mapping[str, Any]]) -> None:
        """Replace the keys by `jwks` (JSON Web Keys); tokens of dropped keys are forgotten."""
        keys = {k["kid"]: jwt.PyJWK(dict(k), algorithm=ALGORITHM).key for k in jwks}
        if keys.keys() != self._keys.keys():
            self._verified.clear()
        self._keys = keys

    def verify(self, token: str, now: datetime) -> Caller:
        """Whose `token` it is; `Unauthenticated`, or `UnknownKey` where its key is not known."""
        moment = now.timestamp()
        known = self._verified.get(token)
        if known is None:
            known = self._verified[token] = self._checked(token)
            if len(self._verified) > REMEMBERED:
                self._verified.popitem(last=False)
        not_before, expires, caller = known
        if not not_before - LEEWAY <= moment < expires + LEEWAY:
            raise Unauthenticated(
                Text("登录已过期，请重新登录", "The access token has expired; sign in again"),
                type="token-expired",
            )
        return caller

    def _checked(self, token: str) -> tuple[float, float, Caller]:
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={
                    "require": ["exp", "iat", "iss", "aud", "sub"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            return float(claims["iat"]), float(claims["exp"]), caller_of(claims)
        except KeyError as error:
            raise UnknownKey() from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthenticated(
                Text("访问令牌无效", "The access token is not valid"), type="token-invalid"
            ) from error
