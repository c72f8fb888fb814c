from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain.directory import directory
from services.catalogue.domain.lists import blank, exercised
from services.catalogue.domain.rate import Counts, Question, report, tally
from services.catalogue.tests.samples import NOW, content
from services.catalogue.usecases.listing import gathered

DAYS = st.integers(0, 30).map(lambda n: (date(2026, 1, 1) + timedelta(n)).isoformat())
SPAN = st.tuples(DAYS, st.none() | DAYS, st.booleans()).filter(
    lambda s: s[1] is None or s[0] <= s[1]
)


@given(st.lists(SPAN, max_size=12), DAYS)
def test_tally(spans: list[tuple[str, str | None, bool]], day: str) -> None:
    """A tally counts, on any day, what counting the spans one by one gives."""
    live = [s for s in spans if s[0] <= day and (s[1] is None or day <= s[1])]
    assert tally(spans).on(day) == Counts(len(live), sum(s[2] for s in live))


def lists_of(*items: Any) -> list[dict[str, Any]]:
    return [
        {"scope": key.scope, "department": key.department, "entries": entries}
        for key, entries in gathered(items).items()
    ]


def an_item(code: str, scope: str, **given: Any) -> Any:
    told = content(code=code, **given)
    return exercised(blank(code, "imported"), scope, told, source="t", at=NOW)


OFFLINE: dict[str, Any] = {"online": ["consult"]}


def levels(question: Question, *items: Any) -> dict[str, Any]:
    told = report(directory(lists_of(*items)).tallies, question)
    return {level["level"]: level for level in told["levels"]}


def test_levels() -> None:
    """Items count once for each division; those of a whole level in each of its divisions."""
    items = [
        an_item("a", "430000"),
        an_item("b", "430000", **OFFLINE),
        an_item("c", "*county"),
        an_item("d", "430104", **OFFLINE),
    ]
    found = levels(Question("2026-06-01"), *items)
    assert found["province"]["percent"] == 50.0
    assert not found["province"]["met"]
    assert (found["county"]["live"], found["county"]["fully_online"]) == (123, 122)
    assert found["county"]["met"]
    assert found["city"]["percent"] is None


def test_division() -> None:
    """A division is counted with what lies in it, level by level."""
    items = [an_item("a", "430100"), an_item("b", "*county"), an_item("c", "430200")]
    found = levels(Question("2026-06-01", division="430100"), *items)
    assert found["city"]["live"] == 1
    assert found["county"]["live"] == 9
    assert found["province"]["live"] == 0


def test_change_of_department() -> None:
    """An item that moves to another department counts there from that day on."""
    item = an_item("a", "430000")
    moved = content(code="a", department="education", effective_from="2026-05-01")
    item = exercised(item, "430000", moved, source="t", at=NOW)
    for day, department in (("2026-04-30", "health"), ("2026-05-01", "education")):
        (only,) = levels(Question(day), item)["province"]["departments"]
        assert (only["department"], only["live"]) == (department, 1)


def test_targets() -> None:
    """A target is met at exactly its per cent."""
    items = [an_item(f"i-{n}", "430000", **({} if n < 4 else OFFLINE)) for n in range(5)]
    assert levels(Question("2026-06-01"), *items)["province"]["met"]
