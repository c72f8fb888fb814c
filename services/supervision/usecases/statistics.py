"""Statistics: figures by period, division's subtree and department, their ranks, the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.supervision.domain import figures, ranking
from services.supervision.domain.figures import scope
from shared import division as divisions
from shared.clock import local_day
from shared.documents import Storage
from shared.errors import NotFound
from shared.figures import Counts
from shared.text import Text

PROVINCE = "430000"
TREND = 6
"""Months that a report shows the course of, its own included."""
MOST = 100_000
"""Pages read at once: more than a year of the whole province has."""

Figures = Sequence[Mapping[str, Any]]
Past = Callable[[str], Counts]


def counted(
    store: Storage, months: Sequence[str], division: str, department: str | None
) -> list[figures.Figure]:
    """The figures of the months in the division's subtree, of one department or of all."""
    wanted = [scope(month, division, department) for month in months]
    return figures.rows(store["figures"].find({"scopes": {"$in": wanted}}, limit=MOST))


def added(store: Storage, month: str, division: str, department: str | None) -> Counts:
    """The counts of a month in the division's subtree, all together."""
    return figures.added(counted(store, [month], division, department))


def month_of(text: str, now: datetime) -> str:
    """The month that a path names ("2026-11"); `NotFound` for what is none, or has not begun."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound() from None
    if len(text) != len("2026-11") or day > local_day(now) or day.year < 2000:
        raise NotFound()
    return text


def earlier(month: str, number: int) -> list[str]:
    """So many months up to `month`, itself included."""
    year, of_year = (int(part) for part in month.split("-"))
    last = 12 * year + of_year - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(last - number + 1, last + 1)]


def report(
    store: Storage,
    month: str,
    division: str,
    department: str | None,
    rate: Mapping[str, Any] | None,
    past: Past | None = None,
) -> dict[str, Any]:
    """The month of a division's subtree, of one department or of all.

    rate: the catalogue's online rate at the end of the month, with its targets; None: not to be
    had just now. past: the counts of an earlier month, where they are at hand.
    """
    if not divisions.exists(division):
        raise NotFound()
    own = counted(store, [month], division, department)
    whole = figures.added(own)
    before = past or (lambda of: added(store, of, division, department))
    trend = {m: whole if m == month else before(m) for m in earlier(month, TREND)}
    by_place = places(own, division)
    return {
        "month": month,
        "division": division,
        "division_name": divisions.name(division).both(),
        "department": department,
        "definition": figures.DEFINITION.both(),
        "totals": figures.told(whole),
        "departments": _rows(figures.grouped(own, "department")),
        "divisions": _rows(by_place),
        "items": _rows(figures.grouped(own, "item")),
        "trend": [{"month": m, **figures.told(counts)} for m, counts in trend.items()],
        "ranking": {
            "definition": ranking.DEFINITION.both(),
            "rules": ranking.rules(),
            "departments": ranking.ranked(figures.grouped(own, "department")),
            "divisions": ranking.ranked(by_place),
        },
        "online_rate": rate,
    }


def places(found: Figures, division: str) -> dict[str, dict[str, int]]:
    """The counts of the division itself and of each one directly below it with its subtree."""
    at = {figure["division"]: child_of(division, figure["division"]) for figure in found}
    return figures.grouped([{**f, "place": at[f["division"]]} for f in found], "place")


def child_of(division: str, inner: str) -> str:
    """`inner` itself, or what it lies in, directly below `division`."""
    chain = divisions.ancestors(inner)
    return chain[max(chain.index(division) - 1, 0)] if inner != division else division


def _rows(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return [{"code": code, **figures.told(dict(c))} for code, c in counts.items()]


def table(store: Storage, month: str, division: str, department: str | None) -> list[list[Any]]:
    """The month as rows for a spreadsheet, with a heading: one for each figure."""
    if not divisions.exists(division):
        raise NotFound()
    found = sorted(counted(store, [month], division, department), key=lambda f: str(f["key"]))
    return [list(COLUMNS), *(_row(figure) for figure in found)]


COLUMNS = (
    "month", "division", "division_name", "department", "item", *figures.VOLUMES, "decided",
    "in_statutory", "in_promised", "answered", "answered_in_time", "median_days", "p90_days",
    *(f"level_{level}" for level in figures.LEVELS),
)  # fmt: skip


def _row(figure: Mapping[str, Any]) -> list[Any]:
    counts = figure["counts"]
    days = figures.handling_days(figures.histogram(counts))
    names = ("decided", "in-statutory", "in-promised", "answered", "answered-in-time")
    return [
        figure["month"],
        figure["division"],
        place_name(figure["division"]).zh,
        figure["department"],
        figure["item"],
        *(counts.get(name, 0) for name in (*figures.VOLUMES, *names)),
        days["median"],
        days["p90"],
        *(counts.get(f"level:{level}", 0) for level in figures.LEVELS),
    ]


def place_name(code: str) -> Text:
    """The division's name; its code where it has none."""
    return divisions.name(code) if divisions.exists(code) else Text(code, code)


def last_day(month: str) -> str:
    """The last day of the month."""
    following = date.fromisoformat(f"{month}-28") + timedelta(days=4)
    return (following - timedelta(days=following.day)).isoformat()


def last_known(month: str, now: datetime) -> str:
    """The last day of the month, or today."""
    return min(last_day(month), local_day(now).isoformat())
