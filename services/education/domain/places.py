"""The places of one school in a round: who has one, who waits, and who moves up (pure).

Shape: {_id, round, code, name, division, capacity, catchment, holders [enrolment], waiting
[[rank, lot, enrolment]], extra [{enrolment, reasons, by, at}], moves, drawn}.

Guarantees: never more holders than seats (capacity, and one more for each extra place that is
held); whoever moves up is the first of the waiting list; nobody is in holders and waiting at once.
Every function gives the school after it; `given` tells who has got a place by it.
Does not: know what became of the children; a place that is not taken comes back by `released`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

School = Mapping[str, Any]
Standing = Sequence[Any]
"""[rank, lot, enrolment id]; the lowest moves up first."""


def seats(school: School) -> int:
    """How many the school may hold now."""
    held = set(school["holders"])
    return int(school["capacity"]) + sum(one["enrolment"] in held for one in school["extra"])


def drawn(school: School, holders: Iterable[str], waiting: Iterable[Standing]) -> dict[str, Any]:
    """`school` with the result of the draw."""
    line = sorted([*standing] for standing in waiting)
    return {**school, "holders": sorted(holders), "waiting": line, "drawn": True}


def released(school: School, enrolment: str, *, moving: bool = True) -> dict[str, Any]:
    """The place of `enrolment` comes back, and the next one has it where the round is `moving`."""
    if enrolment not in school["holders"]:
        return {**school}
    after = {**school, "holders": [one for one in school["holders"] if one != enrolment]}
    return _filled(after) if moving else after


def left(school: School, enrolment: str) -> dict[str, Any]:
    """`enrolment` does not wait any more."""
    return {**school, "waiting": [one for one in school["waiting"] if one[2] != enrolment]}


def ranked_anew(school: School, standing: Standing, *, moving: bool = True) -> dict[str, Any]:
    """An enrolment waits where its corrected class puts it; it moves up where there is a seat."""
    enrolment = standing[2]
    if enrolment in school["holders"]:
        return {**school}
    line = sorted([*left(school, enrolment)["waiting"], [*standing]])
    after = {**school, "waiting": line}
    return _filled(after) if moving else after


def granted(school: School, enrolment: str, note: Mapping[str, Any]) -> dict[str, Any]:
    """A place beyond capacity, with the reasons that `note` {reasons, by, at} records."""
    if enrolment in school["holders"]:
        return {**school}
    after = left(school, enrolment)
    others = [one for one in school["extra"] if one["enrolment"] != enrolment]
    return {
        **after,
        "extra": [*others, {"enrolment": enrolment, **note}],
        "holders": [*school["holders"], enrolment],
    }


def given(before: School, after: School) -> list[str]:
    """Who has got a place between `before` and `after`, in the order of moving up."""
    had = set(before["holders"])
    return [one for one in after["holders"] if one not in had]


def position(school: School, enrolment: str) -> int | None:
    """The place of `enrolment` on the waiting list, from 1 on. Some before it may have left."""
    line = [one[2] for one in school["waiting"]]
    return line.index(enrolment) + 1 if enrolment in line else None


def would_have_had(school: School, standing: Standing, last: Standing | None) -> bool:
    """Whether `standing` comes before the `last` that the draw gave a place (None: all had one)."""
    return last is None or list(standing) < list(last)


def _filled(school: dict[str, Any]) -> dict[str, Any]:
    free = max(seats(school) - len(school["holders"]), 0)
    moving, waiting = school["waiting"][:free], school["waiting"][free:]
    return {
        **school,
        "holders": [*school["holders"], *(one[2] for one in moving)],
        "waiting": waiting,
    }
