"""What feedback keeps that follows from something else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.feedback.domain import figures
from services.feedback.usecases import publishing
from services.feedback.usecases.books import BOOKS
from shared.documents import Document, Storage
from shared.figures.rebuilding import rebuild
from shared.projection import Progress, Projection


def _corrected(case: Document) -> Mapping[str, Any] | None:
    counts = figures.contribution(case)
    return None if counts == case["counts"] else {**case, "counts": counts}


def _figures(store: Storage, now: datetime) -> Iterator[Progress]:
    return rebuild(BOOKS, store, _corrected, now, lambda: str(uuid.uuid4()))


PROJECTIONS = (
    Projection(
        "figures",
        "feedback's cases with their evaluations",
        _figures,
        publishing.faults,
        feeds=("feedback.cases", "feedback.evaluations"),
    ),
    Projection("cases", "departments' cases, told again", queue="feedback.cases"),
)
