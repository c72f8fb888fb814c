"""The public figures: how many cases were closed, and how they were evaluated.

Guarantees: the figures are the sum of what each case counts for (`contribution`), and nothing else.
Does not: weigh, round or leave anything out; a closed case without an evaluation counts as closed
and not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.feedback.domain.cases import Case
from services.feedback.domain.evaluation import LEVELS, SCORES, WORST_GOOD, is_bad
from shared.division import ancestors, at_level
from shared.figures import Contribution, Counts, plus, rows_of


class Key(NamedTuple):
    """Where a case is counted; as text "department/division/item"."""

    department: str
    division: str
    item: str


class Row(NamedTuple):
    """The figures of `key`.

    counts: closed; level1..level5 (of the evaluation in force); bad (first evaluations that were
    bad); again (evaluated again); <score> (sum) and <score>_n (how many gave it).
    """

    key: Key
    counts: Counts


DEFINITION = (
    "满意率 =（非常满意 + 满意 + 基本满意）÷ 已评价办件；未评价的办结件单独列示，不计默认好评。",
    "Satisfaction rate = (levels 5 + 4 + 3) / evaluated cases. Closed cases that nobody evaluated "
    "are counted as such; no default score is made up.",
)


def contribution(case: Case) -> Contribution:
    """What `case` counts for: nothing while it is not closed."""
    if not case["closed"]:
        return {}
    return {"/".join((case["department"], case["division"], case["item"])): _counted(case)}


def _counted(case: Case) -> Counts:
    counts: Counts = {"closed": 1}
    if evaluation := case.get("evaluation"):
        first = (evaluation["earlier"] or [evaluation])[0]
        counts[f"level{evaluation['level']}"] = 1
        counts["bad"] = int(is_bad(first["level"]))
        counts["again"] = len(evaluation["earlier"])
        for name, score in evaluation["scores"].items():
            if score is not None:
                counts |= {name: score, f"{name}_n": 1}
    return plus(counts, {})


def city_of(division: str) -> str:
    """The city in which the figures of `division` lie together; the province's lie apart."""
    return at_level(division, "city") or division


def page_of(key: str) -> str:
    """The id of the page on which the figures of `key` lie: "department/city"."""
    department, division, _ = key.split("/", 2)
    return f"{department}/{city_of(division)}"


def page(id_: str) -> dict[str, Any]:
    """What a page is found by: its department, and its city with those above it."""
    department, _, city = id_.rpartition("/")
    return {"department": department, "within": list(ancestors(city))}


def rows(pages: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """The figures on the pages, one by one."""
    return (Row(Key(*key.split("/", 2)), counts) for key, counts in rows_of(pages))


def grouped(found: Iterable[Row], by: Sequence[str]) -> list[tuple[dict[str, str], Counts]]:
    """What was found, added up by some of department, division and item."""
    sums: dict[tuple[str, ...], Counts] = {}
    for row in found:
        group = tuple(getattr(row.key, name) for name in by)
        sums[group] = plus(sums.get(group, {}), row.counts)
    return [(dict(zip(by, group, strict=True)), sums[group]) for group in sorted(sums)]


def told(counts: Mapping[str, int]) -> dict[str, Any]:
    """Counts as they are published. Rates in percent with two decimals; null where of nothing."""
    levels = {str(level): counts.get(f"level{level}", 0) for level in LEVELS}
    evaluated = sum(levels.values())
    satisfied = sum(n for level, n in levels.items() if int(level) >= WORST_GOOD)
    return {
        "closed": counts.get("closed", 0),
        "evaluated": evaluated,
        "not_evaluated": counts.get("closed", 0) - evaluated,
        "levels": levels,
        "satisfied": satisfied,
        "satisfaction_percent": _percent(satisfied, evaluated),
        "first_bad": counts.get("bad", 0),
        "evaluated_again": counts.get("again", 0),
        "scores": {
            name: {
                "given": counts.get(f"{name}_n", 0),
                "mean": _mean(counts.get(name, 0), counts.get(f"{name}_n", 0)),
            }
            for name in SCORES
        },
    }


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _mean(total: int, number: int) -> float | None:
    return round(total / number, 2) if number else None
