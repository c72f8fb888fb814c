"""What a caller has read of their notices; an official's own, whatever the others of the desk read.

Guarantees: marks only grow; nothing that has not come yet is marked. Does not: tell who read what.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.feedback.usecases import channels, inbox
from services.feedback.usecases.channels import Position
from shared.access import Caller
from shared.documents import Document, Storage

MOST_UNREAD = 500
"""Unread notices are counted up to here."""


def unread(store: Storage, caller: Caller) -> tuple[int, bool, Position]:
    """How many notices the caller has not read (the flag: there are more), and the position."""
    read_to, read = _reading(store, caller)
    now, found = inbox.here(store, caller), 0
    for channel, top, low in zip(channels.of(caller), now, read_to, strict=True):
        if channel:
            newer = inbox.older(store, channel, top + 1, MOST_UNREAD, caller, low)
            found += sum(one["_id"] not in read for one in newer)
    return min(found, MOST_UNREAD), found > MOST_UNREAD, now


def mark_read(store: Storage, caller: Caller, up_to: str | None, ids: Sequence[str]) -> None:
    """All up to a position, or single ones, are read; by the caller, not by the whole desk."""
    now = inbox.here(store, caller)
    read_to, read = _reading(store, caller)
    if up_to:
        given = channels.position(up_to)
        read_to = Position(
            *(max(old, min(new, top)) for old, new, top in zip(read_to, given, now, strict=True))
        )
    mine = tuple(c for c in channels.of(caller) if c)
    read |= {id_ for id_ in ids if id_.rpartition("/")[0] in mine}
    kept = sorted(id_ for id_ in read if _is_beyond(id_, mine, read_to, now))[-MOST_UNREAD:]
    after = {"_id": caller.subject, "read_to": list(read_to), "read": kept}
    store["readers"].save(store["readers"].ensure(after), after)


def _is_beyond(id_: str, mine: Sequence[str], read_to: Position, now: Position) -> bool:
    channel, _, number = id_.rpartition("/")
    place = mine.index(channel) if channel in mine else 0
    return channel in mine and number.isdecimal() and read_to[place] < int(number) <= now[place]


def _reading(store: Storage, caller: Caller) -> tuple[Position, set[str]]:
    kept = store["readers"].get(caller.subject)
    if kept is None:
        return Position(0, 0), set()
    return Position(*kept["read_to"]), set(kept["read"])


def read_by(store: Storage, caller: Caller, shown: Sequence[Document]) -> set[str]:
    """Which of the notices `shown` the caller has read."""
    read_to, read = _reading(store, caller)
    own, _ = channels.of(caller)
    ids = {one["_id"] for one in shown}
    limits = {one["_id"]: read_to.own if one["channel"] == own else read_to.desk for one in shown}
    return (ids & read) | {one["_id"] for one in shown if one["number"] <= limits[one["_id"]]}
