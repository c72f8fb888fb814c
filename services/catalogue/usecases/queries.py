"""What the public asks: searches, figures, the list of powers, the guide of an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from services.catalogue.domain import rate
from services.catalogue.domain.directory import Directory, Found, Search, search
from services.catalogue.domain.versions import Version
from services.catalogue.usecases.items import implementations_on, item_of, serving
from services.catalogue.usecases.powers import delegations_of
from shared.clock import local_day
from shared.documents import Document, Storage, decode_cursor, encode_cursor
from shared.errors import NotFound
from shared.text import Text
from shared.words import query


class Results(NamedTuple):
    """One page of what was found, and where the next begins."""

    found: Sequence[Found]
    next_cursor: str | None


class Affair(NamedTuple):
    """An item on a day: the implementation asked for, all of them, and its delegations."""

    item: Document
    scope: str
    version: Version
    implementations: Sequence[tuple[str, Version]]
    power: Mapping[str, Any] | None


def day_of(asked: Mapping[str, Any], now: datetime) -> str:
    """The day that is asked about; today if none is named."""
    return str(asked.get("on") or local_day(now).isoformat())


def find_items(directory: Directory, asked: Mapping[str, Any], now: datetime) -> Results:
    """One page of the items that fit, the best first."""
    wanted = Search(
        day=day_of(asked, now),
        words=query(asked["q"]) if asked.get("q") else None,
        **{
            name: asked.get(name)
            for name in ("division", "level", "department", "audience", "fully_online")
        },
    )
    after = _end(asked["cursor"]) if asked.get("cursor") else (-1, "")
    found = list(islice(search(directory, wanted, after), asked["limit"] + 1))
    page = found[: asked["limit"]]
    more = len(found) > len(page)
    return Results(page, encode_cursor(*page[-1].key) if more else None)


def _end(cursor: str) -> tuple[int, str]:
    rank, code = decode_cursor(cursor)
    return (rank if isinstance(rank, int) else 0, code)


def online_rate(directory: Directory, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The online rate, with its definition and the counts it comes from."""
    question = rate.Question(
        day_of(asked, now), asked.get("level"), asked.get("division"), asked.get("department")
    )
    return rate.report(directory.tallies, question)


def find_powers(
    store: Storage, directory: Directory, asked: Mapping[str, Any], now: datetime
) -> tuple[Results, dict[str, Document]]:
    """One page of the powers exercised, with what was ever delegated of them."""
    results = find_items(directory, asked, now)
    return results, delegations_of(store, [f.item.code for f in results.found])


def affair(store: Storage, code: str, asked: Mapping[str, Any], now: datetime) -> Affair:
    """All there is to say about an item for people of a division, on a day."""
    day = day_of(asked, now)
    item = item_of(store, code)
    scope, version = serving(item, asked.get("division"), day)
    power = store["powers"].get(code)
    return Affair(item, scope, version, list(implementations_on(item, day)), power)


def form(store: Storage, code: str, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The item's form as JSON Schema (2020-12); `NotFound` where it has none."""
    _, version = serving(item_of(store, code), asked.get("division"), day_of(asked, now))
    found: dict[str, Any] | None = version["content"].get("form")
    if found is None:
        raise NotFound(Text("该事项没有在线表单", "This item has no form here"))
    return found
