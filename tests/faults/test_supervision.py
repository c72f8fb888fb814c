"""Supervision killed while case events stream in, and while time passes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.supervision.domain import record
from services.supervision.domain.counts import total
from services.supervision.service import COLLECTIONS
from services.supervision.tests.lives import BEGIN, Life
from services.supervision.usecases.recomputing import differences
from shared.clock import local_day
from shared.local import Platform
from shared.store import Database, open_database
from shared.timekeeping import shift, shifted_by, system_time
from tests.faults.drills import publish
from tests.faults.fixtures import ENV
from tests.faults.observing import SETTLED, wait
from tests.faults.reporting import tell

CASES, KILLS, DAY = 150, 5, 86_400
ENDS: tuple[tuple[Any, ...], ...] = (
    ("submit",),
    ("submit", 1, "accept"),
    ("submit", "accept", "start"),
    ("submit", 1, "return", 5, "resubmit", 1, "accept", 2, "start", 30, "approve", "deliver"),
    ("submit", "accept", "start", 3, "suspend", 20, "resume", 40, "refuse", "deliver"),
    ("submit", "decline"),
    ("submit", "accept", "start", "approve", "deliver", 9, "reopen", 5, "approve", "deliver"),
)
COMPARED = ("moves", "state", "lamp", "lamps", "until", "counts", "decision", "lit")


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yesterday, at first: the relay finds what a crash has left by the system's time."""
    file = tmp_path_factory.mktemp("time") / "clock"
    shift(file, -DAY)
    return file


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory, clock: Path) -> Iterator[Platform]:
    """Supervision, and identity for its keys."""
    env = {**ENV, "CLOCK_FILE": str(clock)}
    folder = tmp_path_factory.mktemp("province")
    with Platform(folder, services=["identity", "supervision"], env=env) as running:
        yield running


@pytest.fixture(scope="module")
def store(province: Platform) -> Database:
    database = open_database(province.mongo_uri, "supervision")
    return Database(database, COLLECTIONS, lambda outgoing: None)


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    """Cases of all kinds, in three divisions."""
    return [
        Life(f"fault-{n}", BEGIN, division=("430104", "430111", "430200")[n % 3]).play(
            *ENDS[n % len(ENDS)]
        )
        for n in range(CASES)
    ]


def expected(lives: list[Life], until: str) -> dict[str, dict[str, Any]]:
    """The records, as their moves in order give them, up to a day."""
    now = datetime.now(UTC)
    found = (record.heard(None, life.events, now) for life in lives)
    passed = (record.passed(r, until, now) if until and "next_change" in r else r for r in found)
    return {r["_id"]: {name: r.get(name) for name in COMPARED} for r in passed}


def kept(store: Database) -> dict[str, dict[str, Any]]:
    return {c["_id"]: {name: c.get(name) for name in COMPARED} for c in store["cases"].each({})}


def figures(store: Database) -> dict[str, dict[str, int]]:
    return {f["_id"]: f["counts"] for f in store["figures"].each({})}


def killing(province: Platform, done: Callable[[], int], whole: int) -> None:
    """Kill supervision again and again, each time a little further on."""
    for number in range(KILLS):
        until = time.monotonic() + SETTLED
        while done() <= whole * number // KILLS and time.monotonic() < until:
            time.sleep(0.01)
        province.kill("supervision")
        province.start_part("supervision", wait=False)


def test_streaming(province: Platform, store: Database, lives: list[Life]) -> None:
    """Killed five times while hundreds of events stream in, shuffled and repeated: every record is
    whole, every figure exact, and nothing counts twice."""
    events = [event for life in lives for event in life.envelopes]
    chance = random.Random(4)
    told = [*events, *chance.sample(events, len(events) // 5)]
    chance.shuffle(told)
    publish(province.amqp_uri, told)
    started = time.monotonic()
    killing(province, lambda: store["cases"].count({}), CASES)
    right = expected(lives, "")
    wait(lambda: kept(store) == right)
    wait(lambda: not store["postings"].find({}))
    assert figures(store) == total([r["counts"] for r in right.values()])
    assert list(differences(store, system_time())) == []
    tell("killed while streaming", events=len(told), kills=KILLS, took=time.monotonic() - started)


def test_time_passing(province: Platform, store: Database, lives: list[Life], clock: Path) -> None:
    """Killed while it sweeps what is due: each lamp changes once, and each alert comes once."""
    shift(clock, 0)
    today = local_day(shifted_by(clock)()).isoformat()
    right = expected(lives, today)
    due = sum(one["until"] == today for one in right.values())
    killing(province, lambda: store["cases"].count({"until": today}), due)
    wait(lambda: kept(store) == right)
    entries = sum(e["lamp"] != "green" for one in right.values() for e in one["lamps"])
    wait(lambda: len(list(store["alerts"].each({}))) == entries)
    assert list(differences(store, system_time())) == []
    tell("killed while sweeping", due=due, alerts=entries, kills=KILLS)
