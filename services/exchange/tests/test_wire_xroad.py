"""The names, the hash and the errors of X-Road's protocol."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain import xroad
from services.exchange.domain.xroad import Service, error_body, error_status, error_type
from shared.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    ServiceError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unexpected,
)
from shared.text import Text


def test_names() -> None:
    """A client is named with its instance; whatever else is written is no name of ours."""
    assert xroad.named("HUNAN/GOV/health/his.yuelu") == ("GOV/health", "his.yuelu")
    assert xroad.named("HUNAN/GOV/health/his%2Eyuelu") == ("GOV/health", "his.yuelu")
    for wrong in (
        "", "HUNAN", "HUNAN/GOV/health", "hunan/GOV/health/his", "EE/GOV/health/his", "GOV/a/b",
        "HUNAN/GOV/health/his/x", "HUNAN/GOV/health/", "HUNAN//health/his", "HUNAN/GOV/a/a%2Fb",
        "HUNAN/GOV/health/his,HUNAN/GOV/health/his", "HUNAN/GOV/health/%0d%0a", "HUNAN/COM/x/y",
    ):  # fmt: skip
        assert xroad.named(wrong) is None, wrong
    named = Service("HUNAN", "GOV/human-resources", "records", "professional-qualification")
    assert str(named) == "HUNAN/GOV/human-resources/records/professional-qualification"


HEADERS = [
    ("X-Road-Client", "HUNAN/GOV/health/his"),
    ("x-road-id", "7"),
    ("Exchange-Grant", "g"),
    ("Content-Type", "application/json"),
    ("Host", "x"),
    ("Authorization", "Bearer secret"),
    ("X-Road-Request-Hash", "theirs"),
    ("X-Road-Request-Id", "theirs"),
]
LINES = (
    "POST\r\n/exchange/r1/a?b=1\r\ncontent-type:application/json\r\nexchange-grant:g\r\n"
    "x-road-client:HUNAN/GOV/health/his\r\nx-road-id:7\r\n"
)


def sha(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def test_hash() -> None:
    """PR-REST, 4.3: base64 of SHA512(SHA512(headers) + SHA512(body)), or of SHA512(headers)."""
    target = "/exchange/r1/a?b=1"
    with_body = xroad.request_hash("POST", target, HEADERS, b"{}")
    assert base64.b64decode(with_body) == sha(sha(LINES.encode()) + sha(b"{}"))
    without = xroad.request_hash("POST", target, HEADERS, b"")
    assert base64.b64decode(without) == sha(LINES.encode())


@given(
    st.permutations(HEADERS),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.binary(min_size=1, max_size=9),
)
def test_hash_is_of_the_content(headers: Any, cased: Any, body: bytes) -> None:
    """Order and case of headers make no difference; each byte of content does."""
    hashed = xroad.request_hash("POST", "/x", HEADERS, body)
    same = [(cased(name), value) for name, value in headers]
    assert xroad.request_hash("POST", "/x", same, body) == hashed
    for other in (
        xroad.request_hash("POST", "/x", HEADERS, body + b"x"),
        xroad.request_hash("POST", "/y", HEADERS, body),
        xroad.request_hash("GET", "/x", HEADERS, body),
        xroad.request_hash("POST", "/x", [*HEADERS, ("X-Road-UserId", "1")], body),
    ):
        assert other != hashed


def test_ids() -> None:
    """The same message of the same client is the same use; nobody can make another's."""
    assert xroad.request_id("a", "1") == xroad.request_id("a", "1")
    assert len({xroad.request_id(c, m) for c in "ab" for m in "12"}) == 4


@pytest.mark.parametrize(
    ("error", "status", "type_"),
    [
        (Malformed(), 400, "Client.BadRequest"),
        (Invalid(), 400, "Client.BadRequest"),
        (TooLarge(), 413, "Client.BadRequest"),
        (Unauthenticated(), 401, "Server.ClientProxy.AuthenticationFailed"),
        (Forbidden(type="client-mismatch"), 403, "Server.ClientProxy.AccessDenied"),
        (Forbidden(type="purpose-not-granted"), 403, "Server.ServerProxy.AccessDenied"),
        (NotFound(type="grant-unknown"), 404, "Server.ServerProxy.AccessDenied"),
        (Conflict(type="quota-exhausted"), 409, "Server.ServerProxy.AccessDenied"),
        (NotFound(type="resource-unknown"), 404, "Server.ClientProxy.UnknownService"),
        (Unavailable(), 503, "Server.ClientProxy.ServiceUnavailable"),
        (Unavailable(type="provider-unavailable"), 503, "Server.ServerProxy.ServiceFailed"),
        (Unexpected(), 500, "Server.ClientProxy.InternalError"),
        (Unexpected(type="new"), 500, "Server.ClientProxy.InternalError"),
        (Forbidden(type="new"), 403, "Client.BadRequest"),
    ],
)
def test_errors(error: ServiceError, status: int, type_: str) -> None:
    """Each error has one of X-Road's types: Client, Server.ClientProxy or Server.ServerProxy."""
    assert (error_status(error), error_type(error)) == (status, type_)


def test_body() -> None:
    """X-Road's three members, in the caller's language, and beside them what is exact."""
    fault = FieldError("/key", Text("无效", "Not valid"), "key")
    error = Invalid(Text("有误", "Faulty"), errors=[fault], attempt=2)
    assert error_body(error, "en", "trace") == {
        "type": "Client.BadRequest",
        "message": "Faulty",
        "detail": "trace",
        "problem": "/problems/invalid",
        "attempt": 2,
        "errors": [{"pointer": "/key", "rule": "key", "detail": "Not valid"}],
    }
    assert error_body(error, "zh", "")["message"] == "有误"
