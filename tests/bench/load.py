"""The load, from a process of its own: reads one plan as JSON from standard input, sends it to this
machine over kept connections, and writes what it measured as JSON.

Guarantees: bounded in count and time; loopback only.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
import uuid
from typing import Any

TIME_LIMIT = 300
OK = 300


def main() -> None:
    plan = json.load(sys.stdin)
    seconds: list[float] = []
    bad: list[str] = []
    started = time.monotonic()
    threads = [
        threading.Thread(target=send, args=(plan, turn, started, seconds, bad))
        for turn in range(plan["connections"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    json.dump(
        {"took": took, "seconds": sorted(seconds), "bad": bad[:3], "bads": len(bad)}, sys.stdout
    )


def send(
    plan: dict[str, Any], turn: int, started: float, seconds: list[float], bad: list[str]
) -> None:
    """One connection's share of the requests, at the plan's rate where it has one."""
    connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=30)
    paths = plan["paths"]
    for number in range(turn, plan["count"], plan["connections"]):
        if plan.get("rate"):
            time.sleep(max(0.0, started + number / plan["rate"] - time.monotonic()))
        if time.monotonic() - started > TIME_LIMIT:
            bad.append("time limit")
            return
        headers = {**plan["headers"], "Idempotency-Key": uuid.uuid4().hex}
        sent = time.monotonic()
        connection.request(plan["method"], paths[number % len(paths)], plan.get("body"), headers)
        reply = connection.getresponse()
        text = reply.read()
        seconds.append(time.monotonic() - sent)
        if reply.status >= OK:
            bad.append(f"{reply.status} {text[:300]!r}")


if __name__ == "__main__":
    main()
