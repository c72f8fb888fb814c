"""The load of many connections, from a process of its own: reads one plan as JSON from standard
input, opens its connections to this machine, sends, and writes what it measured as JSON.

plan: {port, connections, count, rate | null, method, paths, headers, id_header}, and `body` where
there is one. rate: requests a second, each on the connection that has rested longest; null: one on
each connection, all at once.

Guarantees: bounded in count and time; loopback only; a time is taken from when a request was due,
so waiting in line counts. Does not: repeat what is refused.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from typing import Any

PATIENCE = 30.0
"""Seconds for one answer; what comes later is lost."""
OPENING = 50
"""Connections that are opened at once."""


class Crowd:
    """The connections, and what became of the requests."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.without_retry_after = 0
        self.lost: list[str] = []

    async def run(self) -> dict[str, Any]:
        connections = await self._opened()
        began = time.monotonic()
        if self.plan["rate"]:
            await self._evenly(connections, began)
        else:
            await asyncio.gather(*(self._ask(c, n, began) for n, c in enumerate(connections)))
        took = time.monotonic() - began
        for _, writer, _ in connections:
            writer.close()
        return {
            "took": took,
            "seconds": sorted(self.seconds),
            "statuses": self.statuses,
            "without_retry_after": self.without_retry_after,
            "lost": len(self.lost),
            "such_as": self.lost[:3],
        }

    async def _opened(self) -> list[Any]:
        found: list[Any] = []
        while len(found) < self.plan["connections"]:
            few = min(OPENING, self.plan["connections"] - len(found))
            opening = (asyncio.open_connection("127.0.0.1", self.plan["port"]) for _ in range(few))
            found += [(*pair, asyncio.Lock()) for pair in await asyncio.gather(*opening)]
        return found

    async def _evenly(self, connections: list[Any], began: float) -> None:
        tasks = []
        for number in range(self.plan["count"]):
            due = began + number / self.plan["rate"]
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            chosen = connections[number % len(connections)]
            tasks.append(asyncio.create_task(self._ask(chosen, number, due)))
        await asyncio.gather(*tasks)

    async def _ask(self, connection: Any, number: int, due: float) -> None:
        reader, writer, free = connection
        try:
            async with asyncio.timeout(PATIENCE), free:
                writer.write(self._request(number))
                status, headers = await _answer(reader)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.lost.append(f"{type(error).__name__} {error}")
            return
        self.seconds.append(time.monotonic() - due)
        self.statuses[status] += 1
        self.without_retry_after += status == 503 and "retry-after" not in headers

    def _request(self, number: int) -> bytes:
        paths = self.plan["paths"]
        body = self.plan.get("body", "").encode()
        own = {self.plan["id_header"]: uuid.uuid4().hex, "Host": "x", "Content-Length": len(body)}
        headers = {**self.plan["headers"], **own}
        lines = [f"{self.plan['method']} {paths[number % len(paths)]} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers, once the body is here too."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    await reader.readexactly(int(headers.get("content-length", "0")))
    return int(head[0].split()[1]), headers


if __name__ == "__main__":
    json.dump(asyncio.run(Crowd(json.load(sys.stdin)).run()), sys.stdout)
