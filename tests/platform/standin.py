"""Stands in for a service: `python standin.py <name> --module <m>`, told by WEB_SERVER_ADDRESS.

STANDIN says what it is to do: "" serve, "die" end at once, "unready" never be ready.
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = sys.argv[1]
TASK = os.environ.get("STANDIN", "")
seen: list[str] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen.append(f"{self.command} {self.path}")
        status, headers = 200, {}
        if self.path == "/readyz" and TASK == "unready":
            status = 503
        if self.path.endswith("/busy"):
            status, headers = 503, {"Retry-After": "77", "Content-Security-Policy": "own"}
        if self.path.endswith("/break"):
            self.close_connection = True
            return
        self.answer(status, headers, len(body))

    do_POST = do_PUT = do_GET

    def answer(self, status: int, headers: dict[str, str], length: int) -> None:
        told = {
            "name": NAME,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "length": length,
            "seen": seen,
        }
        content = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Quiet."""


if TASK == "die":
    sys.exit("the stand-in was told to die")
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
host, port = os.environ["WEB_SERVER_ADDRESS"].split(":")
print(f"{NAME} serves", flush=True)
ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
