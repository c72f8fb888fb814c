"""`@http`: a method that a path reaches; and the server it hangs on.

Guarantees: nothing is served that is not declared with who may call it; every answer that is not
the method's own is a problem document; an unexpected error is logged and told as 500 without its
cause; a stopping service finishes what it has in hand.
Does not: check that a reply fits its schema, unless `CHECK_REPLIES` is set (tests set it).
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import cached_property, partial
from http import HTTPMethod, HTTPStatus
from typing import Any

import eventlet
import orjson
from eventlet.event import Event as Signal
from eventlet.greenio import shutdown_safe
from eventlet.wsgi import STATE_CLOSE, STATE_IDLE, STATE_REQUEST
from nameko.extensions import Entrypoint
from nameko.web.server import WebServer
from werkzeug import exceptions as routing
from werkzeug.routing import Map, Rule

from shared.access import Caller, Who, authorise
from shared.entrypoints import request
from shared.entrypoints.answer import Answer, Reply, answer, refusal, validated
from shared.entrypoints.declaring import Decorator
from shared.entrypoints.health import Health
from shared.entrypoints.keys import Keys
from shared.entrypoints.request import Call, Environ
from shared.errors import (
    Malformed,
    MethodNotAllowed,
    NotFound,
    ServiceError,
    Unauthenticated,
    Unavailable,
    Unexpected,
)
from shared.events import derived_id
from shared.openapi import document
from shared.schema import Schema, load
from shared.text import Text
from shared.timekeeping import timekeeper
from shared.trace import continued, trace_id

log = logging.getLogger("requests")

DRAIN_TIMEOUT = 20
LINGER = 0.3
"""Seconds in which a stopping service still takes requests on connections that it has."""
PATH_VALUE_LIMIT = 200
HEALTH = ("/healthz", "/readyz")
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
        "Accept-Language, traceparent",
    ),
    ("Access-Control-Max-Age", "86400"),
]
ALWAYS = [("X-Content-Type-Options", "nosniff"), ("Vary", "Accept-Language"), *CORS]


class Server(WebServer):
    """Nameko's web server with health, honest overload and a graceful end."""

    health = Health()
    keys = Keys()

    def __init__(self) -> None:
        super().__init__()
        self.in_hand = 0
        self._drained = Signal()
        self._connections: list[list[Any]] = []

    def setup(self) -> None:
        self.now = timekeeper(self.container.config["CLOCK_FILE"])
        super().setup()

    def get_wsgi_app(self) -> Application:
        return Application(self)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **kwargs: Any) -> Any:
        server = super().get_wsgi_server(sock, wsgi_app, **kwargs)
        server.log_output = False
        server.capitalize_response_headers = False
        server.socket_timeout = 75
        server.max_http_version = "HTTP/1.1"
        return server

    def run(self) -> None:
        while self._is_accepting:
            try:
                super().run()
            except OSError:
                if not self._is_accepting:
                    return
                log.exception("connection not accepted")
                eventlet.sleep(0.1)

    def process_request(self, sock: Any, address: Any) -> None:
        """Serve one connection; what goes wrong with it is its own affair."""
        connection = [address, sock, STATE_IDLE]
        self._connections.append(connection)
        try:
            self._serv.process_request(connection)
        except OSError as error:
            log.info("connection lost: %s", error)
        finally:
            self._connections.remove(connection)
            sock.close()

    def drain(self) -> None:
        """Take no new connections, answer what is in hand, then close those that are idle.

        Every answer says meanwhile that its connection is closed, so busy clients go elsewhere.
        """
        if self.health.stopping:
            self._drained.wait()
            return
        self.health.stopping = True
        self._is_accepting = False
        if self._gt is not None:
            self._gt.kill()
            self._take_waiting()
            self._sock.close()
            eventlet.sleep(LINGER)
        with eventlet.Timeout(DRAIN_TIMEOUT, exception=False):
            while self.in_hand or any(state == STATE_REQUEST for *_, state in self._connections):
                eventlet.sleep(0.02)
        for connection in self._connections:
            connection[2] = STATE_CLOSE
            shutdown_safe(connection[1])
        self._drained.send()

    def _take_waiting(self) -> None:
        """Accept what the kernel has accepted: to its clients, those connections exist."""
        self._sock.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                sock, address = self._sock.accept()
                sock.settimeout(self._serv.socket_timeout)
                self.container.spawn_managed_thread(partial(self.process_request, sock, address))

    def stop(self) -> None:
        self.drain()


class Application:
    """The WSGI application: routes, errors, headers and the log line of every request."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._limit = server.container.config["MAX_REQUESTS"]
        self._contract_path = f"/{server.container.service_name}/openapi.json"
        rules = [route.rule() for route in server._providers]
        self._routes = Map(rules, strict_slashes=False, merge_slashes=False).bind("")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] in HEALTH:
            return self._health(environ["PATH_INFO"], start_response)
        started = time.perf_counter()
        environ["traceparent"] = continued(environ.get("HTTP_TRACEPARENT"))
        self._server.in_hand += 1
        try:
            found = self._answer(environ)
            closing = [("Connection", "close")] if self._server.health.stopping else []
            length = [("Content-Length", str(len(found.body)))]
            traced = [("traceparent", environ["traceparent"])]
            start_response(found.line, [*found.headers, *length, *traced, *ALWAYS, *closing])
        finally:
            self._server.in_hand -= 1
        _log(environ, found.status, started)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.body]

    def _answer(self, environ: Environ) -> Answer:
        try:
            if self._server.in_hand > self._limit:
                raise Unavailable(retry_after=1)
            if environ["REQUEST_METHOD"] == "OPTIONS":
                return Answer(HTTPStatus.NO_CONTENT, PREFLIGHT, b"")
            if environ["PATH_INFO"] == self._contract_path:
                return validated(self._contract, environ.get("HTTP_IF_NONE_MATCH"), 60)
            route, values = self._route(environ)
            found: Answer = route.serve(environ, values)
            return found
        except ServiceError as error:
            return refusal(error, request.language(environ), environ["PATH_INFO"])
        except Exception:
            log.exception("unexpected", extra={"fields": _traced(environ)})
            return refusal(Unexpected(), request.language(environ), environ["PATH_INFO"])

    def _route(self, environ: Environ) -> tuple[Any, dict[str, str]]:
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
        if any(len(v) > PATH_VALUE_LIMIT or "\0" in v for v in values.values()):
            raise NotFound()
        return route, dict(values)

    @cached_property
    def _contract(self) -> Answer:
        name = self._server.container.service_name
        title = getattr(self._server.container.service_cls, "title", name)
        return answer(Reply(document(name, title, self._server._providers)), HTTPStatus.OK, "")

    def _health(self, path: str, start_response: Callable[..., Any]) -> list[bytes]:
        ready, checks = self._server.health.report() if path == "/readyz" else (True, {})
        body = orjson.dumps({"status": "ok" if ready else "failing", "checks": checks})
        status = "200 OK" if ready else "503 Service Unavailable"
        length = ("Content-Length", str(len(body)))
        start_response(status, [("Content-Type", "application/json"), length])
        return [body]


class Http(Entrypoint):
    """``@http("POST", "/cases", who=PERSON, body=Application, reply=Receipt, creates=True)``.

    path: below ``/<service>``; ``<name>`` is passed to the method as the argument ``name``.
    who: who may call. body, query, reply: schemas. creates: an Idempotency-Key is required and
    gives `call.id`. moves: If-Match is required and gives `call.if_match`. raw: `call.content`
    holds the bytes. limit: of the body, in bytes. cache: seconds a public answer may be kept.
    produces: media type of the reply. example: of the body, or of the reply of a reading method.
    """

    server = Server()

    def __init__(
        self,
        method: str,
        path: str,
        *,
        who: Who,
        summary: str,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        reply: type[Schema] | None = None,
        creates: bool = False,
        moves: bool = False,
        raw: bool = False,
        limit: int | None = None,
        cache: int | None = None,
        status: int | None = None,
        produces: str = "application/json",
        consumes: str = "application/json",
        example: Any = None,
        many: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(expected_exceptions=ServiceError, **kwargs)
        self.method, self.path, self.who, self.summary = method, path, who, summary
        self.body, self.query, self.reply = body, query, reply
        self.creates, self.moves, self.raw, self.limit = creates, moves, raw, limit
        self.cache, self.produces, self.consumes = cache, produces, consumes
        self.example, self.many = example, many
        self.status = status or (HTTPStatus.CREATED if creates else HTTPStatus.OK)

    def setup(self) -> None:
        self._body_schema = self.body() if self.body else None
        self._query_schema = self.query() if self.query else None
        self._reply_schema = self.reply() if self.reply else None
        self._limit = self.limit or self.container.config["BODY_LIMIT"]
        self._check = self.container.config["CHECK_REPLIES"]
        self.server.register_provider(self)

    def stop(self) -> None:
        self.server.drain()
        self.server.unregister_provider(self)

    def rule(self) -> Rule:
        """Where the method hangs, as Werkzeug routes."""
        return Rule(
            f"/{self.container.service_name}{self.path}", methods=[self.method], endpoint=self
        )

    def serve(self, environ: Environ, values: dict[str, str]) -> Answer:
        """The answer to one request, or a `ServiceError`."""
        call = self._call(environ, values)
        reply = self._run(call, values, environ["traceparent"])
        if not isinstance(reply, Reply):
            reply = Reply(reply)
        if self._check and self._reply_schema and reply.media_type == "application/json":
            _check_reply(self._reply_schema, reply)
        found = answer(reply, self.status, _own_url(environ))
        if self.cache is not None:
            return validated(found, environ.get("HTTP_IF_NONE_MATCH"), self.cache)
        found.headers.append(("Cache-Control", "no-store"))
        return found

    def _call(self, environ: Environ, values: dict[str, str]) -> Call:
        call = Call(
            now=self.server.now(), language=request.language(environ), headers=_Headers(environ)
        )
        call.caller = self._caller(environ, call.now)
        authorise(self.who, call.caller)
        call.base_url = _base_url(environ)
        call.query = request.query(environ, self._query_schema)
        self._read_body(environ, call)
        if self.moves:
            call.if_match = request.if_match(environ)
        if self.creates:
            key = request.idempotency_key(environ)
            subject = call.caller.subject if call.caller else ""
            call.id = derived_id(subject, self.method, self.path, *values.values(), key)
        return call

    def _caller(self, environ: Environ, now: datetime) -> Caller | None:
        token = request.bearer(environ)
        if token is None:
            return None
        try:
            return self.server.keys.verify(token, now)
        except (Unauthenticated, Unavailable):
            if self.who.public:
                return None
            raise

    def _read_body(self, environ: Environ, call: Call) -> None:
        if not (self._body_schema or self.raw):
            return
        data = request.content(environ, self._limit)
        if self.raw:
            call.content = data
        parsed = None
        if self._body_schema:
            parsed = request.json_body(environ, data)
            call.body = load(self._body_schema, parsed)
        if self.creates:
            call.digest = request.digest(parsed, data)

    def _run(self, call: Call, values: dict[str, str], traceparent: str) -> Any:
        done = Signal()
        self.container.spawn_worker(
            self,
            (call,),
            values,
            context_data={"traceparent": traceparent},
            handle_result=partial(_hand_over, done),
        )
        return done.wait()


http: Decorator = Http.decorator


class _Headers:
    """The request's headers, looked up by name in any case."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def get(self, name: str, default: str = "", /) -> str:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        return str(self._environ.get(key, default))


def _not_allowed(methods: Iterable[str]) -> MethodNotAllowed:
    allowed = sorted(methods)
    told = ", ".join(allowed)
    return MethodNotAllowed(Text(f"可用方法：{told}", f"Allowed methods: {told}"), allowed=allowed)


def _hand_over(done: Signal, worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
    if exc_info is None:
        done.send(result)
    else:
        done.send_exception(*exc_info)
    return result, exc_info


def _check_reply(schema: Any, reply: Reply) -> None:
    body = orjson.loads(orjson.dumps(reply.body))
    replies = body["items"] if reply.next_cursor or _is_page(body) else [body]
    for one in replies:
        if faults := schema.validate(one):
            print(f"reply does not fit {type(schema).__name__}: {faults}", file=sys.stderr)
            raise RuntimeError(f"reply does not fit {type(schema).__name__}: {faults}")


def _is_page(body: Any) -> bool:
    return isinstance(body, dict) and body.keys() == {"items"}


def _decoded_path(environ: Environ) -> str:
    try:
        return str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Malformed(Text("地址不是 UTF-8", "The path is not UTF-8")) from None


def _own_url(environ: Environ) -> str:
    query = environ.get("QUERY_STRING", "")
    return str(environ["PATH_INFO"]) + (f"?{query}" if query else "")


def _base_url(environ: Environ) -> str:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "http")
    host = environ.get("HTTP_X_FORWARDED_HOST") or environ.get("HTTP_HOST", "localhost")
    return f"{scheme}://{host}"


def _traced(environ: Environ) -> dict[str, Any]:
    return {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "trace_id": trace_id(environ["traceparent"]),
    }


def _log(environ: Environ, status: int, started: float) -> None:
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    fields = {**_traced(environ), "status": status, "milliseconds": milliseconds}
    log.info("request", extra={"fields": fields})
