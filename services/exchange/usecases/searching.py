"""The catalogue of resources, as the public searches it.

Guarantees: every list is found by an indexed equality that narrows it (item, term or provider), or
is walked provider by provider, so that no large set is ever sorted; pages neither skip nor repeat.
Does not: rank, or know synonyms: all terms of the text are found, or it is not listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from services.exchange.domain.rollout import members
from shared.documents import Document, Storage, decode_cursor, encode_cursor
from shared.words import terms

EQUAL = {
    "provider": "provider",
    "sharing": "sharing",
    "openness": "openness",
    "update_cycle": "update_cycle",
    "item": "items",
}
COMMON = frozenset(
    {"信息", "数据", "登记", "证明", "资料", "of", "and", "the", "data", "information"}
)
"""Terms that so many resources have that others are looked up first."""
WALKED = 16
"""Providers whose resources are read at once."""
BATCH = 200


class Results(NamedTuple):
    """One page of what was found, and where the next begins."""

    found: Sequence[Document]
    next_cursor: str | None


def search(store: Storage, asked: Mapping[str, Any]) -> Results:
    """One page of the published resources that fit, by provider and code."""
    words = [term.strip() for term in terms(asked.get("q", ""))]
    filter_ = {field: asked[name] for name, field in EQUAL.items() if name in asked}
    filter_["state"] = "published"
    provider, code = decode_cursor(asked["cursor"]) if asked.get("cursor") else ("", "")
    after = (str(provider), code)
    narrow = "provider" in filter_ or "items" in filter_ or bool(words)
    source = _narrowed if narrow else _walked
    fitting = (d for d in source(store, filter_, words, after) if set(words) <= set(d["terms"]))
    found = list(islice(fitting, asked["limit"] + 1))
    page = found[: asked["limit"]]
    more = len(found) > len(page)
    return Results(page, encode_cursor(page[-1]["provider"], page[-1]["_id"]) if more else None)


def _narrowed(
    store: Storage, filter_: dict[str, Any], words: Sequence[str], after: tuple[str, str]
) -> Iterator[Document]:
    """By code: what an indexed equality finds."""
    if words and not filter_.keys() & {"provider", "items"}:
        filter_ = {**filter_, "terms": min(words, key=lambda w: (w in COMMON, -len(w)))}
    while True:
        beyond = {"_id": {"$gt": after[1]}} if after[1] else {}
        found = store["resources"].find({**filter_, **beyond}, sort=[("_id", 1)], limit=BATCH)
        yield from found
        if len(found) < BATCH:
            return
        after = ("", found[-1]["_id"])


def _walked(
    store: Storage, filter_: dict[str, Any], words: Sequence[str], after: tuple[str, str]
) -> Iterator[Document]:
    """By provider and code: a few providers at a time, from where the last page has ended."""
    providers = sorted(f"{class_}/{code}" for class_, code, _ in members())
    rest = [provider for provider in providers if provider >= after[0]]
    for first in range(0, len(rest), WALKED):
        chosen = {"$in": rest[first : first + WALKED]}
        for found in _of(store, {**filter_, "provider": chosen}):
            if (found["provider"], found["_id"]) > after:
                yield found


def _of(store: Storage, filter_: Mapping[str, Any]) -> list[Document]:
    found = store["resources"].find(filter_, limit=10_000)
    return sorted(found, key=lambda d: (d["provider"], d["_id"]))
