"""The catalogue of resources, as the public searches it.

Guarantees: what changed is found within the freshness of the copy in memory, in every process; only
shelves that have changed are read again. Does not: work while the database is away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from services.exchange.domain import shelf as rules
from services.exchange.domain.shelf import Listed, Search
from shared.documents import Document, Storage, decode_cursor, encode_cursor
from shared.races import until_fresh
from shared.words import query

STAMPS = "shelves"
FACETS = ("provider", "sharing", "openness", "update_cycle", "item")


class Results(NamedTuple):
    """One page of what was found, and where the next begins."""

    found: Sequence[Listed]
    next_cursor: str | None


class Shelves:
    """The copy in memory. fresh: seconds that it may be old; seconds: a clock that only grows."""

    def __init__(self, fresh: float, seconds: Callable[[], float]) -> None:
        self._fresh, self._seconds = fresh, seconds
        self._stamps: dict[str, int] = {}
        self._shelves: dict[str, list[Listed]] = {}
        self._checked = float("-inf")

    def all(self, store: Storage) -> Mapping[str, Sequence[Listed]]:
        """Every provider's resources, at most so many seconds old."""
        now = self._seconds()
        if now - self._checked >= self._fresh:
            self._refresh(store)
            self._checked = now
        return self._shelves

    def _refresh(self, store: Storage) -> None:
        state = store["state"].get(STAMPS)
        stamps: dict[str, int] = state["stamps"] if state else {}
        changed = [one for one, stamp in stamps.items() if self._stamps.get(one) != stamp]
        for provider, found in store["shelves"].get_many(changed).items():
            self._shelves[provider] = rules.listed(found)
        self._stamps = dict(stamps)


def shelve(store: Storage, code: str) -> None:
    """Bring the provider's shelf up to what the resource says; repeated, it changes nothing."""
    resource = store["resources"].require(code)
    provider = resource["provider"]
    shelf = until_fresh(lambda: _shelved(store, resource))
    until_fresh(lambda: _stamped(store, provider, shelf["version"]))


def _shelved(store: Storage, resource: Document) -> Document:
    provider, told = resource["provider"], rules.entry(resource)
    before = store["shelves"].get(provider)
    if before is None:
        return store["shelves"].add({"_id": provider, "entries": {resource["_id"]: told}})
    if before["entries"].get(resource["_id"]) == told:
        return before
    return store["shelves"].save(
        before, {**before, "entries": {**before["entries"], resource["_id"]: told}}
    )


def _stamped(store: Storage, provider: str, version: int) -> Document:
    """The stamp of a shelf only grows, so whoever is late takes nothing back."""
    before = store["state"].get(STAMPS)
    if before is None:
        return store["state"].add({"_id": STAMPS, "stamps": {provider: version}})
    if before["stamps"].get(provider, 0) >= version:
        return before
    return store["state"].save(
        before, {**before, "stamps": {**before["stamps"], provider: version}}
    )


def search(store: Storage, shelves: Shelves, asked: Mapping[str, Any]) -> Results:
    """One page of the published resources that fit, the best first, then by provider and code."""
    words = query(asked["q"]) if asked.get("q") else None
    wanted = Search(words, **{name: asked.get(name) for name in FACETS})
    after = _place(asked["cursor"]) if asked.get("cursor") else rules.FIRST
    found = list(islice(rules.search(shelves.all(store), wanted, after), asked["limit"] + 1))
    page = found[: asked["limit"]]
    more = len(found) > len(page)
    return Results([one for _, one in page], _cursor(page[-1][0]) if more else None)


def _cursor(place: rules.Place) -> str:
    fitness, provider, code = place
    return encode_cursor(fitness, f"{provider} {code}")


def _place(cursor: str) -> rules.Place:
    fitness, where = decode_cursor(cursor)
    provider, _, code = where.partition(" ")
    return (fitness if isinstance(fitness, int) else 0, provider, code)
