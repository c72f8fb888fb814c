"""What a client assertion must say (RFC 7523, section 3; OpenID Connect Core, section 9).

Guarantees: an assertion names its client as issuer and subject, this issuer alone as its audience
(not an address a request came by, which the sender chooses), expires within `LONGEST`, and has an
id of its own, kept until it could no longer be accepted. Does not: verify signatures, or keep ids.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.text import Text

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = timedelta(minutes=5)
LEEWAY = timedelta(seconds=5)
"""By which clocks may differ."""
HEADER_TYPES = (None, "JWT", "client-authentication+jwt")
"""`typ` of an assertion; anything else is another kind of token (RFC 8725, 3.11)."""
LONGEST_ID = 200


def fault(claims: Mapping[str, Any], client_id: str, audience: str, now: datetime) -> Text | None:
    """What is wrong with `claims`, whose signature is good; None where nothing is."""
    return _misnamed(claims, client_id, audience) or _mistimed(claims, now)


def _misnamed(claims: Mapping[str, Any], client_id: str, audience: str) -> Text | None:
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        return Text("iss 与 sub 应为客户端标识", "iss and sub must be the client_id")
    if claims.get("aud") not in (audience, [audience]):
        return Text(f"aud 应为 {audience}", f"aud must be {audience}")
    if not _is_id(claims.get("jti")):
        return Text("缺少有效的 jti", "jti must be a text of 1 to 200 characters")
    return None


def _mistimed(claims: Mapping[str, Any], now: datetime) -> Text | None:
    expires, issued = _moment(claims.get("exp")), _moment(claims.get("iat"))
    begins = _moment(claims.get("nbf", claims.get("iat")))
    if expires is None or issued is None or begins is None:
        return Text("缺少有效的 exp 或 iat", "exp and iat must be times")
    if not now - LEEWAY < expires <= now + LONGEST + LEEWAY:
        return Text("exp 应在五分钟之内且未过期", "exp must lie ahead, within five minutes")
    if max(issued, begins) > now + LEEWAY or expires - issued > LONGEST + LEEWAY:
        return Text("iat 不在有效时间内", "iat must lie behind, within five minutes of exp")
    return None


def used(claims: Mapping[str, Any], client: str, now: datetime) -> dict[str, Any]:
    """The record that an assertion of `client` without a `fault` was used.

    Shape: _id (of client and jti), client, until (when nobody could use it again), used_at.
    """
    # Twice: the process that forgets it may be ahead of the one that would accept it again.
    until = datetime.fromtimestamp(math.ceil(claims["exp"]), UTC) + 2 * LEEWAY
    digest = hashlib.sha256("\0".join((client, claims["jti"])).encode()).hexdigest()
    return {"_id": digest, "client": client, "until": until, "used_at": now}


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()
