"""The online rate: fully-online items in force ÷ items in force (pure).

Guarantees: a rate is a sum of counts per authority, each of which follows from the spans of its
list, for any day; so whoever has the versions gets the same number.
Does not: round; the published percentage has two decimals, the counts say it exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.catalogue.domain.depth import DEFINITION as FULLY_ONLINE
from services.catalogue.domain.lists import ListKey
from services.catalogue.domain.places import implementers, scope_level
from services.catalogue.domain.versions import day_after
from shared.item import LEVELS
from shared.text import Text

TARGETS: Mapping[str, int] = {"province": 80, "city": 60, "county": 60}
"""Per cent of items handled directly online by the end of 2018 (Hunan's plan of June 2018)."""

DEFINITION = Text(
    "网上可办率 = 当日有效且全程网办的实施事项数 ÷ 当日有效的实施事项数。"
    "一个事项由一个行政区划的实施部门实施，计为一个实施事项；"
    "按层级通用的事项，在该层级每个行政区划各计一个。"
    "委托下放不改变计数。按事项版本在当日是否有效计算，可复算任何一天。" + FULLY_ONLINE.zh,
    "Online rate = implemented items in force on the day and handled fully online ÷ implemented "
    "items in force on the day. An item counts once for every division whose authority "
    "implements it; one declared for a whole level counts once in every division of that level. "
    "Delegations do not change the count. It follows from the item versions in force on the day "
    "and can be recomputed for any day. " + FULLY_ONLINE,
)


class Counts(NamedTuple):
    """Items in force, and those of them handled fully online."""

    live: int = 0
    fully_online: int = 0

    def plus(self, other: Counts, times: int = 1) -> Counts:
        return Counts(
            self.live + other.live * times, self.fully_online + other.fully_online * times
        )

    def percent(self) -> float | None:
        """The rate with two decimals; None where there is nothing to count."""
        return round(100 * self.fully_online / self.live, 2) if self.live else None


class Tally(NamedTuple):
    """A list's counts from each day on which they change; ascending."""

    days: Sequence[str]
    counts: Sequence[Counts]

    def on(self, day: str) -> Counts:
        position = bisect_right(self.days, day)
        return self.counts[position - 1] if position else Counts()


def tally(spans: Iterable[tuple[str, str | None, bool]]) -> Tally:
    """The counts that `spans` (first, last, fully online) add up to."""
    changes: dict[str, Counts] = defaultdict(Counts)
    for first, last, online in spans:
        one = Counts(1, int(online))
        changes[first] = changes[first].plus(one)
        if last is not None:
            over = day_after(last)
            changes[over] = changes[over].plus(one, -1)
    running, counts = Counts(), []
    days = sorted(changes)
    for day in days:
        running = running.plus(changes[day])
        counts.append(running)
    return Tally(days, counts)


class Question(NamedTuple):
    """Which authorities to count; None: all. `division` takes in what lies within it."""

    day: str
    level: str | None = None
    division: str | None = None
    department: str | None = None


def cells(tallies: Mapping[ListKey, Tally], question: Question) -> dict[tuple[str, str], Counts]:
    """Counts by level and department."""
    found: dict[tuple[str, str], Counts] = defaultdict(Counts)
    for key, list_tally in tallies.items():
        level = scope_level(key.scope)
        if question.level not in (None, level):
            continue
        if question.department not in (None, key.department):
            continue
        times = implementers(key.scope, question.division)
        if times:
            cell = (level, key.department)
            found[cell] = found[cell].plus(list_tally.on(question.day), times)
    return {cell: counts for cell, counts in sorted(found.items()) if counts.live}


def report(tallies: Mapping[ListKey, Tally], question: Question) -> dict[str, Any]:
    """The rate by level, next to its target, with the counts by department that add up to it."""
    counted = cells(tallies, question)
    return {
        "on": question.day,
        "definition": DEFINITION.both(),
        "level": question.level,
        "division": question.division,
        "department": question.department,
        "levels": [_level(level, counted) for level in LEVELS if question.level in (None, level)],
    }


def _level(level: str, counted: Mapping[tuple[str, str], Counts]) -> dict[str, Any]:
    departments = {d: counts for (of, d), counts in counted.items() if of == level}
    total = Counts()
    for counts in departments.values():
        total = total.plus(counts)
    return {
        "level": level,
        **_figures(total),
        "target": TARGETS[level],
        "met": total.live > 0 and 100 * total.fully_online >= TARGETS[level] * total.live,
        "departments": [{"department": d, **_figures(c)} for d, c in departments.items()],
    }


def _figures(counts: Counts) -> dict[str, Any]:
    return {**counts._asdict(), "percent": counts.percent()}
