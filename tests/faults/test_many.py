"""Handlers that take many events at once, and answers that never end."""

from __future__ import annotations

import time

import requests
from kombu import Connection, Queue

from shared.local import Platform
from tests.faults.clients import ANSWER_TIMEOUT
from tests.faults.drills import publish, told, waiting
from tests.faults.observing import wait
from tests.faults.reporting import tell

EVENTS = 300
AT_ONCE = 50
CROWDED = "drill.alarm.crowded.v1"


def crowds(platform: Platform) -> dict[str, int]:
    """Who was taken in, each with the size of its crowd."""
    found: dict[str, int] = requests.get(
        f"{platform.url}/witness/crowds", timeout=ANSWER_TIMEOUT
    ).json()
    return found["crowds"]


def forget(platform: Platform, event: str) -> None:
    """Take the dead letter of the event away, once it is one."""
    wait(lambda: waiting(platform.amqp_uri, "witness.dead") == 1)
    with Connection(platform.amqp_uri) as connection:
        message = Queue("witness.dead", channel=connection.channel()).get()
        assert message is not None and event in str(message.body)
        message.ack()


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
    forget(platform, unbearable[0]["id"])
    tell("crowd", events=EVENTS, largest=largest)


def test_stream(platform: Platform):
    """Each chunk of a stream arrives when it is said; a service that stops ends its streams."""
    with requests.get(
        f"{platform.url}/witness/ticks", stream=True, timeout=ANSWER_TIMEOUT
    ) as ticks:
        lines = ticks.iter_lines()
        began = time.monotonic()
        heard = [next(lines) for _ in range(9)]
        took = time.monotonic() - began
        assert heard[::2] == [b"data: %d" % n for n in range(5)]
        assert took > 0.2
        assert "Content-Length" not in ticks.headers
        began = time.monotonic()
        code = platform.terminate("witness")
        stopped = time.monotonic() - began
    platform.start_part("witness")
    assert code == 0, "a service that does not end by itself is killed"
    tell("stream", nine_lines=took, stopped=stopped)
