"""Reads at the same time: one for all, none too early, errors for all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import eventlet
import pytest

from shared.errors import Unavailable
from shared.gathering import Gathered


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
