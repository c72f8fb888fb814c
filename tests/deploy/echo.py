"""A server that answers with what has reached it: ``python -m tests.deploy.echo PORT``."""

from __future__ import annotations

import http.server
import json
import sys
from http import HTTPStatus
from threading import Event

from shared.local.ports import HOST

LONGEST = 30.0
"""Seconds, whoever forgets to ask."""


class Echo(http.server.BaseHTTPRequestHandler):
    """The path and the headers, as JSON; a path that ends in `/wait` takes until one is asked for
    that ends in `/go`."""

    go = Event()

    def do_GET(self) -> None:
        if self.path.endswith("/wait"):
            self.go.wait(LONGEST)
        if self.path.endswith("/go"):
            self.go.set()
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    http.server.ThreadingHTTPServer((HOST, int(sys.argv[1])), Echo).serve_forever()
