"""Handlers that fail, and events that come again or in the wrong order."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from shared.local import Platform
from tests.faults.clients import ANSWER_TIMEOUT, COMMAND_TIMEOUT
from tests.faults.drills import publish, told, waiting
from tests.faults.observing import Watch, wait
from tests.faults.reporting import tell

EVENTS = 300
DELIVERIES = 4
FALTERED = "drill.alarm.faltered.v1"
FAILED = "drill.alarm.failed.v1"
TOLD = "drill.alarm.told.v1"
WITNESS = ("--service", "witness=tests.faults.witness.service")


def operate(platform: Platform, *arguments: str) -> list[str]:
    """What the operator's command prints, line by line."""
    command = [sys.executable, "-W", "ignore", "-m", "shared.ops", *WITNESS, *arguments]
    env = {**os.environ, "AMQP_URI": platform.amqp_uri, "MONGO_URI": platform.mongo_uri}
    done = subprocess.run(
        command, check=False, env=env, capture_output=True, text=True, timeout=COMMAND_TIMEOUT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def dead(platform: Platform) -> int:
    """How many dead letters of the witness the broker has."""
    return waiting(platform.amqp_uri, "witness.dead")


@pytest.fixture
def switch(platform: Platform) -> Iterator[str]:
    """Where the handler that fails is mended; it is broken again afterwards."""
    url = f"{platform.url}/witness/switch"
    yield url
    requests.put(url, json={"mended": False}, timeout=ANSWER_TIMEOUT).raise_for_status()


def test_fails_three_times(platform: Platform, watch: Watch):
    """A handler that fails three times and then works has each effect exactly once."""
    events = told(FALTERED, EVENTS)
    publish(platform.amqp_uri, events)
    expected = {f"{e['subject']}/falter": [[1, FALTERED]] for e in events}
    took = watch.wait_effects(expected)
    assert watch.effects(expected) == expected
    assert dead(platform) == 0
    tell("faltering handler", events=EVENTS, failures=3 * EVENTS, settled=took)


def test_always_fails(platform: Platform, watch: Watch, switch: str):
    """What always fails ends as a dead letter with its reason while others flow on; one command
    lists it, and replays one event or all of a queue once the cause is mended."""
    failing, flowing = told(FAILED, EVENTS), told(TOLD, EVENTS)
    mixed = [e for pair in zip(failing, flowing, strict=True) for e in pair]
    publish(platform.amqp_uri, mixed)
    flowed = watch.wait_effects({e["subject"]: [1] for e in flowing})
    died = flowed + wait(lambda: dead(platform) == EVENTS)
    lines = operate(platform, "dead-letters", "witness.failing")
    assert lines[-1] == f"{EVENTS} dead letters"
    for event in failing:
        (line,) = [one for one in lines if event["id"] in one]
        assert "RuntimeError: the register refuses the number 7" in line
        assert event["subject"] in line
    requests.put(switch, json={"mended": True}, timeout=ANSWER_TIMEOUT).raise_for_status()
    assert operate(platform, "replay", failing[7]["id"]) == ["1 replayed"]
    assert operate(platform, "replay", "witness.failing") == [f"{EVENTS - 1} replayed"]
    expected = {f"{e['subject']}/fail": [[1, FAILED]] for e in failing}
    took = watch.wait_effects(expected)
    assert watch.effects(expected) == expected
    assert dead(platform) == 0
    tell("failing handler", events=EVENTS, others_flowed=flowed, all_dead=died, replayed=took)


def test_replay_that_breaks_off(platform: Platform, watch: Watch, switch: str):
    """A replay killed half-way loses nothing, and what it did twice has one effect."""
    failing = told(FAILED, EVENTS)
    publish(platform.amqp_uri, failing)
    wait(lambda: dead(platform) == EVENTS)
    requests.put(switch, json={"mended": True}, timeout=ANSWER_TIMEOUT).raise_for_status()
    script = (
        "import itertools, os, shared.amqp as a, shared.ops.__main__ as o\n"
        "real, published = a.Publisher.publish, itertools.count()\n"
        "def publish(self, messages):\n"
        "    real(self, messages)\n"
        "    if next(published) == 100: os.kill(os.getpid(), 9)\n"
        "a.Publisher.publish = publish\n"
        f"o.main([*{WITNESS}, 'replay', '--all'])\n"
    )
    env = {**os.environ, "AMQP_URI": platform.amqp_uri}
    killed = subprocess.run(
        [sys.executable, "-c", script], check=False, env=env, timeout=COMMAND_TIMEOUT
    )
    assert killed.returncode == -9
    wait(lambda: dead(platform) == EVENTS - 100)
    assert operate(platform, "replay", "--all") == [f"{EVENTS - 100} replayed"]
    expected = {f"{e['subject']}/fail": [[1, FAILED]] for e in failing}
    watch.wait_effects(expected)
    assert dead(platform) == 0
    assert watch.effects(expected) == expected


def test_again_and_out_of_order(platform: Platform, watch: Watch):
    """The same event delivered four times, among others and in any order, has one effect; a handler
    that keeps the newest state keeps it."""
    label = f"{random.getrandbits(32):x}"
    by_sequence = [told(TOLD, EVENTS // 3, sequence, label) for sequence in (1, 2, 3)]
    events = [event for events in by_sequence for event in events]
    shuffled = events * DELIVERIES
    random.Random(7).shuffle(shuffled)
    before = watch.deliveries()
    publish(platform.amqp_uri, shuffled)
    expected = {e["subject"]: [[n, TOLD] for n in (1, 2, 3)] for e in events}

    def delivered() -> int:
        return sum(watch.deliveries().values()) - sum(before.values())

    took = wait(lambda: delivered() >= len(shuffled))
    took += watch.wait_effects(expected)
    assert watch.effects(expected) == expected
    wait(lambda: waiting(platform.amqp_uri, "witness.states") == 0)
    wait(lambda: {one.get("state") for one in watch.seen(expected).values()} == {"state 3"})
    repeats = watch.deliveries()["repeats"] - before["repeats"]
    tell("repeats", events=len(events), deliveries=delivered(), repeats=repeats, settled=took)
