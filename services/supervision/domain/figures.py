"""Figures of efficiency, made from counts (pure).

    key   "department:division:item:month"
    page  {_id: "department:division:month", scopes, rows: [{key, counts}]}

Guarantees: everything told is exact arithmetic over the counts, so figures of a subtree or a year
are those of the counts added up. Does not: round but percentages, to two decimals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.supervision.domain.counts import LONGEST
from shared.division import ancestors
from shared.figures import Counts, rows_of
from shared.text import Text

Figure = dict[str, Any]
NAMES = ("department", "division", "item", "month")
VOLUMES = (
    "submitted", "returned", "resubmitted", "accepted", "deemed", "declined", "suspended",
    "extended", "approved", "refused", "unreasoned", "closed", "withdrawn", "reopened",
)  # fmt: skip
LEVELS = (5, 4, 3, 2, 1)
SATISFIED = (5, 4, 3)
"""Levels of evaluation that count as satisfied (GB/T 39735: very, satisfied, basically)."""

DEFINITION = Text(
    "月份按办理动作发生之日计。按时率 = 期限内作出的决定数 ÷ 作出的决定数，特别程序期间不计入。"
    f"办理天数为受理（重新办理的，自重新办理）后至决定的工作日数，{LONGEST} 日以上合并；"
    "中位数取中间值（偶数个时取中间两数平均），p90 为使 90% 的决定不超过的最小天数。"
    "满意率 = 基本满意及以上的评价数 ÷ 评价数；没有评价的不计默认好评。",
    "A move counts in the month of its day. On-time rate = decisions within the limit ÷ decisions; "
    "special procedures do not count. Handling time: working days after acceptance (or reopening) "
    f"until the decision, from {LONGEST} on told together; the median of an even number is the "
    "mean of the middle two, p90 the least number of days that 90 % of decisions keep within. "
    "Satisfaction = evaluations of level 3 to 5 ÷ evaluations; no default score is made up.",
)


def page_of(key: str) -> str:
    """The page on which the figures of `key` lie: "department:division:month"."""
    department, division, _, month = key.split(":")
    return f"{department}:{division}:{month}"


def page(id_: str) -> dict[str, Any]:
    """What a page is found by."""
    department, division, month = id_.split(":")
    return {"scopes": list(scopes(month, department, division))}


def rows(pages: Iterable[Mapping[str, Any]]) -> list[Figure]:
    """The figures on the pages: {key, month, department, division, item, counts}."""
    return [
        {"key": key, **dict(zip(NAMES, key.split(":"), strict=True)), "counts": counts}
        for key, counts in rows_of(pages)
    ]


def scopes(month: str, department: str, division: str) -> Iterator[str]:
    """What figures are found by: their month and every division they lie in, with and without their
    department."""
    for code in ancestors(division):
        yield scope(month, code)
        yield scope(month, code, department)


def scope(month: str, division: str, department: str | None = None) -> str:
    """The figures of a month in a division's subtree, of one department or of all."""
    return f"{month}:{division}:{department or '*'}"


def added(found: Iterable[Mapping[str, Any]]) -> Counts:
    """The counts of several figures together."""
    return next(iter(_together(("", figure["counts"]) for figure in found).values()), {})


def grouped(found: Iterable[Mapping[str, Any]], by: str) -> dict[str, Counts]:
    """The counts by department, division, item or month."""
    return _together((figure[by], figure["counts"]) for figure in found)


def _together(counted: Iterable[tuple[str, Mapping[str, int]]]) -> dict[str, Counts]:
    found: dict[str, Counter[str]] = {}
    for key, counts in counted:
        found.setdefault(key, Counter()).update(counts)
    return {key: {c: n for c, n in sorted(found[key].items()) if n} for key in sorted(found)}


def told(counts: Counts) -> dict[str, Any]:
    """The counts as people read them."""
    decided = counts.get("decided", 0)
    return {
        "volumes": {name: counts.get(name, 0) for name in VOLUMES},
        "decided": decided,
        "on_time": {
            name: _share(counts.get(f"in-{name}", 0), decided) for name in ("statutory", "promised")
        },
        "answered_in_time": _share(counts.get("answered-in-time", 0), counts.get("answered", 0)),
        "handling_days": handling_days(histogram(counts)),
        "evaluations": evaluations(counts),
    }


def _share(part: int, whole: int) -> dict[str, Any]:
    return {"count": part, "of": whole, "percent": percent(part, whole)}


def percent(part: int, whole: int) -> float | None:
    """With two decimals; None of nothing."""
    return round(100 * part / whole, 2) if whole else None


def histogram(counts: Counts) -> dict[int, int]:
    """Decisions by working days."""
    found = ((c.removeprefix("days:"), n) for c, n in counts.items() if c.startswith("days:"))
    return dict(sorted((int(days), n) for days, n in found))


def handling_days(days: Mapping[int, int]) -> dict[str, Any]:
    """Median and p90 of the working days; None where nothing was decided."""
    number = sum(days.values())
    if not number:
        return {"median": None, "p90": None, "longest": None}
    low, high = nth(days, (number + 1) // 2), nth(days, number // 2 + 1)
    return {
        "median": (low + high) / 2,
        "p90": nth(days, -(-9 * number // 10)),
        "longest": max(days),
    }


def nth(days: Mapping[int, int], n: int) -> int:
    """The n-th smallest (from 1)."""
    for value, number in sorted(days.items()):
        n -= number
        if n <= 0:
            return value
    raise ValueError("not so many")


def evaluations(counts: Counts) -> dict[str, Any]:
    """Evaluations by level; closed cases without one are counted as such."""
    levels = {level: counts.get(f"level:{level}", 0) for level in LEVELS}
    number = sum(levels.values())
    return {
        "count": number,
        "levels": {str(level): n for level, n in levels.items()},
        "satisfied": _share(sum(levels[level] for level in SATISFIED), number),
    }
