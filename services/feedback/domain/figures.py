"""The public figures: how many cases were closed, and how they were evaluated.

Guarantees: the figures are the sum of what each case counts (`counted`), and nothing else; the
order in which differences are added does not matter. Does not: weigh, round or leave anything out;
a closed case without an evaluation counts as closed and not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.feedback.domain.cases import Case
from services.feedback.domain.evaluation import LEVELS, SCORES, WORST_GOOD, is_bad
from shared.division import at_level

Counts = dict[str, int]
"""closed; level1..level5 (of the evaluation in force); bad (first evaluations that were bad);
again (evaluated again); <score> (sum) and <score>_n (how many gave it). Zeros are left out."""


class Key(NamedTuple):
    """Where a case is counted."""

    department: str
    division: str
    item: str


class Delta(NamedTuple):
    """By how much the figures of `key` change."""

    key: Key
    counts: Counts


DEFINITION = (
    "满意率 =（非常满意 + 满意 + 基本满意）÷ 已评价办件；未评价的办结件单独列示，不计默认好评。",
    "Satisfaction rate = (levels 5 + 4 + 3) / evaluated cases. Closed cases that nobody evaluated "
    "are counted as such; no default score is made up.",
)


def key_of(case: Case) -> Key:
    """Where `case` is counted; it never changes."""
    return Key(case["department"], case["division"], case["item"])


def counted(case: Case) -> Counts:
    """What `case` counts: nothing while it is not closed."""
    if not case["closed"]:
        return {}
    counts: Counts = {"closed": 1}
    if evaluation := case.get("evaluation"):
        first = (evaluation["earlier"] or [evaluation])[0]
        counts[f"level{evaluation['level']}"] = 1
        counts["bad"] = int(is_bad(first["level"]))
        counts["again"] = len(evaluation["earlier"])
        for name, score in evaluation["scores"].items():
            if score is not None:
                counts |= {name: score, f"{name}_n": 1}
    return without_zeros(counts)


def without_zeros(counts: Mapping[str, int]) -> Counts:
    """`counts` in their normal form, so that equal figures compare equal."""
    return {name: counts[name] for name in sorted(counts) if counts[name]}


def added(one: Mapping[str, int], other: Mapping[str, int], sign: int = 1) -> Counts:
    """`one` plus `sign` times `other`."""
    names = {*one, *other}
    return without_zeros({n: one.get(n, 0) + sign * other.get(n, 0) for n in names})


def differences(before: Case | None, after: Case) -> list[Delta]:
    """By how much figures change when a case counted as `before` says counts as `after`."""
    now = Delta(key_of(after), counted(after))
    if before is None or not before.get("counted"):
        return [now]
    return [Delta(key_of(before), added({}, before["counted"], -1)), now]


def summed(deltas: Iterable[Delta]) -> list[Delta]:
    """One difference for each key; keys that do not change are left out."""
    sums: dict[Key, Counts] = {}
    for delta in deltas:
        sums[delta.key] = added(sums.get(delta.key, {}), delta.counts)
    return [Delta(key, counts) for key, counts in sorted(sums.items()) if counts]


def city_of(division: str) -> str:
    """The city in which the figures of `division` lie together; the province's lie apart."""
    return at_level(division, "city") or division


def posted(rows: Sequence[Mapping[str, Any]], deltas: Iterable[Delta]) -> list[dict[str, Any]]:
    """The rows of a shelf after `deltas`: [{division, item, counts}], in that order."""
    sums: dict[tuple[str, str], Counts] = {
        (row["division"], row["item"]): dict(row["counts"]) for row in rows
    }
    for delta in deltas:
        place = delta.key.division, delta.key.item
        sums[place] = added(sums.get(place, {}), delta.counts)
    return [
        {"division": division, "item": item, "counts": counts}
        for (division, item), counts in sorted(sums.items())
        if counts
    ]


def flat(shelves: Iterable[Mapping[str, Any]]) -> Iterator[Delta]:
    """The stored figures {department, city, rows}, one by one."""
    for shelf in shelves:
        for row in shelf["rows"]:
            key = Key(shelf["department"], row["division"], row["item"])
            yield Delta(key, without_zeros(row["counts"]))


def grouped(rows: Iterable[Delta], by: Sequence[str]) -> list[tuple[dict[str, str], Counts]]:
    """`rows` added up by some of department, division and item."""
    sums: dict[tuple[str, ...], Counts] = {}
    for row in rows:
        group = tuple(getattr(row.key, name) for name in by)
        sums[group] = added(sums.get(group, {}), row.counts)
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
