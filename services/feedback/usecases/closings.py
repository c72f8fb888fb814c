"""Cases that were closed or reopened, heard many at once, and what they count for.

Guarantees: the figures are the sum of what all cases count for, whatever the order, repeats or
crashes (`shared.figures`). Does not: show at once in the figures what was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from services.feedback.domain import cases, figures
from services.feedback.domain.cases import Case
from services.feedback.usecases.books import BOOKS
from shared.documents import Document, Storage
from shared.events import Event
from shared.figures import Post
from shared.figures.posting import Pair, forget

NewId = Callable[[], str]


def hear(
    store: Storage,
    events: Sequence[Event],
    now: datetime,
    new_id: NewId,
    post: Post = BOOKS.post_one,
) -> None:
    """Take in what the events of cases tell; repeats and late ones change nothing.

    Cases between authorities are nobody's to evaluate (GB/T 39734 is about serving the public).
    """
    newest: dict[str, Event] = {}
    for event in events:
        tells = event.data["action"] in cases.STATES and not event.data.get("internal")
        if tells and event.sequence > getattr(newest.get(event.subject), "sequence", 0):
            newest[event.subject] = event
    known = _known(store, newest)
    after = {id_: cases.heard(known.get(id_), event) for id_, event in newest.items()}
    _save(store, known, after, now, new_id, post)


def recount(
    store: Storage, ids: Iterable[str], now: datetime, new_id: NewId, post: Post = BOOKS.post_one
) -> None:
    """Post what has changed in what these cases count for: they were evaluated."""
    known = _known(store, ids)
    _save(store, known, known, now, new_id, post)


def _known(store: Storage, ids: Iterable[str]) -> dict[str, Document]:
    known = store["cases"].get_many(ids)
    forget(store, known.values())
    return known


def _save(
    store: Storage,
    known: Mapping[str, Document],
    after: Mapping[str, Case | None],
    now: datetime,
    new_id: NewId,
    post: Post,
) -> None:
    pairs: list[Pair] = []
    for id_, case in after.items():
        before = known.get(id_)
        if case is not None:
            counts = figures.contribution(case)
            if case is not before or counts != case["counts"]:
                pairs.append((before, {**case, "counts": counts}))
    if pairs:
        due = BOOKS.save(store, pairs, {}, new_id(), now)
        if due:
            post(store, due)
