"""The broker or the database is gone for twelve seconds, and comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from shared.local import Platform
from tests.faults.clients import Clients
from tests.faults.observing import SERVICES, Watch, wait
from tests.faults.reporting import tell

CASES = 300
GONE = 12.0
"""Longer than what was left behind takes to be looked for."""
SUBMITTING = 16.0
"""Seconds over which the clients come: before, during and after."""


@pytest.fixture
def outage(platform: Platform) -> Callable[[str], None]:
    """`outage("broker")` kills that part, and starts it again after a while."""

    def happen(part: str) -> None:
        platform.kill(part)
        time.sleep(GONE)
        platform.start_part(part)

    return happen


def test_broker(clients: Clients, watch: Watch, outage: Callable[[str], None]):
    """Without a broker submissions go on; what they have to tell waits, and then goes out once."""
    known = {case["id"] for case in watch.cases()}
    with watch.health() as health:
        crowd = clients.begin(CASES, SUBMITTING)
        crowd.wait_answered(0.1)
        outage("broker")
        ready = watch.wait_ready()
        outcomes = crowd.outcomes()
    took = watch.assert_whole(outcomes, known)
    assert not health.dead
    assert not health.lying
    assert all(health.ever_failing(service) == {"broker"} for service in SERVICES)
    assert {status for outcome in outcomes for status in outcome.statuses} == {201}
    tell("broker away", outcomes, gone=GONE, ready_after=ready, settled=took)


def test_database(clients: Clients, watch: Watch, outage: Callable[[str], None]):
    """Without a database clients get an honest 503 with Retry-After, never a 500, and every answer
    201 they have ever got holds afterwards."""
    known = {case["id"] for case in watch.cases()}
    with watch.health() as health:
        crowd = clients.begin(CASES, SUBMITTING)
        crowd.wait_answered(0.1)
        outage("database")
        ready = watch.wait_ready()
        outcomes = crowd.outcomes()
    took = watch.assert_whole(outcomes, known)
    assert not health.dead
    assert not health.lying
    assert all(health.ever_failing(service) == {"database"} for service in SERVICES)
    assert any(outcome.put_off for outcome in outcomes)
    tell("database away", outcomes, gone=GONE, ready_after=ready, settled=took)


def test_hanging_broker(platform: Platform, clients: Clients, watch: Watch):
    """A broker that keeps its connections and answers nothing counts as gone, too."""
    known = {case["id"] for case in watch.cases()}
    node = platform.pid("broker")
    assert node is not None
    with watch.health() as health:
        os.killpg(node, signal.SIGSTOP)
        try:
            outcomes = clients.submit(CASES)
            noticed = wait(lambda: health.ever_failing("permits") == {"broker"})
        finally:
            os.killpg(node, signal.SIGCONT)
        ready = watch.wait_ready()
    took = watch.assert_whole(outcomes, known)
    assert not health.dead
    tell("broker hanging", outcomes, noticed=noticed, ready_after=ready, settled=took)
