"""What runs beside the handlers: postings gathered, answers kept for a while."""

from __future__ import annotations

from typing import Any

import eventlet
import pytest

from services.supervision import poster
from services.supervision.fresh import Fresh
from services.supervision.tests.lives import Life
from services.supervision.usecases import cases
from shared.errors import Unavailable
from shared.testing import NOON, FakeStore


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "PAUSE", 0.01)
    monkeypatch.setattr(poster, "LOOK", 0.01)


def submitted(store: Any) -> int:
    found = store["figures"].find({})
    return sum(figure["counts"].get("submitted", 0) for figure in found)


def offer(own: poster.Poster, store: Any, *numbers: int) -> None:
    for n in numbers:
        life = Life(f"{n}").play("submit")
        cases.hear(store, life.events, NOON, lambda n=n: f"p{n}", own.offer)  # type: ignore[misc]


def test_together() -> None:
    """Many postings reach the figures in one write, soon; more than can wait have to."""
    store, own = FakeStore(), poster.Poster()
    offer(own, store, *range(30))
    assert own.ids == {f"p{n}" for n in range(30)} and submitted(store) == 0
    own.close()
    assert submitted(store) == 30 and not own.ids
    [figure] = store["figures"].find({})
    assert figure["version"] == 1
    own.closing = False
    offer(own, store, *range(30, 30 + 3 * poster.MOST))
    own.close()
    assert submitted(store) == 30 + 3 * poster.MOST


def test_away(caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be posted now is left to the sweep; what comes later is posted."""
    store, own = FakeStore(), poster.Poster()
    offer(own, store, 1)
    save_many = store["figures"].save_many

    def away(changes: Any) -> None:
        raise Unavailable

    store["figures"].save_many = away  # type: ignore[method-assign]
    own.close()
    assert submitted(store) == 0 and store["postings"].count({}) == 1
    store["figures"].save_many = save_many  # type: ignore[method-assign]
    offer(own, store, 2)
    own.close()
    assert submitted(store) == 1
    assert "left to the next sweep" in caplog.text


def test_fresh() -> None:
    """An answer is made once while it is fresh, then anew; a failure is not kept."""
    now, made = [0.0], []
    fresh = Fresh(2, lambda: now[0])

    def make() -> int:
        made.append(1)
        return len(made)

    assert [fresh.of("a", make), fresh.of("a", make), fresh.of("b", make, 10)] == [1, 1, 2]
    now[0] = 2.0
    assert [fresh.of("a", make), fresh.of("b", make)] == [3, 2]
    with pytest.raises(ZeroDivisionError):
        fresh.of("c", lambda: 1 // 0)
    assert fresh.of("c", make) == 4
    pool = eventlet.GreenPool(20)
    assert set(pool.imap(lambda n: fresh.of("d", make), range(20))) == {5}
