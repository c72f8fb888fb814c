"""A case is the same record in whatever order its moves were heard; its lamps are history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.supervision.domain import clocks, lamps, record
from services.supervision.tests.lives import Life, lives, shuffled
from shared.case import deadlines, told

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LOOKS = ("next_change",)


def folded(life: Life) -> record.Record:
    return record.heard(None, life.events, NOW)


def lit(life: Life, until: str) -> list[tuple[str, str, str]]:
    """(clock, lamp, day) of each change up to the day `until`."""
    found = record.passed(folded(life), until, NOW)
    return [(e["clock"], e["lamp"], e["on"]) for e in found["lamps"]]


@given(st.data())
def test_order(data: st.DataObject) -> None:
    """Any order, repeats and batches of a case's moves give the same record."""
    life = data.draw(lives())
    whole = folded(life)
    kept: record.Record | None = None
    for batch in shuffled(data.draw, life.events):
        kept = record.heard(kept, batch, NOW)
    assert kept == whole
    assert record.heard(kept, life.events, NOW) is kept


@given(lives(), st.integers(0, 200))
def test_time_in_steps(life: Life, days: int) -> None:
    """Time that passes day by day gives the same record as time that passes at once."""
    start = date.fromisoformat(folded(life)["until"])
    until = (start + timedelta(days=days)).isoformat()
    slow = folded(life)
    while due := lamps.next_change(lamps.stages(slow["moves"], slow["limits"])[-1], slow["until"]):
        if due > until:
            break
        slow = record.passed(slow, due, NOW)
    fast = record.passed(folded(life), until, NOW)
    assert record.passed(slow, until, NOW) == fast


@given(lives(), st.integers(0, 90))
def test_lamp_of_the_day(life: Life, days: int) -> None:
    """The lamps shown on a day are what the clocks say on that day."""
    start = date.fromisoformat(folded(life)["until"])
    day = (start + timedelta(days=days)).isoformat()
    found = record.passed(folded(life), day, NOW)
    running = clocks.running(told(found["moves"], found["limits"]))
    expected = {name: clock.lamp(day) for name, clock in running.items()}
    assert lamps.current(found["lamps"]) == {n: c for n, c in expected.items() if c != "green"}


@given(lives())
def test_deadlines(life: Life) -> None:
    """The clocks are those that the departments show."""
    case = told(folded(life)["moves"], life.case["limits"])
    shown = deadlines(case)
    for name, clock in clocks.running(case).items():
        if name in shown:
            due = shown[name].due
            assert clock.due == (due and due.isoformat())


@given(st.data())
def test_never_taken_back(data: st.DataObject) -> None:
    """Whatever comes late, an entry of the lamps' history stays, and the last ones are right."""
    life = data.draw(lives())
    events = data.draw(st.permutations(life.events))
    kept: record.Record | None = None
    for event in events:
        before = kept["lamps"] if kept else []
        kept = record.heard(kept, [event], NOW)
        assert kept["lamps"][: len(before)] == before
        before = kept["lamps"]
        days = data.draw(st.integers(0, 20))
        if kept["until"]:
            later = date.fromisoformat(kept["until"]) + timedelta(days=days)
            kept = record.passed(kept, later.isoformat(), NOW)
        assert kept["lamps"][: len(before)] == before
        assert [e["n"] for e in kept["lamps"]] == list(range(1, len(kept["lamps"]) + 1))
    assert kept is not None
    right = record.passed(folded(life), kept["until"], NOW)
    assert lamps.current(kept["lamps"]) == lamps.current(right["lamps"])
    assert kept["lamp"] == right["lamp"]


def test_acceptance() -> None:
    """Nobody answers: yellow, then red after five working days, until it counts as accepted."""
    life = Life().play("submit")
    assert lit(life, "2026-03-10") == [
        ("acceptance", "yellow", "2026-03-05"),
        ("acceptance", "red", "2026-03-10"),
    ]
    life.move("accept", 8.1, deemed=True)
    assert lit(life, "2026-03-10")[2:] == [("acceptance", "green", "2026-03-10")]


def test_completeness() -> None:
    """Where the case gives fewer days to accept, those count: red after two working days."""
    limits = {"statutory": 5, "promised": 5, "acceptance": 2}
    life = Life(item="data-sharing-request", limits=limits).play("submit")
    assert lit(life, "2026-03-05") == [
        ("acceptance", "yellow", "2026-03-03"),
        ("acceptance", "red", "2026-03-05"),
    ]
    life.play(3, "accept", "start")
    counts = folded(life)["counts"]
    assert [c["answered"] - c.get("answered-in-time", 0) for c in counts.values()] == [1]


def test_older_tellers() -> None:
    """An event that does not name the days to accept means those of the law."""
    first, *_ = Life().play("submit").events
    told = {name: value for name, value in first.data.items() if name != "acceptance_days"}
    kept = record.heard(None, [replace(first, data=told)], NOW)
    assert kept["lamps"] == [] and kept["limits"] == {"statutory": 20, "promised": 10}
    assert clocks.running(lamps.stages(kept["moves"], kept["limits"])[-1])["acceptance"].days == 5


def test_step() -> None:
    """Accepted and not begun within three working days is red, though the total is not."""
    life = Life().play("submit", "accept")
    assert lit(life, "2026-03-06") == [
        ("step", "yellow", "2026-03-04"),
        ("step", "red", "2026-03-06"),
    ]
    assert folded(life)["limits"] == {"statutory": 20, "promised": 10, "acceptance": 5}


def test_paused() -> None:
    """A special procedure stops the clock, with its ground; it goes on where it stood."""
    life = Life().play("submit", "accept", "start", 7, "suspend")
    assert lit(life, "2026-07-01") == []
    life.play(60, "resume")
    assert lit(life, life.now.date().isoformat()) == []
    found = record.passed(folded(life), "2026-05-30", NOW)
    assert found["lamp"] == "red"
    assert {e["clock"] for e in found["lamps"]} == {"statutory", "promised"}


def test_unreasoned() -> None:
    """A refusal without reasons is red at once; one with reasons is not."""
    life = Life().play("submit", "accept", "start")
    life.move("refuse", reasons=None)
    assert [e["clock"] for e in folded(life)["lamps"]] == ["reasons"]
    assert folded(life)["lit"][0] == "red:market-regulation:430104"
    assert folded(Life().play("submit", "decline"))["lamps"] == []


def test_reopened() -> None:
    """A reopened case has a new clock; what was shown before stays."""
    life = Life().play("submit", "accept", "start", 50, "approve", "deliver")
    first = folded(life)
    assert first["lamp"] == "green" and [e["lamp"] for e in first["lamps"]].count("red") == 2
    life.play(3, "reopen")
    again = folded(life)
    assert again["lamps"] == first["lamps"] and "decision" not in again
    day = life.now.date() + timedelta(days=60)
    assert record.passed(again, day.isoformat(), NOW)["lamp"] == "red"


def test_gap() -> None:
    """What follows a missing move waits: no lamp is lit for a case that is half known."""
    life = Life().play("submit", 1, "accept", 1, "start", 1, "approve", "deliver")
    first, _, *rest = life.events
    found = record.heard(None, [first, *rest], NOW)
    assert found["state"] == "submitted" and "next_change" not in found
    assert record.heard(found, life.events, NOW)["state"] == "closed"


def test_private() -> None:
    """No account of an applicant is kept."""
    life = Life().play("submit", "return", "resubmit", "withdraw")
    assert "account-of-zhang" not in str(folded(life))
    assert "official-1" in str(folded(life))


def test_next_change(monkeypatch: Any) -> None:
    """The moment to look again is spread over the first minutes of its day, never in the past."""
    life = Life().play("submit")
    then = record.heard(None, life.events, life.now)
    midnight = datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert midnight <= then["next_change"] < midnight + timedelta(seconds=record.SPREAD)
    late = record.heard(None, life.events, NOW)
    assert late["next_change"] == NOW + record.GRACE
