"""SIGTERM: what is in hand is finished, whatever else is away."""

from __future__ import annotations

import time

import pytest

from shared.local import Platform
from tests.faults.clients import LOST, Clients
from tests.faults.observing import Watch, wait
from tests.faults.reporting import tell

CASES = 300


def test_while_submitting(platform: Platform, token: str, watch: Watch):
    """A service that is told to stop answers everything it was sent: clients on its own port meet
    an answer, or a connection that cannot be made. (A 503 is of the next one, before it has keys.)
    """
    known = {case["id"] for case in watch.cases()}
    clients = Clients(f"{platform.service_url('permits')}/permits", token)
    crowd = clients.begin(CASES, 10)
    codes, seconds = [], []
    for share in (0.2, 0.4, 0.6):
        crowd.wait_answered(share)
        began = time.monotonic()
        codes.append(platform.terminate("permits"))
        seconds.append(time.monotonic() - began)
        platform.start_part("permits")
    outcomes = crowd.outcomes()
    took = watch.assert_whole(outcomes, known)
    assert codes == [0, 0, 0]
    assert {status for o in outcomes for status in o.statuses} <= {201, 503, LOST}
    tell("terminated", outcomes, stops=3, longest=max(seconds), settled=took)


@pytest.mark.parametrize("away", ["broker", "database"])
def test_while_away(platform: Platform, watch: Watch, away: str):
    """A service stops within seconds also while broker or database is away."""
    platform.kill(away)
    try:
        began = time.monotonic()
        code = platform.terminate("permits")
        took = time.monotonic() - began
        platform.start_part("permits", wait=False)
        wait(lambda: watch.sample("permits").alive == 200)
        began = time.monotonic()
        again = platform.terminate("permits")
        second = time.monotonic() - began
    finally:
        platform.start_part(away)
        if not platform.is_ready("permits"):
            platform.kill("permits")
            platform.start_part("permits")
        watch.wait_ready()
    assert (code, again) == (0, 0), "a service that does not end by itself is killed"
    tell(f"terminated, {away} away", running=took, never_connected=second)
