"""Keeping the lists true to the items, and reading them all.

Guarantees: writing the same again changes nothing, so whoever was interrupted repeats; after every
write the stamp changes, by which readers see that their copy is old.
Does not: tell what an item says (`usecases.items`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from services.catalogue.domain.lists import Entry, ListKey, entries_of, merged
from shared.documents import Document, Storage
from shared.events import derived_id
from shared.races import until_fresh

STAMP = "lists"
MOST_LISTS = 10_000

Entries = dict[ListKey, dict[str, Entry]]


def gathered(items: Iterable[Mapping[str, Any]], into: Entries | None = None) -> Entries:
    """The entries that `items` make, by list."""
    entries: Entries = defaultdict(dict) if into is None else into
    for item in items:
        for key, entry in entries_of(item):
            entries[key][item["_id"]] = entry
    return entries


def put_on_lists(
    store: Storage, entries: Mapping[ListKey, Mapping[str, Entry]], cause: str
) -> None:
    """Write `entries` where they are not there yet; `cause` (an id) makes the new stamp."""
    for key, of_list in entries.items():
        until_fresh(partial(_put, store, key, of_list))
    stamp = store["state"].ensure({"_id": STAMP, "stamp": ""})
    if stamp["stamp"] != cause:
        until_fresh(lambda: _restamp(store, cause))


def _put(store: Storage, key: ListKey, entries: Mapping[str, Entry]) -> None:
    before = store["lists"].get(key.id)
    after = merged(before, key, entries)
    if before is None:
        store["lists"].add(after)
    elif before["entries"] != after["entries"]:
        store["lists"].save(before, after)


def _restamp(store: Storage, cause: str) -> None:
    before = store["state"].require(STAMP)
    store["state"].save(before, {**before, "stamp": derived_id(cause, before["version"])})


def stamp(store: Storage) -> str:
    """What changes whenever a list has changed."""
    state = store["state"].get(STAMP)
    return state["stamp"] if state else ""


def all_lists(store: Storage) -> Iterator[Document]:
    """Every list, one at a time: together they would fill the memory."""
    for found in store["lists"].find({"kind": "list"}, limit=MOST_LISTS, fields=["kind"]):
        yield store["lists"].require(found["_id"])
