"""Time passes for many cases at a cost that follows what is taken."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from services.supervision.domain.record import GRACE, SPREAD
from services.supervision.domain.sweeping import EARLIEST, FINE, steps
from services.supervision.tests.lives import Life
from services.supervision.usecases import cases
from shared.clock import CHINA
from shared.testing import FakeStore

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CASES, PART = 100, 8


@given(st.timedeltas(timedelta(0), timedelta(days=9)))
@example(timedelta(days=2))
def test_steps(away: timedelta) -> None:
    """No gap, no step back; small where a day's changes lie, or what the last word put off; few."""
    swept = NOW - away
    found = list(steps(swept, NOW))
    assert [after for after, _ in found] == [swept, *(until for _, until in found[:-1])][
        : len(found)
    ]
    assert (found[-1][1] if found else swept) == NOW
    for after, until in found:
        midnight = datetime.combine(until.astimezone(CHINA), time(), CHINA)
        first_minutes = midnight + timedelta(seconds=SPREAD)
        crowded = (until > midnight and after < first_minutes) or after < swept + GRACE
        assert until - after <= (FINE if crowded else timedelta(days=1))
    assert len(found) <= 70 + 32 * (away.days + 2)


def test_unknown() -> None:
    """Where nobody knows when the last sweep was, or it lies ahead, all that is earlier is in the
    first step."""
    for swept in (None, NOW + timedelta(days=1)):
        found = list(steps(swept, NOW))
        assert found[0][0] == EARLIEST and found[0][1] == found[1][0] and found[-1][1] == NOW


class Counting:
    """The store, noting how many cases each search matches."""

    def __init__(self, store: FakeStore) -> None:
        self.store, self.matched = store, list[int]()

    def __getitem__(self, name: str) -> Any:
        return self if name == "cases" else self.store[name]

    def find(self, filter_: Any, **given: Any) -> Any:
        self.matched.append(self.store["cases"].count(filter_))
        return self.store["cases"].find(filter_, **given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store["cases"], name)


def submitted(store: FakeStore, number: int) -> datetime:
    """So many cases, submitted in the same minute; when they were."""
    life = Life().play("submit")
    told = [Life(f"{n}").play("submit").events[0] for n in range(number)]
    cases.hear(store, told, life.now, lambda: "p")
    return life.now


def swept(store: Any, now: datetime) -> int:
    ids = iter(range(10**6))
    return cases.sweep(store, lambda: now, lambda: f"s{now}{next(ids)}", lambda: None)


def test_backlog(monkeypatch: Any) -> None:
    """After days away no search matches more than a small part of what is due, and a run takes no
    more than it may; the next ones take the rest, each case once."""
    monkeypatch.setattr(cases, "DUE_AT_ONCE", CASES // 2)
    store = FakeStore()
    then = submitted(store, CASES)
    swept(store, then)
    counting, now = Counting(store), then + timedelta(days=3)
    taken = [swept(counting, now) for _ in range(3)]
    assert taken[0] == CASES // 2 and sum(taken) == CASES and taken[-1] == 0
    assert max(counting.matched) <= CASES // PART
    assert store["cases"].count({"lamp": "yellow"}) == CASES


def test_clock_put_back() -> None:
    """What falls due after the clock was put back is not missed."""
    store = FakeStore()
    then = submitted(store, 1)
    assert swept(store, then + timedelta(days=2)) == 0
    assert swept(store, then) == 0
    assert swept(store, then + timedelta(days=4)) == 1


def test_clock_put_back_unseen() -> None:
    """Nor is it where no sweep ran before the clock went ahead again."""
    store = FakeStore()
    now = NOW + timedelta(days=30)
    assert swept(store, now) == 0
    then = submitted(store, 1)
    assert then < now and swept(store, then + timedelta(days=4)) == 1
