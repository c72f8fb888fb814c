"""What documents count for reaches the figures exactly once, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Stale
from shared.figures import Books, Contribution, Due, difference, rows_of, total
from shared.figures.posting import Post, forget
from shared.store import Database, Index, open_database
from shared.store.connection import create_indexes
from shared.testing import NOON, FakeStore
from shared.tests.crashing import CrashingStore, Died, InterruptedStore

FAR = NOON + timedelta(days=1)
KINDS = ("red", "green")
IDS = (f"p{n}" for n in count())


class Told(NamedTuple):
    """A document has got to `step`; the same or an earlier one is no news."""

    id: str
    step: int

    @property
    def kind(self) -> str:
        return KINDS[len(self.id) % 2]


def contribution(document: Mapping[str, Any]) -> Contribution:
    """One at its step; what it has passed is counted on another page."""
    kind, step = document["kind"], document["step"]
    return {f"{kind}:{step % 3}": {"now": 1}, f"all:{kind}": {"steps": step}} if step else {}


def blank(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"_id": document["_id"], "kind": document["kind"], "step": 0, "counts": {}}


BOOKS = Books(
    blank=blank, page_of=lambda key: key.partition(":")[0], page=lambda id_: {"kind": id_}
)


def hear(store: Any, batch: Sequence[Told], post: Post = BOOKS.post_one) -> None:
    newest = {one.id: one for one in sorted(batch)}
    known = store["cases"].get_many(newest)
    forget(store, known.values())
    pairs = []
    for id_, one in newest.items():
        before = known.get(id_)
        if before is None or before["step"] < one.step:
            after = {**(before or {"_id": id_, "kind": one.kind}), "step": one.step}
            pairs.append((before, {**after, "counts": contribution(after)}))
    due = BOOKS.save(store, pairs, {}, next(IDS), NOON) if pairs else None
    if due:
        post(store, due)


def kept(store: Any) -> Contribution:
    """The figures; what is zero has no row."""
    pages = list(store["figures"].each({}))
    assert all(page["kind"] == page["_id"] for page in pages)
    return dict(sorted(rows_of(pages)))


def recounted(told: Iterable[Told]) -> Contribution:
    newest = {one.id: one for one in sorted(told)}
    return total(contribution({"kind": o.kind, "step": o.step}) for o in newest.values())


TOLD = st.builds(Told, st.sampled_from(["a", "b", "cc", "dd"]), st.integers(1, 6))
BATCHES = st.lists(st.lists(TOLD, min_size=1, max_size=5), min_size=1, max_size=6)


def whole(store: Any, batches: Sequence[Sequence[Told]]) -> None:
    """The figures are what was told, and no posting is left."""
    assert kept(store) == recounted(one for batch in batches for one in batch)
    assert store["postings"].count({}) == 0


@given(BATCHES, st.lists(st.booleans(), min_size=6, max_size=6))
def test_any_order(batches: list[list[Told]], post_now: list[bool]) -> None:
    """In any order, repeated, posted one by one or many together, everything counts once."""
    store, waiting = FakeStore(), list[Due]()
    for batch, now in zip(batches, post_now, strict=False):
        hear(store, batch, lambda _, due: waiting.append(due))
        if now:
            BOOKS.post(store, waiting)
            waiting.clear()
    BOOKS.post(store, waiting)
    whole(store, batches)


@given(st.data())
def test_crashes(data: st.DataObject) -> None:
    """A process that dies at any write, again and again, loses nothing and counts nothing twice."""
    batches, store = data.draw(BATCHES), FakeStore()
    for batch in batches:
        for writes in data.draw(st.lists(st.integers(0, 6), max_size=3)):
            crashing: Any = CrashingStore(store, writes)
            try:
                if data.draw(st.booleans()):
                    BOOKS.finish_left_behind(crashing, FAR)
                hear(crashing, batch)
            except Died:
                continue
        if data.draw(st.booleans()):  # else the next batch finds what was left
            hear(store, batch)
    for batch in batches:
        hear(store, batch)
    BOOKS.finish_left_behind(store, FAR)
    whole(store, batches)


@pytest.mark.parametrize("when", range(10))
@settings(max_examples=20)
@given(own=BATCHES, others=BATCHES)
def test_meanwhile(own: list[list[Told]], others: list[list[Told]], when: int) -> None:
    """Another process finishes what it finds, and writes on, at any moment of one's own work."""
    store = FakeStore()

    def work() -> None:
        BOOKS.finish_left_behind(store, FAR)
        for batch in others:
            hear(store, batch)

    interrupted: Any = InterruptedStore(store, when, work)
    for batch in [*own, *others]:
        for _ in range(3):
            try:
                hear(interrupted, batch)
                break
            except Stale:
                continue
    whole(store, [*own, *others])


@given(BATCHES, st.booleans())
def test_finished_by_others(batches: list[list[Told]], more: bool) -> None:
    """Postings that wait here, and that another process has ended, are not counted again."""
    store, waiting = FakeStore(), list[Due]()
    for batch in batches:
        hear(store, batch, lambda _, due: waiting.append(due))
    BOOKS.finish_left_behind(store, FAR)
    if more:
        hear(store, [Told("b", 9)])
        batches = [*batches, [Told("b", 9)]]
    BOOKS.post(store, waiting)
    whole(store, batches)


def test_real(mongo_uri: str) -> None:
    """The real store does what the fake one does: many, in turns, one left by a crash."""
    collections = {"cases": [], "postings": [Index.on("at")], "figures": []}
    database = open_database(mongo_uri, "posting")
    create_indexes(database, collections)
    store, waiting = Database(database, collections, lambda outgoing: None), list[Due]()
    batches = [[Told(f"{'x' * (n % 7)}{n}", 1 + n % 5) for n in range(m, m + 150)] for m in (0, 60)]
    batches += [[Told(one.id, one.step + 1) for one in batches[0][::3]]]
    for batch in batches:
        hear(store, batch, lambda _, due: waiting.append(due))
    BOOKS.post(store, waiting[1:])
    BOOKS.finish_left_behind(store, FAR)
    whole(store, batches)


@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.dictionaries(st.sampled_from("xyz"),
       st.integers(-3, 3)))))  # fmt: skip
def test_arithmetic(contributions: list[Contribution]) -> None:
    """A total does not depend on the order, has no zeros, and is undone by its difference."""
    summed = total(contributions)
    assert summed == total(contributions[::-1]) == total([summed])
    assert all(number for counts in summed.values() for number in counts.values())
    assert all(summed.values())
    first = total(contributions[:1])
    assert total([first, difference(summed, first)]) == summed


def test_left_behind_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody is working on just now is left to them."""
    store, waiting = FakeStore(), list[Due]()
    hear(store, [Told("a", 1)], lambda _, due: waiting.append(due))
    BOOKS.finish_left_behind(store, NOON + timedelta(seconds=1))
    assert store["postings"].count({}) == 1
    BOOKS.finish_left_behind(store, FAR, {waiting[0][0]})
    assert store["postings"].count({}) == 1
