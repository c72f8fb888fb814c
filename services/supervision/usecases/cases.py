"""Cases: what is heard of them, and what time does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from services.supervision.domain import record
from services.supervision.events import lamp_changed
from services.supervision.usecases.books import BOOKS
from shared.clock import local_day
from shared.documents import Document, Storage
from shared.events import Event
from shared.figures import Post
from shared.figures.posting import Pair, forget

NewId = Callable[[], str]

DUE_AT_ONCE = 2_000
BATCH = 100


def hear(
    store: Storage,
    events: Sequence[Event],
    now: datetime,
    new_id: NewId,
    post: Post = BOOKS.post_one,
) -> None:
    """Take in moves of cases, in any order, with repeats."""
    ordered = sorted(events, key=lambda event: event.subject)
    of_case = {id_: list(group) for id_, group in groupby(ordered, lambda e: e.subject)}
    advance(
        store, of_case, lambda id_, kept: record.heard(kept, of_case[id_], now), now, new_id, post
    )


def hear_evaluations(store: Storage, events: Sequence[Event], now: datetime, new_id: NewId) -> None:
    """Take in evaluations; a re-evaluation takes the place of the first."""
    newest = {e.subject: e for e in sorted(events, key=lambda event: event.sequence)}
    advance(store, newest, lambda id_, kept: record.evaluated(kept, newest[id_], now), now, new_id)


def sweep(
    store: Storage, clock: Callable[[], datetime], new_id: NewId, breathe: Callable[[], None]
) -> int:
    """Let time act on the cases whose lamp changes by now; how many there were.

    Costs by what is due: `next_change` is a sparse index, and only open cases have one.
    """
    now = clock()
    today = local_day(now).isoformat()
    due = store["cases"].find(
        {"next_change": {"$lte": now}}, limit=DUE_AT_ONCE, fields=("next_change",)
    )
    ids = [case["_id"] for case in due]
    for first in range(0, len(ids), BATCH):
        advance(
            store,
            ids[first : first + BATCH],
            lambda _, kept: _passed(kept, today, now),
            now,
            new_id,
        )
        breathe()
    return len(ids)


def _passed(kept: Document | None, today: str, now: datetime) -> dict[str, Any] | None:
    if kept is None or kept.get("next_change", now) > now:
        return None
    return record.passed(kept, today, now)


def advance(
    store: Storage,
    ids: Iterable[str],
    step: Callable[[str, Document | None], dict[str, Any] | None],
    now: datetime,
    new_id: NewId,
    post: Post = BOOKS.post_one,
) -> None:
    """Read the cases, take the `step` with each, and write what has changed."""
    ids = list(ids)
    kept = store["cases"].get_many(ids)
    forget(store, kept.values())
    pairs: list[Pair] = []
    for id_ in ids:
        before = kept.get(id_)
        after = step(id_, before)
        if after is not None and after is not before:
            pairs.append((before, after))
    if not pairs:
        return
    events = {
        after["_id"]: [lamp_changed(after, entry, now) for entry in record.news(before, after)]
        for before, after in pairs
    }
    due = BOOKS.save(store, pairs, events, new_id(), now)
    if due:
        post(store, due)
