"""The public figures: exact, whatever the order, repeats and crashes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.feedback.domain import figures
from services.feedback.tests.affairs import ZHANG, a_form, a_store, asked, case_id, sent, told
from services.feedback.usecases import evaluations, ledger, publishing
from shared.errors import Conflict, IdempotencyMismatch, Stale
from shared.events import Event
from shared.testing import FakeRepository, FakeStore

CASES = 4
ITEMS = ("doctor-registration", "health-certificate")


class Crash(RuntimeError):
    """The process is gone."""


class Dying(FakeStore):
    """A store whose process dies at the write that is the n-th from now on."""

    def __init__(self) -> None:
        super().__init__({"notices": [("cause",)]})
        self.left = 10**9
        for name in ("save", "save_many", "add"):
            for collection in ("cases", "ledger", "figures"):
                self._wrap(self[collection], name)

    def _wrap(self, repository: FakeRepository, name: str) -> None:
        real = getattr(repository, name)

        def write(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                raise Crash
            return real(*args, **kwargs)

        setattr(repository, name, write)


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
    assert list(publishing.faults(store)) == []
    expected = sum(event.data["action"] == "deliver" for event in newest(events).values())
    total = publishing.total(store)
    assert total["closed"] == expected
    evaluated = sum("evaluation" in case and case["closed"] for case in store["cases"].each({}))
    assert total["evaluated"] == evaluated


@pytest.fixture(params=[1, 3, ledger.MOST_LOOSE])
def most_loose(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shelves written after each posting, after some, and never."""
    monkeypatch.setattr(ledger, "MOST_LOOSE", request.param)


@pytest.mark.usefixtures("most_loose")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history(), st.lists(st.tuples(st.integers(1, 5), st.integers(1, 12)), max_size=30))
def test_any_order(events: list[Event], script: list[tuple[int, int]]) -> None:
    """Whatever the order, the repeats, the crowds and the crashes, the figures are a recount."""
    store, at, steps = Dying(), 0, iter(script)
    while at < len(events):
        size, death = next(steps, (3, 10**9))
        crowd, store.left = events[at : at + size], death
        try:
            ledger.take_in(store, crowd)
            _evaluate(store, crowd[0].subject, 1 + death % 5)
            at += size
        except Crash:
            store.left = 10**9
    store.left = 10**9
    ledger.recount(store, [case_id(n) for n in range(CASES)])
    proven(store, events)


def _evaluate(store: FakeStore, case: str, level: int) -> None:
    with suppress(Conflict, IdempotencyMismatch):
        evaluations.evaluate(store, asked(ZHANG, a_form(level)), case)
    ledger.recount(store, [case])


@settings(max_examples=25, deadline=None)
@given(history(), st.integers(1, 7))
def test_replay_is_live(events: list[Event], size: int) -> None:
    """Heard in crowds from nothing, cases and figures are as if heard one by one when it was."""
    live, again = a_store(), a_store()
    for event in events:
        ledger.take_in(live, [event])
    for at in range(0, len(events), size):
        ledger.take_in(again, events[at : at + size])
    assert _told(live) == _told(again)


def _told(store: FakeStore) -> Any:
    untold = {"version", "posting"}
    cases = ({k: v for k, v in one.items() if k not in untold} for one in store["cases"].each({}))
    rows = publishing.rows(store, {"by": "all"})
    return sorted(cases, key=lambda one: str(one["_id"])), rows


def test_two_workers() -> None:
    """Of two workers at the same posting one is told to begin again, and nothing counts twice."""
    store = a_store()
    ledger.take_in(store, [told(1)])
    head = ledger.settled(store)
    ledger.take_in(store, [told(2)])
    with pytest.raises(Stale):
        store["ledger"].save(head, {**head, "number": head["number"] + 1})
    ledger.take_in(store, [told(2)])
    assert publishing.total(store)["closed"] == 2


def test_finished_by_the_next() -> None:
    """A posting that broke off anywhere is finished by whoever comes next."""
    for death in range(1, 12):
        store = Dying()
        store.left = death
        try:
            ledger.take_in(store, [told(1), told(2, item=ITEMS[0])])
            ledger.shelved(store, ledger.settled(store))
        except Crash:
            store.left = 10**9
            ledger.take_in(store, [told(1), told(2, item=ITEMS[0])])
        assert publishing.total(store)["closed"] == 2
        assert list(publishing.faults(store)) == []


def test_faults_show() -> None:
    """The proof names what differs."""
    store = a_store()
    ledger.take_in(store, [told(1), told(2)])
    ledger.shelved(store, ledger.settled(store))
    assert list(publishing.faults(store)) == []
    shelf = store["figures"].require("health/430100")
    rows = [{**shelf["rows"][0], "counts": {"closed": 3}}]
    store["figures"].save(shelf, {**shelf, "rows": rows})
    assert len(list(publishing.faults(store))) == 1


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
    ledger.take_in(
        store,
        [told(1), told(2, division="430111"), told(3, department="education", item="aid")],
    )
    for by in (*publishing.GROUPINGS, "total"):
        rows = publishing.rows(store, {"by": by})
        assert sum(row["closed"] for row in rows) == 3
        ledger.shelved(store, ledger.settled(store))
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
    ledger.take_in(store, [told(1)])
    evaluations.evaluate(store, asked(ZHANG, a_form(1, scores={"usability": 2})), case_id(1))
    event = sent(store.sent[-1])
    for _ in range(2):
        ledger.recount(store, [event.subject])
    assert publishing.total(store)["levels"]["1"] == 1
    ledger.take_in(store, [told(1, 7, "reopen")])
    assert publishing.total(store) == figures.told({})
    ledger.take_in(store, [told(1, 9)])
    evaluations.evaluate_again(store, asked(ZHANG, a_form(4), "again"), case_id(1))
    ledger.recount(store, [event.subject])
    total = publishing.total(store)
    assert total["levels"] == {"5": 0, "4": 1, "3": 0, "2": 0, "1": 0}
    assert (total["first_bad"], total["evaluated_again"]) == (1, 1)
    assert list(publishing.faults(store)) == []
