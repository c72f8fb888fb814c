"""What supervision keeps that follows from something else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.supervision.domain import record
from services.supervision.usecases.books import BOOKS
from services.supervision.usecases.recomputing import FOLLOWS, LONG_AGO, differences
from shared.documents import Document, Storage
from shared.figures.rebuilding import rebuild
from shared.projection import Progress, Projection


def _corrected(case: Document) -> Mapping[str, Any] | None:
    again = record.settled({**case, "lamps": case["lamps"]}, LONG_AGO)
    is_right = all(case.get(name) == again.get(name) for name in FOLLOWS)
    return None if is_right else again


def _figures(store: Storage, now: datetime) -> Iterator[Progress]:
    return rebuild(BOOKS, store, _corrected, now, lambda: str(uuid.uuid4()))


PROJECTIONS = (
    Projection(
        "figures",
        "the moves of cases that supervision keeps",
        _figures,
        differences,
        feeds=("supervision.cases", "supervision.evaluations", "supervision.lamps"),
    ),
    Projection("cases", "departments' cases, told again", queue="supervision.cases"),
)
