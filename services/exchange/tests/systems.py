"""Existing systems of departments, as tests need them: each does what it is told to."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

import orjson

from shared.exchange.messages import ANSWER, Signer, digest, signable

KEY = Signer(base64.b64encode(b"n" * 32).decode())
SALT = "00" * 16
ORDER = {
    "request": "4f56f3aa-e325-5157-b793-974417a10de2",
    "attempt": 1,
    "at": "2026-11-23T04:00:00.000Z",
    "kind": "query",
    "resource": "barred-person",
    "version": 1,
    "key": {"identity_number": "430104199001010019"},
    "fields": ["barred"],
    "salt": SALT,
}
Behaviour = Callable[["System"], None]


class System(BaseHTTPRequestHandler):
    """One request; `server.behaviours` says what the system does with the first, the next ..."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.order = orjson.loads(self.rfile.read(length))
        self.server.seen.append((self.path, self.headers, self.order))
        behaviours = self.server.behaviours
        behaviours[min(len(self.server.seen), len(behaviours)) - 1](self)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def right(system: System) -> None:
    """The right answer, signed."""
    told = {"found": True, "data": {"barred": False}, "holds": None}
    order = system.order
    given = {
        "request": order["request"],
        "attempt": order["attempt"],
        "at": order["at"],
        "node": "GOV/development-reform",
        **told,
        "digest": digest(order["salt"], told),
    }
    signature = KEY.sign(ANSWER, signable(given))
    system.answer(200, orjson.dumps(given), Exchange_Signature=signature, Exchange_Key=KEY.kid)


def says(status: int, body: bytes = b"{}", **headers: str) -> Behaviour:
    """This answer, as it is."""
    return lambda system: system.answer(status, body, **headers)


def hangs_up(system: System) -> None:
    """Nothing, and the end of the connection."""
    system.close_connection = True


def drips(system: System) -> None:
    """A byte now and then, for as long as somebody reads."""
    system.close_connection = True
    system.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        system.wfile.write(b"x")
        system.wfile.flush()
        time.sleep(0.02)


class Server(ThreadingHTTPServer):
    """A system that listens; `seen`: (path, headers, order) of each request."""

    daemon_threads = True

    def __init__(self, behaviours: tuple[Behaviour, ...], context: SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), System)
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.behaviours = behaviours
        self.seen: list[tuple[str, Any, Any]] = []

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who is served here leaves when it likes."""


@contextmanager
def system(*behaviours: Behaviour, context: SSLContext | None = None) -> Iterator[Server]:
    """A system that behaves so with the first request, the next, and at last with all others."""
    server = Server(behaviours, context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
