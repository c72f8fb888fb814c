"""The lamps of a case: what colour each clock showed from which day on (pure).

    entry  {n, clock, was, lamp, due, on}   n: place in the history, from 1; late: a correction

Guarantees: the timeline follows from the moves and a day alone, in whatever order they were heard,
so live processing and a replay give the same; a colour that was shown stays in the history: where
a move that comes late contradicts it, the correction is one more entry.
Does not: know the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.supervision.domain.clocks import CLOCKS, Running, running
from shared.case import told
from shared.clock import local_day

Entry = dict[str, Any]
Case = Mapping[str, Any]
SEVERITY = ("green", "yellow", "red")


def stages(moves: Sequence[Mapping[str, Any]], limits: Mapping[str, int]) -> list[Case]:
    """The case after each of its moves, as far as no move is missing."""
    history = told(moves, limits)["history"]
    return [told(history[: n + 1], limits) for n in range(len(history))]


def timeline(of: Sequence[Case], until: str) -> list[Entry]:
    """Every change of a lamp up to the day `until` included; a lamp begins green.

    A colour that comes with a day comes before the moves of that day.
    """
    lamps = dict.fromkeys(CLOCKS, "green")
    dues: dict[str, str | None] = {}
    entries: list[Entry] = []
    for n, case in enumerate(of):
        clocks = running(case)
        start = day_of(case)
        end = day_of(of[n + 1]) if n + 1 < len(of) else max(until, start)
        for day, name in _changes(clocks, start, end):
            lamp = clocks[name].lamp(day) if name in clocks else "green"
            if lamp == lamps[name]:
                continue
            dues[name] = clocks[name].due if name in clocks else dues.get(name)
            entries.append(_entry(len(entries) + 1, name, lamps[name], lamp, dues[name], day))
            lamps[name] = lamp
    return entries


def day_of(case: Case) -> str:
    """The day of the last move."""
    return local_day(case["history"][-1]["at"]).isoformat()


def _changes(clocks: Mapping[str, Running], start: str, end: str) -> Iterator[tuple[str, str]]:
    """When to look, at which clock: all of them at the move, then as days come."""
    yield from ((start, name) for name in CLOCKS)
    later = {
        (day, name)
        for name, found in clocks.items()
        for day in (found.yellow_on, found.red_on)
        if day is not None and start < day <= end
    }
    yield from sorted(later)


def _entry(n: int, clock: str, was: str, lamp: str, due: str | None, on: str) -> Entry:
    return {"n": n, "clock": clock, "was": was, "lamp": lamp, "due": due, "on": on}


def current(entries: Sequence[Entry]) -> dict[str, str]:
    """The lamps that are not green."""
    lamps = {entry["clock"]: entry["lamp"] for entry in entries}
    return {clock: lamp for clock, lamp in lamps.items() if lamp != "green"}


def worst(entries: Sequence[Entry]) -> str:
    """The lamp of the case: the worst of its clocks."""
    return max(current(entries).values(), key=SEVERITY.index, default="green")


def kept(recorded: Sequence[Entry], expected: Sequence[Entry], until: str) -> list[Entry]:
    """`recorded` with what is new; nothing in it is changed or taken away."""
    if list(recorded) == list(expected[: len(recorded)]):
        return [*recorded, *expected[len(recorded) :]]
    shown, right = current(recorded), current(expected)
    last = {entry["clock"]: entry for entry in expected}
    wrong = [c for c in CLOCKS if shown.get(c, "green") != right.get(c, "green")]
    corrections = [
        {
            **_entry(
                len(recorded) + place,
                clock,
                shown.get(clock, "green"),
                right.get(clock, "green"),
                last[clock]["due"] if clock in last else None,
                last[clock]["on"] if clock in last else until,
            ),
            "late": True,
        }
        for place, clock in enumerate(wrong, 1)
    ]
    return [*recorded, *corrections]


def next_change(case: Case, until: str) -> str | None:
    """The first day after `until` on which a lamp changes by time alone."""
    days = (day for c in running(case).values() for day in (c.yellow_on, c.red_on))
    return min((day for day in days if day is not None and day > until), default=None)
