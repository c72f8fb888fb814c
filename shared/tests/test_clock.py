"""Working days and deadlines, by rule and around the holidays of 2026."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import (
    GROUNDS,
    LIMITS,
    PUBLISHED_UNTIL,
    Pause,
    deadline,
    is_working_day,
    lamp,
    local_day,
    working_days_between,
)

DAY = timedelta(days=1)
days = st.dates(date(2008, 1, 1), date(2030, 12, 31))
counts = st.integers(1, 60)


@st.composite
def pauses_near(draw: st.DrawFn, start: date, *, open_too: bool = False) -> Pause:
    first = start + draw(st.integers(-10, 80)) * DAY
    last: date | None = first + draw(st.integers(0, 40)) * DAY
    if open_too and draw(st.booleans()):
        last = None
    return Pause(first, last, draw(st.sampled_from(sorted(GROUNDS))), "notice 7")


def pause_lists(start: date, *, open_too: bool = False) -> st.SearchStrategy[list[Pause]]:
    return st.lists(pauses_near(start, open_too=open_too), max_size=4)


def reasons(start: date, count: int, pauses: Sequence[Pause] = ()) -> dict[str, str]:
    return {
        each["day"]: each["reason"] for each in deadline(start, count, pauses).explain()["skipped"]
    }


def test_national_day() -> None:
    """Five days from Monday 28 September 2026 skip the holiday and count the make-up Saturday."""
    told = deadline(date(2026, 9, 28), 5).explain()
    assert told["due"] == "2026-10-10"
    assert told["made_up"] == ["2026-10-10"]
    assert [each["day"] for each in told["skipped"]] == [f"2026-10-0{n}" for n in range(1, 8)]
    assert told["skipped"][0] == {
        "day": "2026-10-01",
        "reason": "holiday",
        "name": {"zh": "国庆节", "en": "National Day"},
    }
    assert told["skipped"][3]["reason"] == "weekend"


def test_spring_festival() -> None:
    """Twenty days from 6 February 2026 count both make-up Saturdays and skip all nine days."""
    told = deadline(date(2026, 2, 6), 20).explain()
    assert told["due"] == "2026-03-12"
    assert told["made_up"] == ["2026-02-14", "2026-02-28"]
    free = {f"2026-02-{n}" for n in range(15, 24)}
    assert free <= {each["day"] for each in told["skipped"]}


def test_weekend_before() -> None:
    """A make-up Sunday is a working day and a plain Sunday is not."""
    assert is_working_day(date(2026, 9, 20))
    assert not is_working_day(date(2026, 9, 27))


def test_pause() -> None:
    """A pause leaves out its working days, the first and the last included, and says why."""
    pause = Pause(date(2026, 6, 2), date(2026, 6, 3), "expert-review", "notice 12")
    result = deadline(date(2026, 6, 1), 3, [pause])
    assert result.due == date(2026, 6, 8)
    skipped = result.explain()["skipped"]
    assert skipped[0] == {
        "day": "2026-06-02",
        "reason": "pause",
        "name": {"zh": "专家评审", "en": "Expert review"},
        "ground": "expert-review",
        "notice": "notice 12",
    }
    assert [each["reason"] for each in skipped] == ["pause", "pause", "weekend", "weekend"]


def test_open_pause() -> None:
    """An open pause leaves the deadline open; it is projected as if the pause ended that day."""
    result = deadline(date(2026, 6, 1), 3, [Pause(date(2026, 6, 3), None, "hearing", "notice 3")])
    assert result.due is None
    assert result.counted == (date(2026, 6, 2),)
    assert result.explain()["projected"] is None
    told = result.explain(date(2026, 6, 10))
    assert (told["due"], told["projected"], told["counted"]) == (None, "2026-06-12", 3)


def test_late_open_pause() -> None:
    """A pause that begins after the deadline does not touch it."""
    result = deadline(date(2026, 6, 1), 3, [Pause(date(2026, 6, 5), None, "hearing", "notice 3")])
    assert result.due == date(2026, 6, 4)
    assert result.explain(date(2026, 7, 1))["projected"] is None


def test_on_the_spot() -> None:
    """No days at all end on the day they start."""
    assert deadline(date(2026, 10, 1), 0).due == date(2026, 10, 1)


def test_unknown_year() -> None:
    """A deadline that runs into a year without a notice is provisional."""
    assert not deadline(date(PUBLISHED_UNTIL, 6, 1), 20).provisional
    assert deadline(date(PUBLISHED_UNTIL, 12, 20), 20).explain()["provisional"]


def test_sources() -> None:
    """An explanation cites what sets the limit, the working days and the pauses."""
    pause = Pause(date(2026, 6, 2), date(2026, 6, 3), "testing", "notice 1")
    told = deadline(date(2026, 6, 1), 20, [pause], basis=LIMITS["decision"].article).explain()
    assert [each["en"][-10:] for each in told["basis"]] == [
        "Article 42",
        "Article 82",
        "Article 45",
    ]


@pytest.mark.parametrize(
    ("last", "ground", "notice"),
    [
        (date(2026, 6, 1), "hearing", "notice"),
        (None, "lunch", "notice"),
        (None, "hearing", " "),
    ],
)
def test_bad_pause(last: date | None, ground: str, notice: str) -> None:
    """A pause has an order, a legal ground and a written notice."""
    with pytest.raises(ValueError):
        Pause(date(2026, 6, 2), last, ground, notice)


def test_lamp() -> None:
    """Green, then yellow in the last working days, then red from the day after."""
    due = date(2026, 10, 10)
    assert lamp(due, date(2026, 9, 28), 3) == "green"
    assert lamp(due, date(2026, 9, 30), 3) == "yellow"
    assert lamp(due, due, 3) == "yellow"
    assert lamp(due, due + DAY, 3) == "red"
    assert lamp(None, due, 3) == "green"


def test_local_day() -> None:
    """A day begins at midnight in China; a time without an offset has none."""
    assert local_day(datetime(2026, 6, 1, 15, 59, tzinfo=UTC)) == date(2026, 6, 1)
    assert local_day(datetime(2026, 6, 1, 16, 0, tzinfo=UTC)) == date(2026, 6, 2)
    with pytest.raises(ValueError):
        local_day(datetime(2026, 6, 1))


@given(days, counts)
def test_due_works(start: date, count: int) -> None:
    """A deadline is a working day, and so many working days after its start."""
    due = deadline(start, count).due
    assert due is not None and is_working_day(due)
    assert working_days_between(start, due) == count == -working_days_between(due, start)


@given(days, counts, counts)
def test_adds_up(start: date, first: int, second: int) -> None:
    """Two limits one after the other are one limit of both."""
    middle = deadline(start, first).due
    assert middle is not None
    assert deadline(middle, second).due == deadline(start, first + second).due


@given(st.data(), days, counts)
def test_pause_never_shortens(data: st.DataObject, start: date, count: int) -> None:
    """One more pause moves the deadline back or leaves it."""
    before = data.draw(pause_lists(start))
    more = [*before, data.draw(pauses_near(start))]
    assert (deadline(start, count, more).due or start) >= (
        deadline(start, count, before).due or start
    )


@given(st.data(), days, counts)
def test_explained(data: st.DataObject, start: date, count: int) -> None:
    """Every day after the start up to the deadline is counted or skipped, and none is both."""
    result = deadline(start, count, data.draw(pause_lists(start)))
    assert result.due is not None
    told = json.loads(json.dumps(result.explain()))
    skipped = [date.fromisoformat(each["day"]) for each in told["skipped"]]
    every = [start + n * DAY for n in range(1, (result.due - start).days + 1)]
    assert sorted([*result.counted, *skipped]) == every
    assert told["counted"] == count == len(result.counted)
    assert all(each["name"]["zh"] and each["name"]["en"] for each in told["skipped"])


@given(st.data(), days, counts)
def test_skipped_rightly(data: st.DataObject, start: date, count: int) -> None:
    """What is skipped as a pause is a working day in it; what else is skipped is a day off."""
    result = deadline(start, count, data.draw(pause_lists(start, open_too=True)))
    for skip in result.skipped:
        assert is_working_day(skip.day) == (skip.reason == "pause")
    assert all(map(is_working_day, result.counted))


@given(st.data(), days, counts, st.integers(0, 200))
def test_projection(data: st.DataObject, start: date, count: int, later: int) -> None:
    """While it is open, a deadline is projected to a working day, which moves back only."""
    result = deadline(start, count, data.draw(pause_lists(start, open_too=True)))
    days = [result.explain(day)["projected"] for day in (start, start + later * DAY)]
    if result.due:
        assert days == [None, None]
    else:
        assert all(is_working_day(date.fromisoformat(day)) for day in days) and days == sorted(days)
