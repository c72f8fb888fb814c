"""Handlers that take many events at once, and answers that never end."""

from __future__ import annotations

import time

import requests

from shared.local import Platform
from tests.faults.drills import publish, told
from tests.faults.observing import wait
from tests.faults.reporting import tell

EVENTS = 300
AT_ONCE = 50
CROWDED = "drill.alarm.crowded.v1"
SECONDS_TO_STOP = 8.0


def crowds(platform: Platform) -> dict[str, int]:
    """Who was taken in, each with the size of its crowd."""
    found: dict[str, int] = requests.get(f"{platform.url}/witness/crowds", timeout=10).json()
    return found["crowds"]


def test_crowd(platform: Platform):
    """Everyone is taken in, many at once, and nobody suffers for the one that fails."""
    bearable, unbearable = told(CROWDED, EVENTS), told(CROWDED, 1)
    unbearable[0]["data"]["state"] = "unbearable"
    publish(platform.amqp_uri, [*bearable[:99], *unbearable, *bearable[99:]])
    expected = {event["subject"] for event in bearable}
    wait(lambda: crowds(platform).keys() >= expected)
    found = crowds(platform)
    assert found.keys().isdisjoint({unbearable[0]["subject"]})
    largest = max(found[subject] for subject in expected)
    assert 1 < largest <= AT_ONCE
    tell("crowd", events=EVENTS, largest=largest)


def test_stream(platform: Platform):
    """Each chunk of a stream arrives when it is said; a service that stops ends its streams."""
    with requests.get(f"{platform.url}/witness/ticks", stream=True, timeout=10) as ticks:
        lines = ticks.iter_lines()
        began = time.monotonic()
        heard = [next(lines) for _ in range(9)]
        took = time.monotonic() - began
        assert heard[::2] == [b"data: %d" % n for n in range(5)]
        assert 0.2 < took < 5
        assert "Content-Length" not in ticks.headers
        began = time.monotonic()
        platform.terminate("witness")
        stopped = time.monotonic() - began
    platform.start_part("witness")
    assert stopped < SECONDS_TO_STOP
    tell("stream", nine_lines=took, stopped=stopped)
