"""A whole affair as one trace, where a collector is configured."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator

import pytest
import requests

from shared.local import Platform
from tests.faults.clients import INSTANT, Outcome, application
from tests.faults.collector import Collector, collecting
from tests.faults.observing import life, wait

SERVICES = ("permits", "witness")
SECONDS = 120.0
OFTEN = "200"
"""Milliseconds between two sendings."""


@pytest.fixture(scope="module")
def collector(platform: Platform) -> Iterator[Collector]:
    """Where permits and witness send their spans, for as long as it is wanted."""
    with collecting() as collector:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": OFTEN}
        restart(platform, env)
        yield collector
        restart(platform, {})


def restart(platform: Platform, env: dict[str, str]) -> None:
    for name in SERVICES:
        assert platform.terminate(name) == 0
    for name in SERVICES:
        platform.start_part(name, wait=False, env=env)
    wait(lambda: all(platform.is_ready(name) for name in SERVICES), SECONDS)


def submitted(platform: Platform, token: str, flags: str) -> tuple[str, str, str]:
    """Trace, span and case of a submission that is a whole affair."""
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    answer = requests.post(
        f"{platform.url}/permits/cases",
        json=application(Outcome("a site", INSTANT)),
        headers={
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": str(uuid.uuid4()),
            "traceparent": f"00-{trace}-{span}-{flags}",
        },
        timeout=SECONDS,
    )
    assert answer.status_code == 201
    return trace, span, answer.json()["id"]


def test_one_trace(platform: Platform, token: str, phone: str, collector: Collector) -> None:
    """From the request over database, outbox and broker to every handler of every event of a case:
    one tree below what the caller sent, and nobody's number in it."""
    trace, caller, case = submitted(platform, token, "01")
    closed = f"{life(INSTANT)[-1][1]} publish"
    heard = "witness.everything process"

    def whole() -> bool:
        """Each service sends for itself: a span may come before the one that it is below."""
        spans = collector.of(trace)
        names, known = [one.name for one in spans], {caller, *(one.id for one in spans)}
        told = closed in names and names.count(heard) == len(life(INSTANT))
        return told and {one.parent for one in spans} <= known

    wait(whole, SECONDS)
    spans = collector.of(trace)
    assert {one.service for one in spans} == set(SERVICES)
    assert len({one.id for one in spans}) == len(spans)
    (root,) = (one for one in spans if one.parent == caller)
    assert (root.service, root.name) == ("permits", "POST /permits/cases")
    names = [one.name for one in spans]
    assert {"insert cases", "update cases", "insert subjects"} <= set(names)
    for _, type_ in life(INSTANT):
        assert f"{type_} publish" in names
    assert {one.attributes["event.subject"] for one in spans if one.name == heard} == {case}
    assert phone not in str(spans)


def test_unrecorded(platform: Platform, token: str, collector: Collector) -> None:
    """A trace that its caller does not record is not recorded here, in no service."""
    unrecorded, _, _ = submitted(platform, token, "00")
    trace, _, _ = submitted(platform, token, "01")
    wait(lambda: len(collector.of(trace)) > len(life(INSTANT)), SECONDS)
    assert collector.of(unrecorded) == []
