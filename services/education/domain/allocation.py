"""Allocation of school places: deferred acceptance with priority classes, then lot (pure).

Applicants propose in the order of their choices; a school holds the best it has been proposed to,
by class first, then by lot (Gale and Shapley 1962; single tie-breaking, Abdulkadiroglu and Soenmez
2003). The lot of an application is SHA-256 of the published seed and its id; the lowest is drawn
first.

Guarantees: nobody is turned away from a school that keeps somebody behind them (no justified envy),
no capacity is exceeded, no choice left empty while somebody who asked for it has none. The
result depends on what is given alone, not on its order: everybody computes the same.
Does not: know why an application is in a class (`priority`), or who is behind its id.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple


class Choice(NamedTuple):
    """A school, and the rank of the application's priority class there (0 is best)."""

    school: str
    rank: int


class Application(NamedTuple):
    """An application: its id, its choices (best first, each school once).

    coordinate: where no choice has a place, it takes one wherever there is one.
    """

    id: str
    choices: Sequence[Choice]
    coordinate: bool = False


class Allocation(NamedTuple):
    """places: application id -> school. waiting: school -> ids it turned away, in their order."""

    places: dict[str, str]
    waiting: dict[str, list[str]]


Standing = tuple[int, str, str]
"""Where an application stands at a school: rank, lot, id; the lowest is taken first."""


def lot(seed: str, application: str) -> str:
    """The lot of `application`, 64 hexadecimal digits; compared as text."""
    return sha256(f"{seed}:{application}".encode()).hexdigest()


def commitment(seed: str) -> str:
    """What is published before the window closes, so that the seed cannot be chosen after it."""
    return sha256(seed.encode()).hexdigest()


def allocate(
    applications: Iterable[Application], capacities: Mapping[str, int], seed: str
) -> Allocation:
    """The places of all `applications` (ids once each) in schools of these `capacities`."""
    known = {application.id: application for application in applications}
    lots = {id_: lot(seed, id_) for id_ in known}
    held = _proposed(known, capacities, lots)
    places = {id_: school for school, standings in held.items() for _, _, id_ in standings}
    waiting = _turned_away(known, places, lots)
    _coordinate(known, capacities, places, lots)
    return Allocation(places, waiting)


def _proposed(
    known: Mapping[str, Application], capacities: Mapping[str, int], lots: Mapping[str, str]
) -> dict[str, list[Standing]]:
    held: dict[str, list[Standing]] = {school: [] for school in capacities}
    tried = dict.fromkeys(known, 0)
    free = list(known)
    while free:
        id_ = free.pop()
        choices = known[id_].choices
        if tried[id_] == len(choices):
            continue
        school, rank = choices[tried[id_]]
        tried[id_] += 1
        insort(held[school], (rank, lots[id_], id_))
        if len(held[school]) > capacities[school]:
            free.append(held[school].pop()[2])
    return held


def _turned_away(
    known: Mapping[str, Application], places: Mapping[str, str], lots: Mapping[str, str]
) -> dict[str, list[str]]:
    waiting: dict[str, list[Standing]] = {}
    for id_, application in known.items():
        for school, rank in application.choices:
            if places.get(id_) == school:
                break
            waiting.setdefault(school, []).append((rank, lots[id_], id_))
    return {school: [id_ for _, _, id_ in sorted(waiting[school])] for school in sorted(waiting)}


def _coordinate(
    known: Mapping[str, Application],
    capacities: Mapping[str, int],
    places: dict[str, str],
    lots: Mapping[str, str],
) -> None:
    """In the order of their lots, each to the school with the most places left (then by code).

    Whoever is turned away everywhere has asked for none of these schools, so nobody is passed over.
    """
    left = dict(capacities)
    for school in places.values():
        left[school] -= 1
    for id_ in sorted(known, key=lots.__getitem__):
        if id_ not in places and known[id_].coordinate and left:
            school = min(left, key=lambda code: (-left[code], code))
            if left[school] > 0:
                places[id_] = school
                left[school] -= 1
