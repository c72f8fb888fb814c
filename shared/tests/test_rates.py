"""How often one account may ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import rates
from shared.rates import Rates

steps = st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=60)


@given(steps, st.sampled_from((0.5, 2.0, 10.0)), st.integers(1, 8))
def test_bounded(pauses: list[float], rate: float, burst: int) -> None:
    """In any stretch of time no more pass than its share of the rate and one burst."""
    limit, now, passed = Rates(rate, burst), 0.0, []
    for pause in pauses:
        now += pause
        if limit.wait("a", now) == 0:
            passed.append(now)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + rate * (passed[last] - passed[first]) + 1e-6


@given(steps, st.sampled_from((0.5, 2.0, 10.0)), st.integers(1, 8))
def test_told_when(pauses: list[float], rate: float, burst: int) -> None:
    """Who is refused and waits as told is let through; nobody else's asking matters."""
    limit, now = Rates(rate, burst), 0.0
    for pause in pauses:
        now += pause
        limit.wait("other", now)
        if seconds := limit.wait("a", now):
            now += seconds
            assert limit.wait("a", now) == 0


def test_no_limit() -> None:
    """A rate of nothing is no limit."""
    limit = Rates(0, 1)
    assert not any(limit.wait("a", 1.0) for _ in range(100))


def test_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what memory should hold, those not seen for longest are forgotten."""
    monkeypatch.setattr(rates, "MOST_ACCOUNTS", 2)
    limit = Rates(0.001, 1)
    assert [limit.wait(name, 1.0) for name in ("a", "b", "c", "a")] == [0, 0, 0, 0]
    assert limit.wait("a", 1.0) > 0
