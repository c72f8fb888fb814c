"""`@http`: a method that a path reaches.

Guarantees: nothing is served that is not declared with who may call it; a method gets
only what its schemas have loaded. A request that no worker is free for is told so while somebody
still waits for it; one account gets no more than its rate.
Does not: check that a reply fits its schema, unless `CHECK_REPLIES` is set (tests set it).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any

import eventlet
import orjson
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint
from werkzeug.routing import Rule

from shared.access import Caller, Who, authorise
from shared.entrypoints import request
from shared.entrypoints.answer import Answer, Reply, answer, validated
from shared.entrypoints.bodies import read_body
from shared.entrypoints.declaring import Decorator
from shared.entrypoints.request import Call, Environ
from shared.entrypoints.server import Server
from shared.errors import ServiceError, TooManyRequests, Unauthenticated, Unavailable
from shared.events import derived_id
from shared.schema import Schema, load

LONGEST_WAIT = 3.0
"""Seconds for a worker to become free."""

Refuses = Callable[[ServiceError, str, str], Reply]


class Http(Entrypoint):
    """``@http("POST", "/cases", who=PERSON, body=Application, reply=Receipt, creates=True)``.

    path: below ``/<service>``; ``<name>`` is passed to the method as the argument ``name``.
    who: who may call. body, query, reply: schemas. headers: a schema of headers, by `data_key`.
    creates: an Idempotency-Key is required and gives `call.id`. moves: If-Match is required and
    gives `call.if_match`. raw: `call.content` holds the bytes. limit: of the body, in bytes.
    cache: seconds a public answer may be kept.
    consumes: media types of the body; a form's fields are text. produces: media type of the reply.
    refuses: ``(error, language, path) -> Reply``, where a standard tells errors in its own way;
    refused: media type of those, where it is not that of the reply.
    example: of the body, or of the reply of a reading method.
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
        headers: type[Schema] | None = None,
        reply: type[Schema] | None = None,
        creates: bool = False,
        moves: bool = False,
        raw: bool = False,
        limit: int | None = None,
        cache: int | None = None,
        status: int | None = None,
        produces: str = "application/json",
        consumes: str | tuple[str, ...] = "application/json",
        refuses: Refuses | None = None,
        refused: str | None = None,
        example: Any = None,
        many: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(expected_exceptions=ServiceError, **kwargs)
        self.method, self.path, self.who, self.summary = method, path, who, summary
        self.body, self.query, self.headers, self.reply = body, query, headers, reply
        self.creates, self.moves, self.raw, self.limit = creates, moves, raw, limit
        self.cache, self.produces, self.refuses = cache, produces, refuses
        self.refused = refused or produces
        self.consumes = (consumes,) if isinstance(consumes, str) else consumes
        self.example, self.many = example, many
        self.status = status or (HTTPStatus.CREATED if creates else HTTPStatus.OK)

    def setup(self) -> None:
        self._body_schema = self.body() if self.body else None
        self._query_schema = self.query() if self.query else None
        self._headers_schema = self.headers() if self.headers else None
        self._reply_schema = self.reply() if self.reply else None
        self._limit = self.limit or self.container.config["BODY_LIMIT"]
        self._check = self.container.config["CHECK_REPLIES"]
        self.server.register_provider(self)

    def stop(self) -> None:
        self.server.drain()
        self.server.unregister_provider(self)

    @cached_property
    def template(self) -> str:
        """Its path with names in the place of what varies."""
        return f"/{self.container.service_name}{self.path}"

    def rule(self) -> Rule:
        """Where the method hangs, as Werkzeug routes."""
        return Rule(self.template, methods=[self.method], endpoint=self)

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
        self._count(call.caller)
        authorise(self.who, call.caller)
        call.base_url = _base_url(environ)
        call.query = request.query(environ, self._query_schema)
        if self._headers_schema:
            call.stated = request.stated(call.headers, self._headers_schema)
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

    def _count(self, caller: Caller | None) -> None:
        if caller is None:
            return
        if seconds := self.server.rates[caller.kind].wait(caller.subject, time.monotonic()):
            raise TooManyRequests(retry_after=seconds)

    def _read_body(self, environ: Environ, call: Call) -> None:
        if not (self._body_schema or self.raw):
            return
        data = request.content(environ, self._limit)
        if self.raw:
            call.content = data
        parsed = None
        if self._body_schema:
            repeats = self._body_schema.repeats
            parsed = read_body(environ, data, self.consumes, repeats)
            call.body = load(self._body_schema, parsed)
        if self.creates:
            call.digest = request.digest(parsed, data)

    def _run(self, call: Call, values: dict[str, str], traceparent: str) -> Any:
        done = Signal()
        with eventlet.Timeout(LONGEST_WAIT, Unavailable(retry_after=1)):
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
            raise RuntimeError(f"reply does not fit {type(schema).__name__}: {faults}")


def _is_page(body: Any) -> bool:
    return isinstance(body, dict) and body.keys() == {"items"}


def _own_url(environ: Environ) -> str:
    query = environ.get("QUERY_STRING", "")
    return str(environ["PATH_INFO"]) + (f"?{query}" if query else "")


def _base_url(environ: Environ) -> str:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO", "http")
    host = environ.get("HTTP_X_FORWARDED_HOST") or environ.get("HTTP_HOST", "localhost")
    return f"{scheme}://{host}"
