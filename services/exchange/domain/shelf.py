"""The catalogue of resources in memory, which answers searches (pure).

    shelf  {_id provider, entries: {code: Entry}}   what lists show of a provider's resources
    Entry  {subsystem, name, description, titles, newest, sharing, openness, update_cycle, items,
            state}   titles: of the fields

A province has some tens of thousands of resources: few enough to walk through for every question,
too many to have them sorted by the database.
Guarantees: the same shelves answer alike; pages neither skip nor repeat. Does not: hold schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from shared.words import Query, rank, searchable

PLAIN = (
    "subsystem", "name", "description", "newest", "sharing", "openness", "update_cycle", "items",
    "state",
)  # fmt: skip
Place = tuple[int, str, str]
"""How well it fits (lower is better), provider, code: the order of a search."""
FIRST: Place = (-1, "", "")


def entry(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider's shelf says of `resource`."""
    titles = [field["title"] for field in resource["fields"]]
    return {**{name: resource[name] for name in PLAIN}, "titles": titles}


class Listed(NamedTuple):
    """A resource in memory; names, text: as `shared.words` looks words up."""

    provider: str
    code: str
    names: str
    text: str
    entry: Mapping[str, Any]


def listed(shelf: Mapping[str, Any]) -> list[Listed]:
    """The published resources of a shelf, by code."""
    return [
        _listed(shelf["_id"], code, told)
        for code, told in sorted(shelf["entries"].items())
        if told["state"] == "published"
    ]


def _listed(provider: str, code: str, told: Mapping[str, Any]) -> Listed:
    names = searchable((told["name"]["zh"], told["name"]["en"]))
    said = (told["description"], *told["titles"])
    texts = [text for each in said for text in (each["zh"], each["en"])]
    return Listed(
        provider, code, names, f"{names}\n{searchable((code.replace('-', ' '), *texts))}", told
    )


class Search(NamedTuple):
    """What is asked for; None: any."""

    words: Query | None = None
    provider: str | None = None
    sharing: str | None = None
    openness: str | None = None
    update_cycle: str | None = None
    item: str | None = None


def search(
    shelves: Mapping[str, Iterable[Listed]], wanted: Search, after: Place = FIRST
) -> Iterator[tuple[Place, Listed]]:
    """What fits and comes after the place `after`: the best first, then by provider and code."""
    providers = [wanted.provider] if wanted.provider else sorted(shelves)
    every = (one for provider in providers for one in shelves.get(provider, ()))
    fitting = (one for one in every if _fits(one.entry, wanted))
    placed = ((_place(one, wanted.words), one) for one in fitting)
    found = ((place, one) for place, one in placed if place is not None and place > after)
    return found if wanted.words is None else iter(sorted(found, key=lambda pair: pair[0]))


def _fits(told: Mapping[str, Any], wanted: Search) -> bool:
    return (
        wanted.sharing in (None, told["sharing"])
        and wanted.openness in (None, told["openness"])
        and wanted.update_cycle in (None, told["update_cycle"])
        and (wanted.item is None or wanted.item in told["items"])
    )


def _place(one: Listed, words: Query | None) -> Place | None:
    fitness = 0 if words is None else rank(words, one.names, one.text)
    return None if fitness is None else (fitness, one.provider, one.code)
