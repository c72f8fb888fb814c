"""`@oauth`: an address of OAuth 2.0, for our front ends and for ordinary OAuth clients.

Guarantees: who sends JSON gets problem documents, as everywhere; who sends a form gets errors as
RFC 6749, section 5.2 (and RFC 7009, 2.2.1), tells them. The request's media type decides, nothing
else. Does not: decide what is granted.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from marshmallow import RAISE

from shared.entrypoints.answer import JSON, PROBLEM, Answer, Reply, answer
from shared.entrypoints.bodies import FORM, read_body
from shared.entrypoints.declaring import Decorator
from shared.entrypoints.request import Call, Environ, content
from shared.entrypoints.web import Http
from shared.errors import ServiceError, problem
from shared.schema import Schema, load

NOT_KEPT = {"Pragma": "no-cache"}
"""Beside Cache-Control: no-store, which every private answer has (RFC 6749, 5.1)."""

CODES = {
    "wrong-credentials": (400, "invalid_grant"),
    "invalid-grant": (400, "invalid_grant"),
    "account-suspended": (400, "invalid_grant"),
    "invalid-client": (401, "invalid_client"),
    "client-suspended": (400, "unauthorized_client"),
    "invalid-scope": (400, "invalid_scope"),
    "unsupported-token-type": (400, "unsupported_token_type"),
    "invalid": (400, "invalid_request"),
    "too-large": (413, "invalid_request"),
    "too-many-requests": (429, "temporarily_unavailable"),
    "unavailable": (503, "temporarily_unavailable"),
}
"""Type of the problem: status and code of the form's error. Any other: its own status or 400."""


class OAuth(Http):
    """``@oauth("POST", "/tokens", body=Grant, ...)``: `Http` that takes JSON and forms.

    body: a `Foreign` schema, since a form's unknown fields are ignored (RFC 6749, 3.2); those of
    JSON are refused, as everywhere of ours.
    """

    def __init__(self, method: str, path: str, *, body: type[Schema], **kwargs: Any) -> None:
        both = (JSON, FORM)
        super().__init__(method, path, body=body, consumes=both, refuses=as_problem, **kwargs)
        self._form_schema = body()
        self._json_schema = body(unknown=RAISE)

    def setup(self) -> None:
        super().setup()
        self._body_schema = self._json_schema

    def serve(self, environ: Environ, values: dict[str, str]) -> Answer:
        """The answer; what is wrong with a form is told here, the rest by `as_problem`."""
        try:
            return super().serve(environ, values)
        except ServiceError as error:
            if not is_form(environ):
                raise
            return as_oauth(error)

    def _read_body(self, environ: Environ, call: Call) -> None:
        if not is_form(environ):
            super()._read_body(environ, call)
            return
        given = read_body(
            environ, content(environ, self._limit), (FORM,), self._form_schema.repeats
        )
        call.body = load(self._form_schema, {k: v for k, v in given.items() if v != ""})


oauth: Decorator = OAuth.decorator


def is_form(environ: Environ) -> bool:
    """Whether the request's body says that it is a form."""
    media_type: str = environ.get("CONTENT_TYPE", "")
    return media_type.partition(";")[0].strip().lower() == FORM


def as_problem(error: ServiceError, language: str, path: str) -> Reply:
    """`error` as a problem document, as without this module."""
    body = problem(error, language, quote(path, encoding="latin-1"))
    return Reply(body, media_type=PROBLEM, headers={"Content-Language": language})


def as_oauth(error: ServiceError) -> Answer:
    """`error` as RFC 6749, section 5.2, tells it; the description is ASCII, so English."""
    status, code = CODES.get(error.type, (error.status, "invalid_request"))
    if _is_unsupported(error):
        code = "unsupported_grant_type"
    body = {"error": code, "error_description": _description(error)}
    headers = {"Cache-Control": "no-store", **NOT_KEPT}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="platform", charset="UTF-8"'
    return answer(Reply(body, headers=headers), status, "")


def _is_unsupported(error: ServiceError) -> bool:
    return any(fault[0] == "/grant_type" and fault[2] == "choice" for fault in error.errors)


def _description(error: ServiceError) -> str:
    """The detail with the faulty fields, in the characters that RFC 6749 allows."""
    faults = (f"{fault.pointer.lstrip('/')}: {fault.detail}" for fault in error.errors[:5])
    text = "; ".join(faults) or str(error.detail)
    allowed = (c if 32 <= ord(c) < 127 and c not in '"\\' else "'" for c in text)
    return "".join(allowed)[:300]
