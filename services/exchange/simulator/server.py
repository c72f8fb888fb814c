"""The HTTP side of the simulated systems: one server, a path for each node.

    POST /<class>/<code>/<resource>    an order; the signed answer (docs/exchange.md)
    GET  /<class>/<code>               whether it is there
    GET  /                             what there is to register: addresses, keys, declarations
    PUT  /<class>/<code>               {"latency", "failures", "hangs", "away"}: behave so
    PUT  /<class>/<code>/<resource>    {"key", "fields"}: a record changes (`changing`)
    GET  /healthz

Guarantees: bounded bodies; kept connections; what goes wrong is told with a status and a reason.
Does not: protect what is no order: it listens on the loopback interface unless told otherwise.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import orjson

from services.exchange.domain.content import content_digest, fits
from services.exchange.simulator import nodes
from services.exchange.simulator.answering import Keys, answer
from services.exchange.simulator.behaving import Behaviours
from services.exchange.simulator.changing import Changes
from shared.errors import ServiceError, problem

log = logging.getLogger("simulator")

HOST, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104  # nosec B104
BODY_LIMIT = 2**20
BACKLOG = 512
IDLE_TIMEOUT = 75


class Server(ThreadingHTTPServer):
    """All nodes at one address."""

    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(
        self, port: int, keys: Keys, behaviours: Behaviours, changes: Changes, host: str = HOST
    ) -> None:
        super().__init__((host, port), Handler)
        self.keys, self.behaviours, self.changes = keys, behaviours, changes
        self._name = socket.gethostname() if host == EVERYWHERE else host

    @property
    def url(self) -> str:
        return f"http://{self._name}:{self.server_port}"

    @cached_property
    def listing(self) -> bytes:
        """What an administrator registers."""
        return orjson.dumps({"nodes": [_entry(self.url, node) for node in nodes.ids()]})

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.info("connection lost", exc_info=True)


class Handler(BaseHTTPRequestHandler):
    """One connection. Answers are written at once, so that no client waits for half of one."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_TIMEOUT
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self._say(HTTPStatus.OK, b'{"status":"ok"}')
        elif self.path == "/":
            self._say(HTTPStatus.OK, self._server.listing)
        elif node := self._node(self.path):
            alive = self._server.behaviours.answers(node)
            self._say(HTTPStatus.OK if alive else HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self._say(HTTPStatus.NOT_FOUND)

    def do_PUT(self) -> None:
        self._with_body(self._behave if self._node(self.path) else self._change)

    def do_POST(self) -> None:
        self._with_body(self._answer)

    def _with_body(self, then: Callable[[bytes], None]) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            self.close_connection = True
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        try:
            then(self.rfile.read(int(length)))
        except ServiceError as error:
            self._say(error.status, orjson.dumps(problem(error, "en")))
        except (orjson.JSONDecodeError, TypeError, ValueError) as error:
            self._say(HTTPStatus.BAD_REQUEST, orjson.dumps({"detail": str(error)}))

    def _behave(self, body: bytes) -> None:
        self._server.behaviours.tell(self.path.strip("/"), orjson.loads(body))
        self._say(HTTPStatus.OK)

    def _change(self, body: bytes) -> None:
        path, _, code = self.path.rpartition("/")
        node = self._node(path)
        if node is None or nodes.resource(node).code != code:
            self._say(HTTPStatus.NOT_FOUND)
            return
        given, held = orjson.loads(body), nodes.resource(node)
        told = self._server.changes.change(held, given, self.headers)
        self._say(told.status, told.body)

    def _answer(self, body: bytes) -> None:
        node = self._node(self.path.rpartition("/")[0])
        if node is None:
            self._say(HTTPStatus.NOT_FOUND)
        elif not self._server.behaviours.answers(node):
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "1"})
        elif not fits(body, self.headers.get("Content-Digest", "")):
            self._say(HTTPStatus.BAD_REQUEST, b'{"detail":"Content-Digest"}')
        else:
            self._signed(node, orjson.loads(body))

    def _signed(self, node: str, order: Any) -> None:
        signature, kid = (
            self.headers.get(name, "") for name in ("Exchange-Signature", "Exchange-Key")
        )
        given, own = answer(node, order, signature, kid, self._server.keys, self._server.changes)
        body = orjson.dumps(given)
        headers = {
            "Exchange-Signature": own,
            "Exchange-Key": nodes.signer(node).kid,
            "Content-Digest": content_digest(body),
        }
        self._say(HTTPStatus.OK, body, headers)

    def _node(self, path: str) -> str | None:
        node = path.strip("/")
        return node if node in nodes.ids() else None

    def _say(
        self, status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @property
    def _server(self) -> Server:
        return cast("Server", self.server)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)


def _entry(base: str, node: str) -> dict[str, Any]:
    return {
        "node": node,
        "url": nodes.url(base, node),
        "jwk": nodes.signer(node).jwk,
        "resource": nodes.declaration(node),
    }
