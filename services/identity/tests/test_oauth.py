"""Errors and forms of OAuth's addresses."""

import orjson
import pytest

from services.identity import views
from services.identity.domain.jwks import ALGORITHMS
from services.identity.oauth import as_oauth, as_problem, is_form
from services.identity.schemas import Grant, Metadata
from shared.errors import (
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    ServiceError,
    TooManyRequests,
    Unauthenticated,
)
from shared.schema import load
from shared.text import Text

CHOICE = FieldError("/grant_type", Text("应为", 'Must be one of: "a" \\ 张'), "choice")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unauthenticated(type="invalid-client"), 401, "invalid_client"),
        (Unauthenticated(type="wrong-credentials"), 400, "invalid_grant"),
        (Unauthenticated(type="invalid-grant"), 400, "invalid_grant"),
        (Forbidden(type="client-suspended"), 400, "unauthorized_client"),
        (Forbidden(type="account-suspended"), 400, "invalid_grant"),
        (Invalid(errors=[CHOICE]), 400, "unsupported_grant_type"),
        (Invalid(errors=[CHOICE._replace(rule="required")]), 400, "invalid_request"),
        (Invalid(type="invalid-scope"), 400, "invalid_scope"),
        (Malformed(), 400, "invalid_request"),
        (TooManyRequests(retry_after=60), 429, "temporarily_unavailable"),
    ],
)
def test_errors(error: ServiceError, status: int, code: str) -> None:
    """A form is answered by RFC 6749, 5.2: its codes and characters, kept by nobody."""
    found = as_oauth(error)
    headers, body = dict(found.headers), orjson.loads(found.body)
    assert (found.status, body["error"]) == (status, code)
    assert all(
        c.isascii() and c.isprintable() and c not in '"\\' for c in body["error_description"]
    )
    assert (headers["Cache-Control"], headers["Pragma"]) == ("no-store", "no-cache")
    assert headers["Content-Type"] == "application/json"
    assert headers.get("Retry-After") == (str(error.retry_after) if error.retry_after else None)
    assert headers.get("WWW-Authenticate", "").startswith("Basic") == (status == 401)


def test_problem() -> None:
    """JSON is answered by the same problem document as everywhere."""
    reply = as_problem(Unauthenticated(type="invalid-client"), "en", "/identity/tokens")
    assert reply.media_type == "application/problem+json"
    assert (reply.body["type"], reply.body["status"]) == ("/problems/invalid-client", 401)


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("application/x-www-form-urlencoded", True),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", True),
        ("application/json", False),
        ("", False),
    ],
)
def test_is_form(media_type: str, form: bool) -> None:
    """The media type decides, whatever its case and parameters."""
    assert is_form({"CONTENT_TYPE": media_type}) == form


def test_unknown_parameter() -> None:
    """A form's unknown parameters are ignored (RFC 6749, 3.2)."""
    given = {"grant_type": "client_credentials", "resource": "https://x"}
    assert load(Grant(), given) == {"grant_type": "client_credentials"}


def test_metadata() -> None:
    """The discovery document is what RFC 8414 asks, and knows no weak algorithm."""
    found = views.metadata("https://issuer", "https://host")
    assert Metadata().validate(found) == {}
    assert set(found["token_endpoint_auth_signing_alg_values_supported"]) == {"EdDSA", "ES256"}
    assert set(ALGORITHMS) == {"EdDSA", "ES256"}
