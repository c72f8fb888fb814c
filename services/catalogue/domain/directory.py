"""The whole catalogue in memory, made from the lists, which answers searches and figures (pure).

33,000 implemented items are some 2,300 codes: few enough to walk through for every question (the
README has the measurements).
Guarantees: immutable; two directories made from the same lists answer alike.
Does not: hold contents, only what lists show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.catalogue.domain.lists import ListKey
from services.catalogue.domain.places import implementers, scope_level, scopes_of
from services.catalogue.domain.rate import Counts, Tally, tally
from shared.words import Query, rank, searchable

Spans = tuple[tuple[str, str | None, bool], ...]


class Implementation(NamedTuple):
    """One scope's implementation of an item."""

    department: str
    spans: Spans

    def on(self, day: str) -> bool | None:
        """Whether it is fully online on `day`; None: it is not in force."""
        for first, last, online in self.spans:
            if first <= day and (last is None or day <= last):
                return online
        return None


@dataclass(slots=True)
class Listed:
    """An item as lists show it."""

    code: str
    zh: str
    en: str
    audience: frozenset[str]
    implementations: dict[str, list[Implementation]] = field(default_factory=dict)
    names: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """Items by code, ascending; counts by list."""

    items: Mapping[str, Listed]
    tallies: Mapping[ListKey, Tally]


class Search(NamedTuple):
    """What is asked for, on a day. Without `division`, an item counts as fully online where at
    least one implementation is."""

    day: str
    words: Query | None = None
    division: str | None = None
    level: str | None = None
    department: str | None = None
    audience: str | None = None
    fully_online: bool | None = None


class Found(NamedTuple):
    """An item that fits: its rank (lower is better), and how many divisions implement it."""

    rank: int
    item: Listed
    departments: tuple[str, ...]
    counts: Counts

    @property
    def key(self) -> tuple[int, str]:
        return (self.rank, self.item.code)


def directory(lists: Iterable[Mapping[str, Any]]) -> Directory:
    """The directory that `lists` make."""
    items: dict[str, Listed] = {}
    tallies: dict[ListKey, Tally] = {}
    shared_spans: dict[Spans, Spans] = {}
    for stored in lists:
        key = ListKey(stored["scope"], stored["department"])
        for code, entry in stored["entries"].items():
            spans: Spans = tuple((s[0], s[1], s[2]) for s in entry["spans"])
            spans = shared_spans.setdefault(spans, spans)
            listed = items.get(code) or items.setdefault(code, _listed(code, entry))
            implementation = Implementation(key.department, spans)
            listed.implementations.setdefault(key.scope, []).append(implementation)
        tallies[key] = tally(s for e in stored["entries"].values() for s in e["spans"])
    return Directory(dict(sorted(items.items())), tallies)


def _listed(code: str, entry: Mapping[str, Any]) -> Listed:
    zh, en = entry["name"]["zh"], entry["name"]["en"]
    names = searchable((zh, en))
    text = f"{names}\n{searchable((code.replace('-', ' '),))}"
    return Listed(code, zh, en, frozenset(entry["audience"]), {}, names, text)


def search(given: Directory, wanted: Search, after: tuple[int, str] = (-1, "")) -> Iterator[Found]:
    """What fits and comes after the key `after`: the best first, then by code.

    A list without words is in the order of the codes already, so it costs what is taken of it.
    """
    items = given.items.values()
    if wanted.words is None:
        from_here = (item for item in items if (0, item.code) > after)
        return (f for item in from_here if (f := _found(item, 0, wanted)))
    ranked = ((rank(wanted.words, item.names, item.text), item) for item in items)
    fitting = sorted((place, item.code) for place, item in ranked if place is not None)
    return (
        f
        for place, code in fitting
        if (place, code) > after and (f := _found(given.items[code], place, wanted))
    )


def _found(item: Listed, place: int, wanted: Search) -> Found | None:
    if wanted.audience and wanted.audience not in item.audience:
        return None
    departments: dict[str, None] = {}
    counts = Counts()
    for scope, department, online in _in_force(item, wanted):
        departments[department] = None
        times = 1 if wanted.division else implementers(scope)
        counts = counts.plus(Counts(1, int(online)), times)
    if not counts.live or wanted.fully_online not in (None, counts.fully_online > 0):
        return None
    return Found(place, item, tuple(departments), counts)


def _in_force(item: Listed, wanted: Search) -> Iterator[tuple[str, str, bool]]:
    for scope in _scopes(item, wanted):
        for implementation in item.implementations.get(scope, ()):
            if wanted.department not in (None, implementation.department):
                continue
            online = implementation.on(wanted.day)
            if online is not None:
                yield scope, implementation.department, online


def _scopes(item: Listed, wanted: Search) -> Iterable[str]:
    scopes = scopes_of(wanted.division) if wanted.division else item.implementations
    return [s for s in scopes if wanted.level in (None, scope_level(s))]
