"""The WSGI application of a service (PEP 3333): routes, errors, headers, health, metrics, log line.

Guarantees: every answer that is not an entrypoint's own is a problem document; an unexpected error
is logged and told as 500 without its cause. Does not: authorise (each entrypoint does).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import cached_property
from http import HTTPMethod, HTTPStatus
from typing import Any

import orjson
from werkzeug import exceptions as routing
from werkzeug.routing import Map

from shared import metrics, spans
from shared.entrypoints import request
from shared.entrypoints.answer import Answer, Reply, answer, refusal, refused, validated
from shared.entrypoints.request import Environ
from shared.errors import (
    Malformed,
    MethodNotAllowed,
    NotFound,
    ServiceError,
    Unavailable,
    Unexpected,
)
from shared.openapi import document
from shared.personal import mask_in
from shared.text import Text
from shared.trace import above, continued, trace_id

log = logging.getLogger("requests")

PATH_VALUE_LIMIT = 200
HEALTH = ("/healthz", "/readyz")
METRICS = "/metrics"
UNKNOWN = "unknown"
CORS = [
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Link, Location, Retry-After, Content-Disposition, X-Request-Id, traceparent",
    ),
]
PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Content-Digest, Idempotency-Key, If-Match, If-None-Match, "
        "If-None-Exist, Prefer, Last-Event-ID, Accept-Language, traceparent",
    ),
    ("Access-Control-Max-Age", "86400"),
]
ALWAYS = [("X-Content-Type-Options", "nosniff"), ("Vary", "Accept-Language"), *CORS]


class Application:
    """The WSGI application: routes, errors, headers and the log line of every request."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._limit = server.container.config["MAX_REQUESTS"]
        self._contract_path = f"/{server.container.service_name}/openapi.json"
        rules = [route.rule() for route in server._providers]
        self._routes = Map(rules, strict_slashes=False, merge_slashes=False).bind("")

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] in HEALTH:
            return self._health(environ["PATH_INFO"], start_response)
        if environ["PATH_INFO"] == METRICS:
            return _told(metrics.exposition(), metrics.CONTENT_TYPE, "200 OK", start_response)
        started = time.perf_counter()
        environ["traceparent"] = continued(environ.get("HTTP_TRACEPARENT"))
        self._server.in_hand += 1
        try:
            found = self._answer(environ)
            leaving = [("Connection", "close")] if self._server.health.stopping else []
            traced = [("traceparent", environ["traceparent"])]
            headers = [*found.headers, *_framing(found), *traced, *ALWAYS, *leaving]
            start_response(found.line, headers)
        finally:
            self._server.in_hand -= 1
        _account(environ, found.status, started)
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [found.body] if found.stream is None else self._streamed(environ, found.stream)

    def _streamed(self, environ: dict[str, Any], chunks: Iterable[bytes]) -> Iterator[bytes]:
        """`chunks`, each sent when it comes, until they end or the service does."""
        environ["eventlet.minimum_write_chunk_size"] = 1
        return until(chunks, lambda: self._server.health.stopping)

    def _answer(self, environ: dict[str, Any]) -> Answer:
        route = None
        try:
            if self._server.in_hand > self._limit:
                raise Unavailable(retry_after=1)
            if environ["REQUEST_METHOD"] == "OPTIONS":
                return Answer(HTTPStatus.NO_CONTENT, PREFLIGHT, b"")
            if environ["PATH_INFO"] == self._contract_path:
                environ["route"] = self._contract_path
                return validated(self._contract, environ.get("HTTP_IF_NONE_MATCH"), 60)
            route, values = self._route(environ)
            if any(len(v) > PATH_VALUE_LIMIT or "\0" in v for v in values.values()):
                raise NotFound()
            found: Answer = route.serve(environ, values)
            return found
        except ServiceError as error:
            return _refused(environ, error, route)
        except Exception:
            log.exception("unexpected", extra={"fields": _traced(environ)})
            return _refused(environ, Unexpected(), route)

    def _route(self, environ: dict[str, Any]) -> tuple[Any, dict[str, str]]:
        method = environ["REQUEST_METHOD"]
        if method not in HTTPMethod.__members__:
            raise _not_allowed(HTTPMethod.__members__)
        path = _decoded_path(environ)
        try:
            route, values = self._routes.match(path, method)
        except routing.MethodNotAllowed as error:
            raise _not_allowed(error.valid_methods or ()) from None
        except (routing.NotFound, routing.HTTPException):
            raise NotFound(Text("没有这个地址", "There is nothing at this address")) from None
        environ["route"] = route.template
        return route, dict(values)

    @cached_property
    def _contract(self) -> Answer:
        name = self._server.container.service_name
        service = self._server.container.service_cls
        title, variants = getattr(service, "title", name), getattr(service, "variants", None)
        described = document(name, title, self._server._providers, variants and variants())
        return answer(Reply(described), HTTPStatus.OK, "")

    def _health(self, path: str, start_response: Callable[..., Any]) -> list[bytes]:
        ready, checks = self._server.health.report() if path == "/readyz" else (True, {})
        told: dict[str, Any] = {"status": "ok" if ready else "failing", "checks": checks}
        if path == "/readyz" and (paused := self._server.health.paused()):
            told["paused"] = paused
        body = orjson.dumps(told)
        status = "200 OK" if ready else "503 Service Unavailable"
        return _told(body, "application/json", status, start_response)


def _told(
    body: bytes, media_type: str, status: str, start_response: Callable[..., Any]
) -> list[bytes]:
    start_response(status, [("Content-Type", media_type), ("Content-Length", str(len(body)))])
    return [body]


def _framing(found: Answer) -> list[tuple[str, str]]:
    if found.stream is None:
        return [("Content-Length", str(len(found.body)))]
    return [("X-Accel-Buffering", "no")]  # nginx passes it on as it comes


def until(chunks: Iterable[bytes], ended: Callable[[], bool]) -> Iterator[bytes]:
    """What `chunks` say, until they or the world have `ended`; then they are closed."""
    try:
        for chunk in chunks:
            if ended():
                return
            if chunk:
                yield chunk
    finally:
        if isinstance(chunks, Generator):
            chunks.close()


def _refused(environ: Environ, error: ServiceError, route: Any) -> Answer:
    language, path = request.language(environ), environ["PATH_INFO"]
    if route is None or route.refuses is None:
        return refusal(error, language, path)
    return refused(error, route.refuses(error, language, path))


def _not_allowed(methods: Iterable[str]) -> MethodNotAllowed:
    allowed = sorted(methods)
    told = ", ".join(allowed)
    return MethodNotAllowed(Text(f"可用方法：{told}", f"Allowed methods: {told}"), allowed=allowed)


def _decoded_path(environ: Environ) -> str:
    try:
        return str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Malformed(Text("地址不是 UTF-8", "The path is not UTF-8")) from None


def _traced(environ: Environ) -> dict[str, Any]:
    return {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "trace_id": trace_id(environ["traceparent"]),
    }


def _account(environ: Environ, status: int, started: float) -> None:
    seconds = time.perf_counter() - started
    method, route = environ["REQUEST_METHOD"], environ.get("route", UNKNOWN)
    metrics.answered(method, route, status, seconds)
    if spans.listened():
        _span(environ, f"{method} {route}", status, seconds)
    fields = {**_traced(environ), "status": status, "milliseconds": round(seconds * 1000, 1)}
    log.info("request", extra={"fields": fields})


def _span(environ: Environ, name: str, status: int, seconds: float) -> None:
    own = environ["traceparent"]
    attributes = {
        "http.request.method": environ["REQUEST_METHOD"],
        "http.route": environ.get("route", UNKNOWN),
        "http.response.status_code": status,
        "url.path": mask_in(environ["PATH_INFO"]),
    }
    error = str(status) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else None
    parent = above(own, environ.get("HTTP_TRACEPARENT"))
    spans.ended("server", name, own, parent, seconds, error, attributes)
