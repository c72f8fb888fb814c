"""Cases: what is heard of them, and what time does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import Any

from services.supervision.domain import record, sweeping
from services.supervision.events import lamp_changed
from services.supervision.usecases.books import BOOKS
from shared.clock import local_day
from shared.documents import Document, Storage
from shared.errors import Stale
from shared.events import Event
from shared.figures import Post
from shared.figures.posting import Pair, forget

NewId = Callable[[], str]

DUE_AT_ONCE = 2_000
BATCH = 100
MARK = "cases"


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
    """Let time act on the cases whose lamp changes by now, `DUE_AT_ONCE` at the most; how many.

    Costs by what is taken: `next_change` is walked in small steps from where the last sweep ended,
    and always set later than the moment in which it is written.
    """
    now = clock()
    mark = store["sweeps"].get(MARK)
    taken, swept = 0, mark["until"] if mark else None
    for after, until in sweeping.steps(swept, now):
        due = {"next_change": {"$gt": after, "$lte": until}}
        room = DUE_AT_ONCE - taken
        found = store["cases"].find(due, limit=room, fields=("next_change",))
        _let_pass(store, [case["_id"] for case in found], now, new_id, breathe)
        taken += len(found)
        if len(found) == room:
            now = after
            break
    _note(store, mark, now)
    return taken


def _let_pass(
    store: Storage, ids: Sequence[str], now: datetime, new_id: NewId, breathe: Callable[[], None]
) -> None:
    today = local_day(now).isoformat()
    for first in range(0, len(ids), BATCH):
        batch = ids[first : first + BATCH]
        advance(store, batch, lambda _, kept: _passed(kept, today, now), now, new_id)
        breathe()


def _note(store: Storage, mark: Document | None, until: datetime) -> None:
    """Until when all was swept; where another process was faster, its note is as good."""
    if mark is None:
        store["sweeps"].ensure({"_id": MARK, "until": until})
    else:
        with suppress(Stale):
            store["sweeps"].save(mark, {**mark, "until": until})


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
