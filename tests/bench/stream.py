"""``python -m tests.bench.stream``: what live streams cost while nothing happens, and how fast
they are when something does.

Starts identity and feedback, opens streams past the gateway (five for each account), measures CPU
time in the service and in the database while they are idle, then tells every account something.
"""

from __future__ import annotations

import argparse
import base64
import selectors
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import requests
from stdnum.iso7064 import mod_11_2

from shared.events import derived_id
from shared.local import Platform
from shared.notice import notice
from shared.text import Text
from shared.timekeeping import system_time
from tests.bench.measuring import cpu_seconds, percentile
from tests.faults.clients import ANSWER_TIMEOUT, PASSWORD, sign_in
from tests.faults.drills import publish

OF_ONE = 5
ARRIVAL = 20.0
"""Seconds in which everything must have arrived."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        services = ["identity", "feedback"]
        with Platform(Path(folder), services=services, say=_say) as platform:
            measure(platform, arguments.streams, arguments.seconds)


def measure(platform: Platform, streams: int, seconds: float) -> None:
    tokens = list(_tokens(platform, streams // OF_ONE))
    pids = [platform.pid(name) or 0 for name in ("feedback", "database")]
    with _opened(platform, [token for token in tokens for _ in range(OF_ONE)]) as sockets:
        time.sleep(3)
        before = [cpu_seconds(pid) for pid in pids]
        time.sleep(seconds)
        after = [cpu_seconds(pid) for pid in pids]
        shares = [100 * (b - a) / seconds for a, b in zip(before, after, strict=True)]
        print(f"{streams} idle streams: service {shares[0]:.1f} % of a core, ", end="")
        print(f"database {shares[1]:.1f} %")
        began = time.monotonic()
        publish(platform.amqp_uri, [_told(token) for token in tokens])
        times = sorted(_arrivals(sockets, began))
    print(f"{len(times)} of {streams} told: p50 {percentile(times, 50):.0f} ms, ", end="")
    print(f"p95 {percentile(times, 95):.0f} ms")
    if len(times) < streams:
        sys.exit(1)


def _tokens(platform: Platform, accounts: int) -> Iterator[str]:
    for number in range(accounts):
        phone, identity = f"1380001{number:04}", f"43010419900101{number:03}"
        person = {"name": "张伟", "phone": phone, "password": PASSWORD}
        made = requests.post(
            f"{platform.url}/identity/accounts",
            json={**person, "identity_number": identity + mod_11_2.calc_check_digit(identity)},
            headers={"Idempotency-Key": phone},
            timeout=ANSWER_TIMEOUT,
        )
        made.raise_for_status()
        yield sign_in(platform.url, phone)


@contextmanager
def _opened(platform: Platform, tokens: list[str]) -> Iterator[list[socket.socket]]:
    """A stream for each token, its beginning read."""
    at = urlsplit(platform.service_url("feedback"))
    sockets = []
    for token in tokens:
        one = socket.create_connection((str(at.hostname), at.port or 80), timeout=10)
        one.sendall(
            f"GET /feedback/me/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
            .encode()
        )  # fmt: skip
        if b" 200 " not in (beginning := one.recv(4096)):
            raise RuntimeError(beginning)
        sockets.append(one)
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()


def _arrivals(sockets: list[socket.socket], began: float) -> Iterator[float]:
    """Seconds until each stream had its event."""
    selector = selectors.DefaultSelector()
    for one in sockets:
        selector.register(one, selectors.EVENT_READ)
    while selector.get_map() and time.monotonic() - began < ARRIVAL:
        for key, _ in selector.select(timeout=1):
            if b"\ndata: " in b"\n" + key.fileobj.recv(8192):  # type: ignore[union-attr]
                yield time.monotonic() - began
                selector.unregister(key.fileobj)


def _told(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    account = orjson.loads(base64.urlsafe_b64decode(payload + "==="))["sub"]
    text = Text("消息", "A message")
    id_ = derived_id("bench", account)
    return notice("bench", id_, account, text, text, "bench", system_time())


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
