"""The inbox: notices of people and of desks, in an order that a stream can be resumed from.

Each channel (a person, a desk) numbers its notices without gaps: a notice is inserted under
``<channel>/<number>``, and the number is taken or it is not. So whoever has seen number n misses
nothing and sees nothing twice by asking for n+1, and all that a poll must ask for are known ids.

Guarantees: one notice for one event and channel (`cause` is unique); what a caller has read is
kept for that caller alone. Does not: deliver faster than it is asked (`streams` does).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from typing import Any

from services.feedback import events
from services.feedback.domain.notices import Notice
from services.feedback.usecases import channels
from services.feedback.usecases.channels import Position
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Document, Storage
from shared.errors import Duplicate, Stale
from shared.events import Event, derived_id

BLOCK = 50
"""Notices that are looked for at once."""
HINT_EVERY = 16
"""So often a channel's last number is written down; what is newer is found by looking."""
PROBE = HINT_EVERY + 4
KEPT = timedelta(days=180)
REMEMBERED = 20_000
RACES = 10
SWEEP_LIMIT, SWEEPS = 200, 200
"""Notices removed at once, and how often in one run."""


Memory = MutableMapping[str, int]
"""The last number of channels, as this process knows it; forgotten with each sweep."""


def deliver(
    store: Storage, event: Event, told: Iterable[Notice], memory: Memory, *, mailing: bool
) -> list[Document]:
    """Put what `event` tells into the inboxes; each notice once, however often it is heard."""
    return [_delivered(store, event, notice, memory, mailing) for notice in told]


def _delivered(
    store: Storage, event: Event, notice: Notice, memory: Memory, mailing: bool
) -> Document:
    cause, number = derived_id(event.id, notice.to), memory.get(notice.to)
    number = head(store, notice.to) if number is None else number
    while True:
        number += 1
        document = _document(event, notice, number, cause)
        try:
            kept = store["notices"].add(document, _mails(store, document) if mailing else [])
        except Duplicate:
            if found := store["notices"].find({"cause": cause}, limit=1):
                return found[0]
            continue
        _remember(memory, notice.to, number)
        if number % HINT_EVERY == 0:
            _hint(store, notice.to, last=number)
        return kept


def _remember(memory: Memory, channel: str, number: int) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[channel] = number


def _document(event: Event, notice: Notice, number: int, cause: str) -> dict[str, Any]:
    return {
        "_id": channels.key(notice.to, number),
        "channel": notice.to,
        "number": number,
        "cause": cause,
        "kind": notice.kind,
        "title": notice.title.both(),
        "body": notice.body.both(),
        "about": notice.about,
        "needs": list(notice.needs),
        "at": event.time,
        "expires": (local_day(event.time) + KEPT).isoformat(),
    }


def _mails(store: Storage, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The request to mail it, where the person has confirmed an address."""
    kind, _, account = document["channel"].partition(":")
    contact = store["contacts"].get(account) if kind == "person" else None
    if contact is None or not contact.get("confirmed_at"):
        return []
    return [events.mail_requested("notice", document["_id"], 1, account, document["at"])]


def head(store: Storage, channel: str) -> int:
    """The number of the newest notice of `channel`; 0 where there was none."""
    hint = store["channels"].get(channel)
    number: int = hint["last"] if hint else 0
    while found := _block(store, channel, number + 1, number + PROBE):
        number = found[-1]["number"]
        if len(found) < PROBE:
            break
    return number


def _hint(store: Storage, channel: str, **said: int) -> None:
    """Remember how far `channel` has come (last), and what of it is still there (first)."""
    for _ in range(RACES):
        before = store["channels"].ensure({"_id": channel, "last": 0, "first": 1})
        newer = {name: max(before[name], number) for name, number in said.items()}
        try:
            store["channels"].save(before, {**before, **newer})
        except Stale:
            continue
        return
    raise Stale()


def _first(store: Storage, channel: str) -> int:
    hint = store["channels"].get(channel)
    return int(hint["first"]) if hint else 1


def _block(store: Storage, channel: str, first: int, last: int) -> list[Document]:
    """The notices of `channel` from `first` to `last`, by their number."""
    wanted = (channels.key(channel, number) for number in range(max(first, 1), last + 1))
    return sorted(store["notices"].get_many(wanted).values(), key=lambda one: one["number"])


def after(
    store: Storage, caller: Caller, seen: Position
) -> Iterator[tuple[Position, Document | None]]:
    """What the caller has not seen, oldest first in each channel, each with the position then.

    None stands for a notice of the desk that is not for this caller.
    """
    own, desk = channels.of(caller)
    for one in _newer(store, own, seen.own):
        seen = seen._replace(own=one["number"])
        yield seen, one
    for one in _newer(store, desk, seen.desk) if desk else ():
        seen = seen._replace(desk=one["number"])
        yield seen, one if channels.is_for(caller, one) else None


def _newer(store: Storage, channel: str, number: int) -> Iterator[Document]:
    top, number = head(store, channel), max(number, _first(store, channel) - 1)
    while number < top:
        yield from _block(store, channel, number + 1, min(number + BLOCK, top))
        number += BLOCK


def at_least(store: Storage, caller: Caller, seen: Position) -> Position:
    """`seen`, or what is no longer kept, whichever is later: what comes next is after it."""
    pairs = zip(channels.of(caller), seen, strict=True)
    return Position(*(max(n, _first(store, c) - 1) if c else n for c, n in pairs))


def here(store: Storage, caller: Caller) -> Position:
    """The position at which everything there is has been seen."""
    own, desk = channels.of(caller)
    return Position(head(store, own), head(store, desk) if desk else 0)


def page(
    store: Storage, caller: Caller, limit: int, cursor: str | None
) -> tuple[list[Document], str | None]:
    """The caller's notices, the newest first, and where the next page begins."""
    below = channels.position(cursor) if cursor else Position(*(n + 1 for n in here(store, caller)))
    own, desk = channels.of(caller)
    first = list(older(store, own, below.own, limit, caller))
    second = list(older(store, desk, below.desk, limit, caller)) if desk else []
    items = list(merge(first, second, key=lambda one: one["at"], reverse=True))[:limit]
    if len(items) < limit:
        return items, None
    for one in items:
        name = "own" if one["channel"] == own else "desk"
        below = below._replace(**{name: min(getattr(below, name), one["number"])})
    return items, str(below)


def older(
    store: Storage, channel: str, below: int, limit: int, caller: Caller, down_to: int = 0
) -> Iterator[Document]:
    """At most `limit` notices of `channel` that the caller may see, from below a number on down."""
    least = max(down_to, _first(store, channel) - 1)
    while limit > 0 and below - 1 > least:
        found = _block(store, channel, max(below - BLOCK, least + 1), below - 1)
        for one in [one for one in reversed(found) if channels.is_for(caller, one)][:limit]:
            limit -= 1
            yield one
        below -= BLOCK


def sweep(store: Storage, now: datetime, memory: Memory) -> int:
    """Remove what is older than it is kept; numbers are never given again. How many."""
    memory.clear()
    removed = 0
    for _ in range(SWEEPS):
        old = store["notices"].find(
            {"expires": {"$lt": local_day(now).isoformat()}}, limit=SWEEP_LIMIT
        )
        removed += _removed(store, old)
        if len(old) < SWEEP_LIMIT:
            break
    return removed


def _removed(store: Storage, old: Sequence[Document]) -> int:
    last: dict[str, int] = {}
    for one in old:
        last[one["channel"]] = max(last.get(one["channel"], 0), one["number"])
    for channel, number in last.items():
        _hint(store, channel, last=number)
    removed = sum(store["notices"].remove(one["_id"]) for one in old)
    for channel, number in last.items():
        if not _block(store, channel, number - BLOCK, number):
            _hint(store, channel, first=number + 1)
    return removed
