"""The public figures: exact, whatever the order, repeats and crashes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.feedback.domain import figures
from services.feedback.tests.affairs import (
    ZHANG,
    a_form,
    a_store,
    asked,
    case_id,
    hear,
    recount,
    sent,
    told,
)
from services.feedback.usecases import evaluations, publishing
from shared.errors import Conflict, IdempotencyMismatch
from shared.events import Event
from shared.testing import NOON, FakeStore

CASES = 4
ITEMS = ("doctor-registration", "health-certificate")


def history() -> st.SearchStrategy[list[Event]]:
    """What departments tell of a few cases: closed, reopened, closed again; shuffled, repeated."""
    divisions = st.sampled_from(["430104", "430111", "430100"])

    def life(number: int, length: int, division: str) -> list[Event]:
        given = {"division": division, "item": ITEMS[number % 2]}
        actions = ["deliver", "reopen", "deliver", "reopen", "deliver"][:length]
        return [told(number, 5 + 2 * i, action, **given) for i, action in enumerate(actions)]

    lives = st.tuples(
        *(st.builds(life, st.just(n), st.integers(1, 5), divisions) for n in range(CASES))
    )
    flat = lives.map(lambda all_: [event for one in all_ for event in one])
    return flat.flatmap(
        lambda events: st.tuples(
            st.permutations(events), st.lists(st.sampled_from(events), max_size=4)
        ).map(lambda pair: [*pair[0], *pair[1]])
    )


def newest(events: Sequence[Event]) -> dict[str, Event]:
    found: dict[str, Event] = {}
    for event in events:
        if event.sequence > getattr(found.get(event.subject), "sequence", 0):
            found[event.subject] = event
    return found


def proven(store: FakeStore, events: Sequence[Event]) -> None:
    """The figures agree with the cases, and the cases with what was told."""
    assert list(publishing.faults(store, NOON)) == []
    expected = sum(event.data["action"] == "deliver" for event in newest(events).values())
    total = publishing.total(store)
    assert total["closed"] == expected
    evaluated = sum("evaluation" in case and case["closed"] for case in store["cases"].each({}))
    assert total["evaluated"] == evaluated


@settings(max_examples=40, deadline=None)
@given(history(), st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=30))
def test_any_order(events: list[Event], script: list[tuple[int, int]]) -> None:
    """Whatever the order, the repeats and the crowds, the figures are a recount."""
    store, at, steps = a_store(), 0, iter(script)
    while at < len(events):
        size, level = next(steps, (3, 1))
        hear(store, *events[at : at + size])
        _evaluate(store, events[at].subject, level)
        at += size
    proven(store, events)


def _evaluate(store: FakeStore, case: str, level: int) -> None:
    with suppress(Conflict, IdempotencyMismatch):
        evaluations.evaluate(store, asked(ZHANG, a_form(level)), case)
    recount(store, case)


@settings(max_examples=25, deadline=None)
@given(history(), st.integers(1, 7))
def test_replay_is_live(events: list[Event], size: int) -> None:
    """Heard in crowds from nothing, cases and figures are as if heard one by one when it was."""
    live, again = a_store(), a_store()
    for event in events:
        hear(live, event)
    for at in range(0, len(events), size):
        hear(again, *events[at : at + size])
    assert _told(live) == _told(again)


def _told(store: FakeStore) -> Any:
    untold = {"version", "postings"}
    cases = ({k: v for k, v in one.items() if k not in untold} for one in store["cases"].each({}))
    rows = publishing.rows(store, {"by": "all"})
    return sorted(cases, key=lambda one: str(one["_id"])), rows


def test_faults_show() -> None:
    """The proof names what differs."""
    store = a_store()
    hear(store, told(1), told(2))
    assert list(publishing.faults(store, NOON)) == []
    page = store["figures"].require("health/430100")
    rows = [{**page["rows"][0], "counts": {"closed": 3}}]
    store["figures"].save(page, {**page, "rows": rows})
    assert len(list(publishing.faults(store, NOON))) == 1


def test_told_figures() -> None:
    """Not evaluated is told as such, rates of nothing are null, and 3 counts as satisfied."""
    empty = figures.told({})
    assert (empty["closed"], empty["satisfaction_percent"]) == (0, None)
    counts = {"closed": 10, "level5": 1, "level3": 1, "level2": 1, "efficiency": 9,
              "efficiency_n": 2}  # fmt: skip
    told_ = figures.told(counts)
    assert (told_["evaluated"], told_["not_evaluated"], told_["satisfied"]) == (3, 7, 2)
    assert told_["satisfaction_percent"] == 66.67
    assert told_["scores"]["efficiency"] == {"given": 2, "mean": 4.5}
    assert told_["scores"]["usability"] == {"given": 0, "mean": None}


def test_rows() -> None:
    """Figures can be asked for by department, division and item, and add up; CSV says the same."""
    store = a_store()
    hear(store, told(1), told(2, division="430111"), told(3, department="education", item="aid"))
    for by in (*publishing.GROUPINGS, "total"):
        rows = publishing.rows(store, {"by": by})
        assert sum(row["closed"] for row in rows) == 3
    county = publishing.rows(store, {"by": "total", "division": "430111"})
    assert county[0]["closed"] == 1
    city = publishing.rows(store, {"by": "division", "division": "430100"})
    assert [row["division"] for row in city] == ["430104", "430111"]
    assert publishing.rows(store, {"by": "item", "item": "aid"})[0]["department"] == "education"
    text = publishing.as_csv(publishing.rows(store, {"by": "all"}))
    assert len(text.splitlines()) == 4 and text.startswith("\ufeffdepartment,")


def test_evaluation_counts() -> None:
    """An evaluation counts once, and with the newest level when it is given again."""
    store = a_store()
    hear(store, told(1))
    evaluations.evaluate(store, asked(ZHANG, a_form(1, scores={"usability": 2})), case_id(1))
    event = sent(store.sent[-1])
    for _ in range(2):
        recount(store, event.subject)
    assert publishing.total(store)["levels"]["1"] == 1
    hear(store, told(1, 7, "reopen"))
    assert publishing.total(store) == figures.told({})
    hear(store, told(1, 9))
    evaluations.evaluate_again(store, asked(ZHANG, a_form(4), "again"), case_id(1))
    recount(store, event.subject)
    total = publishing.total(store)
    assert total["levels"] == {"5": 0, "4": 1, "3": 0, "2": 0, "1": 0}
    assert (total["first_bad"], total["evaluated_again"]) == (1, 1)
    assert list(publishing.faults(store, NOON)) == []
