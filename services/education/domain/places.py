"""The places of one school in a round: who has one, who waits, and who moves up (pure).

Shape: {_id, round, code, name, division, capacity, catchment, holders {enrolment: number
of the giving}, waiting [[rank, lot, enrolment]], extra [{enrolment, reasons, by, at}], given (how
many since the draw, whose own number is 0), taken, queued (counts of both lists), drawn}.

Guarantees: never more holders than seats (capacity, and one more for each extra place that is
held); whoever moves up is the first of the waiting list; nobody is in holders and waiting at once.
A place comes back once: what gives it back names the giving, so a repeat changes nothing.
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
    return _counted(
        {**school, "holders": dict.fromkeys(holders, 0), "waiting": line, "drawn": True}
    )


def released(school: School, enrolment: str, number: int, *, moving: bool = True) -> dict[str, Any]:
    """The place that `enrolment` was given by that number comes back, and the next one has it where
    the round is `moving`."""
    if school["holders"].get(enrolment) != number:
        return {**school}
    holders = {one: n for one, n in school["holders"].items() if one != enrolment}
    after = {**school, "holders": holders}
    return _filled(after) if moving else _counted(after)


def left(school: School, enrolment: str) -> dict[str, Any]:
    """`enrolment` does not wait any more."""
    line = [one for one in school["waiting"] if one[2] != enrolment]
    return _counted({**school, "waiting": line})


def ranked_anew(school: School, standing: Standing, *, moving: bool = True) -> dict[str, Any]:
    """An enrolment waits where its corrected class puts it; it moves up where there is a seat."""
    enrolment = standing[2]
    if enrolment in school["holders"]:
        return {**school}
    line = sorted([*left(school, enrolment)["waiting"], [*standing]])
    after = {**school, "waiting": line}
    return _filled(after) if moving else _counted(after)


def granted(school: School, enrolment: str, note: Mapping[str, Any]) -> dict[str, Any]:
    """A place beyond capacity, with the reasons that `note` {reasons, by, at} records."""
    if enrolment in school["holders"]:
        return {**school}
    after = left(school, enrolment)
    others = [one for one in school["extra"] if one["enrolment"] != enrolment]
    return _given({**after, "extra": [*others, {"enrolment": enrolment, **note}]}, [enrolment])


def given(before: School, after: School) -> list[tuple[str, int]]:
    """Who has got a place between `before` and `after`, with the number of the giving."""
    fresh = [(one, n) for one, n in after["holders"].items() if n > before["given"]]
    return sorted(fresh, key=lambda pair: pair[1])


def position(school: School, enrolment: str) -> int | None:
    """The place of `enrolment` on the waiting list, from 1 on. Some before it may have left."""
    line = [one[2] for one in school["waiting"]]
    return line.index(enrolment) + 1 if enrolment in line else None


def _filled(school: dict[str, Any]) -> dict[str, Any]:
    free = max(seats(school) - len(school["holders"]), 0)
    moving, waiting = school["waiting"][:free], school["waiting"][free:]
    return _given({**school, "waiting": waiting}, [one[2] for one in moving])


def _given(school: dict[str, Any], enrolments: Sequence[str]) -> dict[str, Any]:
    numbered = {one: school["given"] + n for n, one in enumerate(enrolments, 1)}
    holders = {**school["holders"], **numbered}
    return _counted({**school, "holders": holders, "given": school["given"] + len(numbered)})


def _counted(school: dict[str, Any]) -> dict[str, Any]:
    return {**school, "taken": len(school["holders"]), "queued": len(school["waiting"])}
