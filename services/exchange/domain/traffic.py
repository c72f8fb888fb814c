"""Figures of use: how often, how fast, how much, by day (pure).

    figure  {_id "<day>/<kind>/<name>", sheet "<day>/<kind>", name, page, counts}
    kind    "provider", "consumer", "resource", or "pair" (name "<consumer>|<resource>")
    counts  uses, keys, answered, not_found, refused, failed, milliseconds (sum, of those answered),
            slow (answered after more than a second), and refused:<type>, failed:<type>

`page`: the first page of the log that is not in it yet.

Guarantees: a figure is the sum over the records of the pages before `page`, whoever adds them, in
which pieces, however often. Does not: say who was asked about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from statistics import fmean, pstdev
from typing import Any, NamedTuple

from shared.clock import local_day

Record = Mapping[str, Any]
Counts = Mapping[str, int]

KINDS = ("provider", "consumer", "resource", "pair")
SLOW = 1_000
LOOK_BACK = 28
FEWEST_DAYS = 7
FEWEST_KEYS = 100
DEVIATIONS = 4


class Key(NamedTuple):
    """Which figure."""

    day: str
    kind: str
    name: str

    @property
    def id(self) -> str:
        return "/".join(self)

    @property
    def sheet(self) -> str:
        return f"{self.day}/{self.kind}"


def keys(record: Record) -> list[Key]:
    """The figures that a record counts in; what names no resource counts for its consumer only."""
    day = local_day(datetime.fromisoformat(record["at"])).isoformat()
    names = {
        "provider": record["provider"],
        "consumer": record["consumer"],
        "resource": record["resource"],
        "pair": record["resource"] and pair(record["consumer"], record["resource"]),
    }
    return [Key(day, kind, name) for kind, name in names.items() if name]


def pair(consumer: str, resource: str) -> str:
    """The name of the figure of one consumer's use of one resource."""
    return f"{consumer}|{resource}"


def counted(record: Record) -> Counter[str]:
    """What one record adds."""
    outcome = str(record["outcome"])
    what, _, _ = outcome.partition(":")
    counts = Counter({"uses": 1, "keys": record["count"], what.replace("-", "_"): 1})
    if ":" in outcome:
        counts[outcome] += 1
    if record["answered_at"]:
        took = _milliseconds(record["at"], record["answered_at"])
        counts["milliseconds"] += took
        counts["slow"] += took > SLOW
    return counts


def _milliseconds(since: str, until: str) -> int:
    took = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    return max(0, round(took / timedelta(milliseconds=1)))


def sums(pages: Iterable[tuple[int, Iterable[Record]]]) -> dict[Key, dict[int, Counter[str]]]:
    """What each page adds to each figure."""
    found: dict[Key, dict[int, Counter[str]]] = {}
    for n, records in pages:
        for record in records:
            for key in keys(record):
                found.setdefault(key, {}).setdefault(n, Counter()).update(counted(record))
    return found


def added(
    figure: Mapping[str, Any] | None, key: Key, by_page: Mapping[int, Counter[str]], end: int
) -> dict[str, Any]:
    """The figure with those pages that are not in it yet; end: the page after the last of them."""
    before = figure or {"_id": key.id, "sheet": key.sheet, "name": key.name, "page": 0}
    counts: Counter[str] = Counter(before.get("counts", {}))
    for n, more in by_page.items():
        if n >= before["page"]:
            counts.update(more)
    return {**before, "page": end, "counts": dict(counts)}


def days_before(day: str) -> list[str]:
    """The days that today's use is compared with."""
    today = date.fromisoformat(day)
    return [(today - timedelta(days=n)).isoformat() for n in range(1, LOOK_BACK + 1)]


def usual(keys_by_day: Iterable[int]) -> int | None:
    """The most keys a day that would be no surprise, after the days with use among the last
    `LOOK_BACK`: four standard deviations above their mean, and never less than twice their
    greatest or a hundred. None: too few days to say."""
    used = [n for n in keys_by_day if n]
    if len(used) < FEWEST_DAYS:
        return None
    return max(FEWEST_KEYS, 2 * max(used), round(fmean(used) + DEVIATIONS * pstdev(used)))
