"""`@xroad`: an address of the X-Road message protocol for REST.

Guarantees: every answer, an error as well, carries X-Road's headers: whose request it answers, its
id, its hash; an error has X-Road's body and ``X-Road-Error``. Only what is well formed of a request
comes back in them. Does not: decide what is answered.
"""

from __future__ import annotations

import logging
import re
import uuid
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

from services.exchange.domain import xroad as protocol
from services.exchange.xroad_schemas import ClientHeaders
from shared.entrypoints import Call, Reply, request
from shared.entrypoints.answer import JSON, Answer, answer
from shared.entrypoints.declaring import Decorator
from shared.entrypoints.request import Environ
from shared.entrypoints.web import Http
from shared.errors import ServiceError, Unexpected
from shared.schema import Schema
from shared.trace import trace_id

log = logging.getLogger(__name__)

SUBSYSTEM = "/r1/<instance>/<member_class>/<member>/<subsystem>"
VISIBLE = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
HASH = "exchange.request-hash"
"""Where in the environment the request's hash is kept for the answer."""


class XRoad(Http):
    """``@xroad("GET", f"{SUBSYSTEM}/<resource>", reply=Answered, ...)``, for systems."""

    def __init__(
        self, method: str, path: str, *, headers: type[Schema] | None = ClientHeaders, **kwargs: Any
    ) -> None:
        told: dict[str, Any] = {"refuses": refused, "refused": JSON}
        super().__init__(method, path, headers=headers, **told, **kwargs)

    def serve(self, environ: Environ, values: dict[str, str]) -> Answer:
        """The answer with X-Road's headers, whatever became of the request."""
        given = cast("dict[str, Any]", environ)
        given["HTTP_X_ROAD_ID"] = environ.get("HTTP_X_ROAD_ID") or str(uuid.uuid4())
        try:
            found = super().serve(environ, values)
        except ServiceError as error:
            found = _error(error, environ)
        except Exception:
            log.exception("unexpected")
            found = _error(Unexpected(), environ)
        found.headers.extend(_headers(environ, values))
        return found

    def _read_body(self, environ: Environ, call: Call) -> None:
        super()._read_body(environ, call)
        given = [(name, value) for name, value in environ["headers_raw"]]
        hashed = protocol.request_hash(self.method, _target(environ), given, call.content)
        cast("dict[str, Any]", environ)[HASH] = hashed


xroad: Decorator = XRoad.decorator


def refused(error: ServiceError, language: str, path: str) -> Reply:
    """An error that ends a request before its route has it, or that nobody foresaw."""
    return _told(error, language, "")


def _told(error: ServiceError, language: str, detail: str) -> Reply:
    return Reply(
        protocol.error_body(error, language, detail),
        status=protocol.error_status(error),
        headers={"X-Road-Error": protocol.error_type(error), "Content-Language": language},
    )


def _error(error: ServiceError, environ: Environ) -> Answer:
    told = _told(error, request.language(environ), trace_id(environ["traceparent"]))
    found = answer(told, error.status, "")
    found.headers.append(("Cache-Control", "no-store"))
    if error.retry_after is not None:
        found.headers.append(("Retry-After", str(error.retry_after)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        found.headers.append(("WWW-Authenticate", 'Bearer realm="platform"'))
    return found


def _headers(environ: Environ, values: dict[str, str]) -> list[tuple[str, str]]:
    """What of the request comes back; only what is well formed does."""
    client, message = (environ.get(f"HTTP_X_ROAD_{name}", "") for name in ("CLIENT", "ID"))
    given = [("X-Road-Client", client), ("X-Road-Id", message)]
    given.append(("X-Road-Request-Hash", environ.get(HASH, "")))
    if VISIBLE.fullmatch(client) and VISIBLE.fullmatch(message):
        name = client.partition("/")[2]
        given.append(("X-Road-Request-Id", protocol.request_id(name, message)))
    service = "/".join(quote(value, safe="") for value in values.values())
    return [("X-Road-Service", service), *((n, v) for n, v in given if VISIBLE.fullmatch(v))]


def _target(environ: Environ) -> str:
    query = environ.get("QUERY_STRING", "")
    return str(environ["RAW_PATH_INFO"]) + (f"?{query}" if query else "")
