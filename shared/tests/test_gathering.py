"""What comes at the same time: one for all, none too early, errors for all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as Signal

from shared.errors import Unavailable
from shared.gathering import Gathered, Together


class Slow:
    """Reads `rows`; each read takes until it is let through."""

    def __init__(self, rows: dict[str, Any]) -> None:
        self.rows = rows
        self.reads: list[frozenset[str]] = []
        self.failing = False

    def __call__(self, ids: Collection[str]) -> dict[str, Any]:
        self.reads.append(frozenset(ids))
        found = {id_: self.rows[id_] for id_ in ids if id_ in self.rows}
        eventlet.sleep(0.01)
        if self.failing:
            raise Unavailable()
        return found


def test_one() -> None:
    """A read alone goes out as it is, and what does not exist is not there."""
    slow = Slow({"a": 1})
    gathered = Gathered(slow)
    assert gathered.get("a") == 1
    assert gathered.get_many(["a", "b"]) == {"a": 1}
    assert gathered.get("b") is None
    assert slow.reads == [{"a"}, {"a", "b"}, {"b"}]


def test_together() -> None:
    """What comes while a read is out goes out together, and each gets its own."""
    slow = Slow({str(n): n for n in range(9)})
    gathered = Gathered(slow)
    threads = [eventlet.spawn(gathered.get, str(n)) for n in range(9)]
    assert [thread.wait() for thread in threads] == list(range(9))
    assert slow.reads == [{"0"}, {str(n) for n in range(1, 9)}]


def test_not_too_early() -> None:
    """Whoever asks after a write sees it, also where a read from before is still out."""
    slow = Slow({"a": "old"})
    gathered = Gathered(slow)
    first = eventlet.spawn(gathered.get, "a")
    eventlet.sleep(0)
    slow.rows["a"] = "new"
    assert gathered.get("a") == "new"
    assert first.wait() == "old"


def test_error() -> None:
    """An error reaches everybody who waited for that read, and the next one is tried."""
    slow = Slow({"a": 1})
    gathered, slow.failing = Gathered(slow), True
    threads = [eventlet.spawn(gathered.get, "a") for _ in range(3)]
    for thread in threads:
        with pytest.raises(Unavailable):
            thread.wait()
    slow.failing = False
    assert gathered.get("a") == 1


def test_patience() -> None:
    """What is slow does not hold up for long what comes after it."""
    begun: list[list[str]] = []
    let_through = Signal()

    def work(things: Sequence[str]) -> Sequence[str]:
        begun.append(list(things))
        if "slow" in things:
            let_through.wait()
        return [thing.upper() for thing in things]

    together = Together(work, patience=0.01)
    slow = eventlet.spawn(together.do, "slow")
    eventlet.sleep(0)
    threads = [eventlet.spawn(together.do, name) for name in ("a", "b")]
    assert [thread.wait() for thread in threads] == ["A", "B"]
    assert not slow.dead
    let_through.send(None)
    assert slow.wait() == "SLOW"
    assert begun == [["slow"], ["a", "b"]]
