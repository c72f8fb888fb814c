from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.versions import added, closed, in_force, spans
from services.catalogue.tests.samples import NOW, content

DAYS = st.integers(0, 40).map(lambda n: (date(2026, 1, 1) + timedelta(n)).isoformat())
STEP = st.tuples(DAYS, st.none() | DAYS, st.booleans())


def history(steps: list[tuple[str, str | None, bool]]) -> list[Any]:
    versions: list[Any] = []
    for number, (first, until, closes) in enumerate(steps):
        if closes:
            versions = closed(versions, first, source="t", recorded_at=NOW)
        else:
            told = content(effective_from=first, effective_until=until, fee=number)
            versions = added(versions, told, source="t", recorded_at=NOW)
    return versions


def decided(versions: list[Any], day: str) -> Any:
    """What the rule says, word for word: the newest version that has begun decides."""
    begun = [v for v in versions if v["effective_from"] <= day]
    if not begun:
        return None
    newest = max(begun, key=lambda v: v["number"])
    until = newest["effective_until"]
    return newest if newest["content"] and (until is None or day <= until) else None


@given(st.lists(STEP, max_size=6), DAYS)
def test_in_force(steps: list[tuple[str, str | None, bool]], day: str) -> None:
    """On every day the newest version that has begun decides, and it alone."""
    versions = history(steps)
    assert in_force(versions, day) == decided(versions, day)


@given(st.lists(STEP, max_size=6))
def test_spans_do_not_overlap(steps: list[tuple[str, str | None, bool]]) -> None:
    """Spans ascend and never share a day."""
    found = spans(history(steps))
    for one, other in pairwise(found):
        assert one.last is not None
        assert one.last < other.first


@given(st.lists(STEP, max_size=6))
def test_adding_again_changes_nothing(steps: list[tuple[str, str | None, bool]]) -> None:
    """What a version says already makes no new one."""
    versions = history(steps)
    for version in versions:
        if version["content"]:
            again = added(versions, version["content"], source="x", recorded_at=NOW)
            assert again == versions


def test_no_revival() -> None:
    """When a version with an end is over, what it ended does not come back."""
    versions = history([("2026-01-01", None, False), ("2026-01-10", "2026-01-20", False)])
    assert in_force(versions, "2026-01-09")["number"] == 1  # type: ignore[index]
    assert in_force(versions, "2026-01-21") is None
