"""Figures made again: right whatever was wrong, and whoever writes meanwhile."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.documents import Document
from shared.figures import Due
from shared.figures.rebuilding import rebuild
from shared.projection import Progress
from shared.testing import NOON, FakeStore
from shared.tests.crashing import InterruptedStore
from shared.tests.test_posting import BATCHES, BOOKS, FAR, Told, contribution, hear, kept, whole

NEW = (f"again-{n}" for n in count())


def corrected(case: Document) -> Mapping[str, Any] | None:
    counts = contribution(case)
    return None if counts == case["counts"] else {**case, "counts": counts}


def rebuilt(store: Any) -> Progress:
    """How far it was in the end."""
    return list(rebuild(BOOKS, store, corrected, NOON, lambda: next(NEW)))[-1]


def damage(store: FakeStore, pages: list[int], cases: list[int]) -> None:
    """Figures that nobody has counted, pages that are gone, and contributions of other rules."""
    for number, page in enumerate(list(store["figures"].each({}))):
        if number in pages and page["version"] % 2:
            store["figures"].remove(page["_id"])
        elif number in pages:
            rows = [*page["rows"], {"key": f"{page['_id']}:9", "counts": {"now": 7}}]
            store["figures"].save(page, {**page, "rows": rows})
    for number, case in enumerate(list(store["cases"].each({}))):
        if number in cases:
            store["cases"].save(case, {**case, "counts": {f"all:{case['kind']}": {"steps": 3}}})


@given(BATCHES, st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_damaged(batches: list[list[Told]], pages: list[int], cases: list[int]) -> None:
    """Whatever was wrong with figures and contributions is right afterwards."""
    store = FakeStore()
    for batch in batches:
        hear(store, batch)
    damage(store, pages, cases)
    assert rebuilt(store).left == 0
    whole(store, batches)


@pytest.mark.parametrize("when", range(12))
@settings(max_examples=15)
@given(own=BATCHES, others=BATCHES, late=st.booleans())
def test_meanwhile(when: int, own: list[list[Told]], others: list[list[Told]], late: bool) -> None:
    """What was right stays right, whenever another process writes, posted now or later."""
    store, waiting = FakeStore(), list[Due]()
    for batch in own:
        hear(store, batch)
    before = copy.deepcopy(kept(store))

    def work() -> None:
        for batch in others:
            hear(store, batch, (lambda _, due: waiting.append(due)) if late else BOOKS.post_one)

    interrupted: Any = InterruptedStore(store, when, work)
    assert rebuilt(interrupted).changed == 0 or kept(store) != before
    BOOKS.post(store, waiting)
    BOOKS.finish_left_behind(store, FAR)
    seen = [*own, *others] if interrupted._left < 0 else own
    whole(store, seen)


def test_busy() -> None:
    """A page that a posting concerns is left, and told; the others are made right."""
    store = FakeStore()
    hear(store, [Told("a", 1), Told("cc", 2)])
    damage(store, [0, 1, 2, 3], [])
    hear(store, [Told("a", 2)], lambda _, due: None)
    (posting,) = store["postings"].each({})
    store["postings"].save(posting, {**posting, "at": FAR})
    left = rebuilt(store).left
    assert left >= 1
    store["postings"].save(store["postings"].require(posting["_id"]), {**posting, "at": NOON})
    BOOKS.finish_left_behind(store, FAR)
    assert rebuilt(store).left == 0
    whole(store, [[Told("a", 2), Told("cc", 2)]])
