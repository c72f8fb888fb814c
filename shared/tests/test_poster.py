"""Postings are gathered in the background."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import eventlet
import pytest

from shared.entrypoints import poster
from shared.entrypoints.poster import Poster
from shared.errors import Unavailable
from shared.figures import rows_of
from shared.testing import FakeStore
from shared.tests.test_posting import BOOKS, Told, hear


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "PAUSE", 0.01)
    monkeypatch.setattr(poster, "LOOK", 0.01)


def steps(store: FakeStore) -> int:
    """As many as were offered, where each is a document's first step."""
    page = store["figures"].get("all")
    return sum(counts["steps"] for _, counts in rows_of([page])) if page else 0


def offer(own: Poster, store: FakeStore, numbers: Iterable[int]) -> None:
    for n in numbers:
        hear(store, [Told(f"{n}", 1)], own.offer)


def test_together() -> None:
    """Many postings reach the figures in one write, soon; more than can wait have to."""
    store, own = FakeStore(), Poster(BOOKS)
    offer(own, store, range(30))
    assert len(own.ids) == 30 and steps(store) == 0
    own.close()
    assert steps(store) == 30 and not own.ids
    assert store["figures"].require("all")["version"] == 1
    own.closing = False
    offer(own, store, range(30, 30 + 3 * poster.MOST))
    own.close()
    assert steps(store) == 30 + 3 * poster.MOST


def test_away(caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be posted now is left to the sweep; what comes later is posted."""
    store, own = FakeStore(), Poster(BOOKS)
    offer(own, store, [1])
    save_many = store["figures"].save_many

    def away(changes: Any) -> None:
        raise Unavailable

    store["figures"].save_many = away  # type: ignore[method-assign]
    own.close()
    assert steps(store) == 0 and store["postings"].count({}) == 1
    store["figures"].save_many = save_many  # type: ignore[method-assign]
    offer(own, store, [2])
    own.close()
    assert steps(store) == 1
    assert "left to the next sweep" in caplog.text


def test_crowd_waits_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes of a backlog waits longer than a single one, while more of it comes."""
    for name in ("QUIET", "LONGEST"):
        monkeypatch.setattr(poster, name, 60.0)
    monkeypatch.setattr(poster, "LARGE", 2)
    store, own = FakeStore(), Poster(BOOKS)
    for n in range(5):
        offer(own, store, [n])
        eventlet.sleep(2 * poster.PAUSE)
    assert steps(store) == 0
    own.close()
    assert store["figures"].require("all")["version"] == 1
