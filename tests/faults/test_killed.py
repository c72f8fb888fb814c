"""The service is killed, as if the machine lost its power."""

from __future__ import annotations

from shared.local import Platform
from tests.faults.clients import Clients
from tests.faults.observing import Watch
from tests.faults.reporting import tell

CASES = 300


def test_while_submitting(platform: Platform, clients: Clients, watch: Watch):
    """A service killed five times in the middle of submissions loses no case and makes none twice;
    its clients get an honest 503 from the gateway and come again."""
    known, before = {case["id"] for case in watch.cases()}, watch.deliveries()
    crowd = clients.begin(CASES, 12)
    for share in (0.1, 0.25, 0.4, 0.55, 0.7):
        crowd.wait_answered(share)
        platform.kill("permits")
        platform.start_part("permits", wait=False)
    outcomes = crowd.outcomes()
    took = watch.assert_whole(outcomes, known)
    assert any(outcome.put_off for outcome in outcomes)
    repeats = watch.deliveries()["repeats"] - before["repeats"]
    tell("killed while submitting", outcomes, kills=5, settled=took, repeats=repeats)


def test_a_repeat_is_the_same_case(platform: Platform, clients: Clients, watch: Watch):
    """The same submission after the service was killed gives the same case, not another."""
    first = clients.submit(20)
    platform.kill("permits")
    platform.start_part("permits")
    known = {case["id"] for case in watch.cases()}
    assert [clients.again(outcome).id for outcome in first] == [outcome.id for outcome in first]
    assert {case["id"] for case in watch.cases()} == known


def test_between_save_and_publish(platform: Platform, clients: Clients, watch: Watch):
    """Cases that are saved while their events cannot go out, by a service that is killed then, are
    told by the next one, each event with one effect."""
    known = {case["id"] for case in watch.cases()}
    platform.kill("broker")
    outcomes = clients.submit(CASES)
    ids = [outcome.id for outcome in outcomes if outcome.id]
    assert watch.effects(ids) == {}
    platform.kill("permits")
    platform.start_part("broker")
    platform.start_part("permits")
    took = watch.assert_whole(outcomes, known)
    tell("killed between save and publish", outcomes, settled=took)


def test_the_one_who_hears(platform: Platform, clients: Clients, watch: Watch):
    """A service killed while it hears events has each effect exactly once in the end."""
    known = {case["id"] for case in watch.cases()}
    crowd = clients.begin(CASES, 8)
    for share in (0.3, 0.6, 0.9):
        crowd.wait_answered(share)
        platform.kill("witness")
        platform.start_part("witness", wait=False)
    outcomes = crowd.outcomes()
    watch.wait_ready()
    took = watch.assert_whole(outcomes, known)
    tell("hearing service killed", outcomes, kills=3, settled=took)
