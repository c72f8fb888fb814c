"""Figures are what a recount of the cases gives: to the last one, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from statistics import median
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.supervision.domain import figures, lamps, ranking
from services.supervision.domain.counts import Subject, contribution
from services.supervision.tests.lives import Life, lives, shuffled
from services.supervision.usecases import cases, statistics
from services.supervision.usecases.books import BOOKS
from shared.events import Event, event, received
from shared.figures import Due, rows_of, total
from shared.testing import FakeStore

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def recounted(played: list[Life], given_: dict[str, tuple[int, str]] | None = None) -> Any:
    """What the lives count for, straight from their moves."""
    found = []
    for life in played:
        moves = [move for move in _moves(life)]
        subject = Subject(life.case["department"], life.case["division"], life.case["item"])
        level = (given_ or {}).get(life.case["_id"])
        evaluation = {"level": level[0], "on": level[1]} if level else None
        found.append(contribution(subject, lamps.stages(moves, life.case["limits"]), evaluation))
    return total(found)


def _moves(life: Life) -> list[dict[str, Any]]:
    from shared.case import move_of

    return [move_of(e) for e in life.events]


def kept(store: FakeStore) -> dict[str, dict[str, int]]:
    return dict(rows_of(store["figures"].each({})))


def evaluation(life: Life, level: int, sequence: int = 1) -> Event:
    data = {
        "service": "enterprise",
        "case_number": life.case["number"],
        **{name: life.case[name] for name in ("department", "division", "item")},
        "level": level,
        "given_on": f"2026-0{4 + sequence}-20",
    }
    told = event("feedback.evaluation.given.v1", life.case["_id"], sequence, data, NOW)
    return received(told, data)


@settings(max_examples=40)
@given(st.data())
def test_exact(data: st.DataObject) -> None:
    """Moves and evaluations of many cases, mixed and repeated, count once each."""
    played = [data.draw(lives(str(n), longest=6)) for n in range(data.draw(st.integers(1, 4)))]
    given_ = {life.case["_id"]: data.draw(st.integers(1, 5)) for life in played[::2]}
    notes = [evaluation(life, given_[life.case["_id"]], 2) for life in played[::2]]
    notes += [evaluation(life, 1, 1) for life in played[::2]]
    store, ids = FakeStore(), count()
    waiting: list[Due] = []
    batches = shuffled(data.draw, [e for life in played for e in life.events] + notes)
    for batch in batches:
        moves = [e for e in batch if e.type.startswith("enterprise")]
        cases.hear(store, moves, NOW, lambda: f"p{next(ids)}", lambda _, due: waiting.append(due))
        if data.draw(st.booleans()):
            BOOKS.post(store, waiting)
            waiting.clear()
        rest = [e for e in batch if e not in moves]
        cases.hear_evaluations(store, rest, NOW, lambda: f"p{next(ids)}")
    BOOKS.post(store, waiting)
    levels = {id_: (level, "2026-06-20") for id_, level in given_.items()}
    assert kept(store) == recounted(played, levels)
    assert store["postings"].count({}) == 0


@given(st.lists(st.integers(0, 60), min_size=1, max_size=200))
def test_handling_days(days: list[int]) -> None:
    """Median and p90 are those of the list, exactly."""
    histogram = {d: days.count(d) for d in days}
    found = figures.handling_days(histogram)
    assert found["median"] == median(days)
    within = sorted(days)
    p90 = next(d for d in within if 10 * sum(x <= d for x in days) >= 9 * len(days))
    assert found["p90"] == p90
    assert found["longest"] == max(days)


def test_by_hand() -> None:
    """Three cases, counted by hand."""
    quick = Life("quick").play("submit", 1, "accept", 1, "start", 1, "approve", "deliver")
    slow = Life("slow").play("submit", "accept", 1, "start", 20, "approve", 1, "deliver")
    no = Life("no").play("submit", "return", 40, "resubmit", "decline")
    store = FakeStore()
    cases.hear(store, [*quick.events, *slow.events, *no.events], NOW, lambda: "p1")
    cases.hear_evaluations(store, [evaluation(quick, 5), evaluation(slow, 2)], NOW, lambda: "p2")
    found = statistics.counted(store, ["2026-03", "2026-04", "2026-05"], "430100", None)
    told = figures.told(figures.added(found))
    assert told["volumes"]["submitted"] == 3 and told["volumes"]["declined"] == 1
    assert told["volumes"]["returned"] == told["volumes"]["resubmitted"] == 1
    assert told["on_time"] == {
        "statutory": {"count": 2, "of": 2, "percent": 100.0},
        "promised": {"count": 1, "of": 2, "percent": 50.0},
    }
    assert told["handling_days"] == {"median": 8.5, "p90": 15, "longest": 15}
    assert told["evaluations"]["satisfied"] == {"count": 1, "of": 2, "percent": 50.0}
    assert statistics.counted(store, ["2026-03"], "430200", None) == []
    assert statistics.counted(store, ["2026-03"], "430000", "health") == []
    april = figures.added(statistics.counted(store, ["2026-04"], "430000", None))
    assert april == {"answered": 1, "answered-in-time": 1, "declined": 1, "resubmitted": 1}


def test_ranks() -> None:
    """Equal scores share a rank; too few decisions, no rank."""
    good = {"decided": 10, "in-statutory": 10, "in-promised": 10, "answered": 4}
    counted = {
        "b": {**good, "answered-in-time": 4},
        "a": {**good, "answered-in-time": 4},
        "c": {**good, "answered-in-time": 1, "level:1": 3},
        "d": {"decided": 4, "in-statutory": 4},
    }
    rows = ranking.ranked(counted)
    assert [(r["code"], r["rank"]) for r in rows] == [("a", 1), ("b", 1), ("c", 3), ("d", None)]
    assert rows[0]["score"] == 100.0 and rows[2]["indicators"]["satisfied"] == 0.0
    assert sum(rule.weight for rule in ranking.RULES) == 100
