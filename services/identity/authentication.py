"""How a client shows who it is (RFC 6749, 2.3; RFC 7521, 4.2).

Guarantees: exactly one proof, or an error. Does not: judge it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from services.identity.domain.assertions import TYPE
from shared.errors import FieldError, Invalid, Unauthenticated
from shared.text import Text

LONGEST_HEADER = 1_000


class Secret(NamedTuple):
    """client_secret_basic and client_secret_post."""

    client_id: str
    secret: str


class Assertion(NamedTuple):
    """private_key_jwt; client_id: where the request names one as well."""

    text: str
    client_id: str | None


def shown(header: str, body: Mapping[str, Any]) -> Secret | Assertion:
    """The proof in the Authorization `header` or in `body`.

    Raises: Invalid where there are several, or one is incomplete; Unauthenticated (type
    "invalid-client") where there is none.
    """
    basic = header[:6].lower() == "basic "
    proofs = [basic, "client_secret" in body, "client_assertion" in body]
    if sum(proofs) > 1:
        told = Text("只能使用一种客户端认证方式", "Authenticate in one way, not in several")
        raise Invalid(errors=[FieldError("", told, "several-proofs")])
    if basic:
        return _basic(header, body.get("client_id"))
    if "client_assertion" in body:
        return _assertion(body)
    if "client_secret" in body:
        if "client_id" not in body:
            raise Invalid(errors=[FieldError("/client_id", Text("必填", "Required"), "required")])
        return Secret(body["client_id"], body["client_secret"])
    raise _refused(Text("缺少客户端认证", "The client must authenticate"))


def _basic(header: str, named: str | None) -> Secret:
    """HTTP Basic; name and secret are form-encoded (RFC 6749, 2.3.1)."""
    try:
        text = base64.b64decode(header[6 : 6 + LONGEST_HEADER].strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise _refused(Text("Authorization 请求头无效", "Authorization is not valid")) from None
    client_id, colon, secret = (unquote_plus(part) for part in text.partition(":"))
    if not colon or not client_id or named not in (None, client_id):
        raise _refused(Text("Authorization 请求头无效", "Authorization is not valid"))
    return Secret(client_id, secret)


def _assertion(body: Mapping[str, Any]) -> Assertion:
    if body.get("client_assertion_type") != TYPE:
        told = Text(f"应为 {TYPE}", f"Must be {TYPE}")
        raise Invalid(errors=[FieldError("/client_assertion_type", told, "choice")])
    return Assertion(body["client_assertion"], body.get("client_id"))


def _refused(detail: Text) -> Unauthenticated:
    return Unauthenticated(detail, type="invalid-client")
