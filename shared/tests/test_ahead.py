"""Work ahead: in order, bounded, ended when nobody reads."""

from __future__ import annotations

import eventlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ahead import in_order


class Work:
    """Takes longer for even numbers; counts what is under way."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.most = 0

    def __call__(self, number: int) -> int:
        self.begun.append(number)
        self.most = max(self.most, len(self.begun) - len(self.done))
        for _ in range(2 - number % 2):
            eventlet.sleep(0)
        self.done.append(number)
        return number


@given(st.integers(0, 12), st.integers(1, 4))
def test_order(count: int, at_once: int) -> None:
    """Results come in order, however long each takes, and no more are under way than allowed."""
    work = Work()
    assert list(in_order(work, range(count), at_once)) == list(range(count))
    assert work.most <= at_once


def test_error() -> None:
    """What came before an error is read before it."""

    def failing(number: int) -> int:
        if number == 2:
            raise ValueError
        return number

    results = in_order(failing, range(5), 3)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError):
        next(results)


def test_closed() -> None:
    """Who reads no further ends what is under way, and begins nothing more."""
    begun: list[int] = []
    ended: list[int] = []

    def waiting(number: int) -> int:
        begun.append(number)
        try:
            eventlet.sleep(60 if number else 0)
        finally:
            ended.append(number)
        return number

    results = in_order(waiting, range(9), 3)
    assert next(results) == 0
    eventlet.sleep(0)
    results.close()  # type: ignore[attr-defined]
    assert begun == ended == [0, 1, 2]
