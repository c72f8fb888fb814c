"""What the exchange keeps that follows from something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.exchange.usecases.directory import reopen
from shared.documents import Storage
from shared.projection import Progress, Projection

TOGETHER = 100


def _announced(store: Storage, now: datetime) -> Iterator[Progress]:
    reopen(store, now)
    yield Progress("members are asked to announce nodes and resources again", 1, 1)


def _copies(store: Storage, now: datetime) -> Iterator[Progress]:
    """Forgotten; whoever needs one makes it again from pages."""
    for collection in ("tiles", "snapshots"):
        ids = [one["_id"] for one in store[collection].each({})]
        for start in range(0, len(ids), TOGETHER):
            store[collection].remove_many(ids[start : start + TOGETHER])
        yield Progress(f"{collection} forgotten, made again when needed", len(ids), len(ids))


PROJECTIONS = (
    Projection("resources", "what members announce of their nodes and resources", _announced),
    Projection("tree", "the pages of the log of evidence", _copies),
)
