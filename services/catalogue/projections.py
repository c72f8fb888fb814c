"""What the catalogue keeps that follows from something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.catalogue.usecases.items import open_directory
from shared.documents import Storage
from shared.projection import Progress, Projection


def _announced(store: Storage, now: datetime) -> Iterator[Progress]:
    open_directory(store, now)
    yield Progress("departments are asked to announce their items again", 1, 1)


PROJECTIONS = (Projection("items", "what departments announce of their items", _announced),)
