"""The load of many connections, from a process of its own: reads one plan as JSON from standard
input, opens its connections to this machine, sends, and writes what it measured as JSON.

plan: {port, connections, count, rate | null, method, paths, headers, id_header}, and `body` where
there is one. rate: requests a second, on each connection in turn; null: one on each connection, all
at once.

Guarantees: bounded in count and time; loopback only; a time is taken from when a request was due,
so waiting in line counts; it costs little itself, since the machine is the platform's, too.
Does not: repeat what is refused.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
import uuid
from collections import Counter, deque
from typing import Any, cast

PATIENCE = 30.0
"""Seconds for one answer; what comes later is lost."""
OPENING = 50
"""Connections that are opened at once."""
TICK = 0.002
"""Seconds between two looks whether all is answered."""
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
RETRY_AFTER = re.compile(rb"\r\nretry-after: *\d+", re.IGNORECASE)
END = b"\r\n\r\n"


class Crowd:
    """The connections, and what became of the requests."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.without_retry_after = 0
        self.lost: list[str] = []
        self.open = 0
        self.body = plan.get("body", "").encode()
        headers = {**plan["headers"], "Host": "x", "Content-Length": len(self.body)}
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.heads = [
            f"{plan['method']} {path} HTTP/1.1\r\n{told}{plan['id_header']}: ".encode()
            for path in plan["paths"]
        ]

    async def run(self) -> dict[str, Any]:
        connections = await self._opened()
        began = time.monotonic()
        if self.plan["rate"]:
            await self._evenly(connections, began)
        else:
            for number, connection in enumerate(connections):
                connection.ask(number, began)
        until = time.monotonic() + PATIENCE
        while self.open and time.monotonic() < until:
            await asyncio.sleep(TICK)
        took = time.monotonic() - began
        self.lost += ["no answer in time"] * self.open
        return {
            "took": took,
            "seconds": sorted(self.seconds),
            "statuses": self.statuses,
            "without_retry_after": self.without_retry_after,
            "lost": len(self.lost),
            "such_as": self.lost[:3],
        }

    async def _opened(self) -> list[Connection]:
        loop, found = asyncio.get_running_loop(), list[Connection]()
        while len(found) < self.plan["connections"]:
            few = min(OPENING, self.plan["connections"] - len(found))
            opening = (
                loop.create_connection(lambda: Connection(self), "127.0.0.1", self.plan["port"])
                for _ in range(few)
            )
            found += [connection for _, connection in await asyncio.gather(*opening)]
        return found

    async def _evenly(self, connections: list[Connection], began: float) -> None:
        for number in range(self.plan["count"]):
            due = began + number / self.plan["rate"]
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            connections[number % len(connections)].ask(number, due)

    def request(self, number: int) -> bytes:
        return self.heads[number % len(self.heads)] + uuid.uuid4().hex.encode() + END + self.body

    def answered(self, head: bytes, due: float) -> None:
        status = int(head[9:12])
        self.open -= 1
        self.seconds.append(time.monotonic() - due)
        self.statuses[status] += 1
        self.without_retry_after += status == 503 and not RETRY_AFTER.search(head)


class Connection(asyncio.Protocol):
    """Asks one after the other."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._waiting: deque[tuple[int, float]] = deque()
        self._asked: float | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, number: int, due: float) -> None:
        if self._transport.is_closing():
            self._crowd.lost.append("the connection was closed while it waited")
            return
        self._crowd.open += 1
        self._waiting.append((number, due))
        if self._asked is None:
            self._next()

    def _next(self) -> None:
        self._asked = None
        if self._waiting:
            number, self._asked = self._waiting.popleft()
            self._transport.write(self._crowd.request(number))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(END)
        if not end or self._asked is None:
            return
        length = LENGTH.search(head)
        size = int(length[1]) if length else 0
        if len(rest) >= size:
            self._received = rest[size:]
            self._crowd.answered(head, self._asked)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        broken = [self._asked is not None, *self._waiting]
        self._crowd.lost += [f"connection closed: {exc}"] * sum(map(bool, broken))
        self._crowd.open -= sum(map(bool, broken))
        self._waiting.clear()
        self._asked = None


if __name__ == "__main__":
    json.dump(asyncio.run(Crowd(json.load(sys.stdin)).run()), sys.stdout)
