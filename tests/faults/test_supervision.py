"""Supervision killed while case events stream in, and while time passes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from services.supervision.domain import record
from services.supervision.service import COLLECTIONS
from services.supervision.tests.lives import BEGIN, Life
from services.supervision.usecases import cases
from services.supervision.usecases.recomputing import differences
from shared.clock import CHINA, local_day
from shared.figures import rows_of, total
from shared.local import Platform
from shared.store import Database, open_database
from shared.testing import FakeStore
from shared.timekeeping import shift, shifted_by, system_time
from tests.faults.drills import publish
from tests.faults.fixtures import alone
from tests.faults.observing import wait
from tests.faults.reporting import tell

CASES = 150
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
Records = dict[str, dict[str, Any]]


def noon(days: int) -> float:
    """Seconds until it is noon, so many days on: no day turns while a test runs."""
    now = system_time()
    day = local_day(now) + timedelta(days=days)
    return (datetime(day.year, day.month, day.day, 12, tzinfo=CHINA) - now).total_seconds()


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noon of tomorrow, at first."""
    file = tmp_path_factory.mktemp("time") / "clock"
    shift(file, noon(1))
    return file


@pytest.fixture(scope="module")
def province(
    ground: Platform, tmp_path_factory: pytest.TempPathFactory, clock: Path
) -> Iterator[Platform]:
    """Supervision alone."""
    folder = tmp_path_factory.mktemp("province")
    with alone(ground, "supervision", folder, CLOCK_FILE=str(clock)) as running:
        yield running


@pytest.fixture
def store(province: Platform) -> Database:
    """The service's database, with nothing in it."""
    database = open_database(province.mongo_uri, "supervision")
    for name in COLLECTIONS:
        database[name].delete_many({})
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


def shown(records: Collection[dict[str, Any]]) -> Records:
    return {r["_id"]: {name: r.get(name) for name in COMPARED} for r in records}


def kept(store: Database) -> Records:
    return shown(list(store["cases"].each({})))


def figures(store: Database) -> dict[str, dict[str, int]]:
    return dict(rows_of(store["figures"].each({})))


def kill_once(province: Platform, so_far: Callable[[], bool]) -> None:
    """Kill supervision when it is so far, and start it again."""
    wait(so_far, pause=0.02)
    province.kill("supervision")
    province.start_part("supervision", wait=False)


def test_streaming(province: Platform, store: Database, lives: list[Life], clock: Path) -> None:
    """Killed three times while hundreds of events stream in, shuffled and repeated: every record
    is whole, every figure exact, and nothing counts twice."""
    events = [event for life in lives for event in life.envelopes]
    chance = random.Random(4)
    told = [*events, *chance.sample(events, len(events) // 5)]
    chance.shuffle(told)
    publish(province.amqp_uri, told)
    started = time.monotonic()

    def taken_in() -> int:
        return sum(len(case["moves"]) for case in store["cases"].each({}))

    for share in (0, 0.4, 0.8):
        kill_once(province, lambda share=share: taken_in() > share * len(events))
    now = datetime.now(UTC)
    right = shown([record.heard(None, life.events, now) for life in lives])
    wait(lambda: kept(store) == right)
    wait(lambda: not store["postings"].find({}))
    assert figures(store) == total([r["counts"] for r in right.values()])
    assert list(differences(store, shifted_by(clock)())) == []
    tell("killed while streaming", events=len(told), kills=3, took=time.monotonic() - started)


def test_time_passing(province: Platform, store: Database, lives: list[Life], clock: Path) -> None:
    """Killed while it sweeps what is due, and while it raises alerts: each lamp changes once, and
    each alert comes once."""
    before = known(lives, shifted_by(clock)())
    for name in ("cases", "figures"):
        store[name].add_many(before[name].find({}, limit=CASES * 2))
    shift(clock, noon(2))
    today = local_day(shifted_by(clock)()).isoformat()
    right, raised = passed(before, today)
    kill_once(province, lambda: store["cases"].count({"until": today}) > 0)
    kill_once(province, lambda: store["alerts"].count({}) > 0)
    wait(lambda: kept(store) == right)
    wait(lambda: store["alerts"].count({}) == raised)
    wait(lambda: not store["postings"].find({}))
    assert list(differences(store, shifted_by(clock)())) == []
    due = sum(one["until"] == today for one in right.values())
    tell("killed while sweeping", due=due, alerts=raised, kills=2)


def known(lives: list[Life], now: datetime) -> FakeStore:
    """What is kept when all has been heard: made in memory."""
    made, ids = FakeStore(), count()
    cases.hear(made, [e for life in lives for e in life.events], now, lambda: f"known-{next(ids)}")
    return made


def passed(before: FakeStore, today: str) -> tuple[Records, int]:
    """The records when `today` has come, and how many lamps have changed to yellow or red."""
    now = datetime.now(UTC)
    found = before["cases"].find({}, limit=CASES)
    after = [record.passed(r, today, now) if "next_change" in r else r for r in found]
    entries = [
        entry
        for old, new in zip(found, after, strict=True)
        for entry in new["lamps"][len(old["lamps"]) :]
    ]
    return shown(after), sum(entry["lamp"] != "green" for entry in entries)
