"""What a service keeps that follows from something else, and can be made again from it (pure).

Each service declares its own beside it, in ``projections.py``: ``PROJECTIONS = (...,)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from shared.documents import Storage


class Progress(NamedTuple):
    """How far it is. step: what is being done. done: things looked at. changed: of those.
    left: what could not be made right beside a busy service, at the end of a step."""

    step: str
    done: int
    changed: int
    left: int = 0


Rebuild = Callable[[Storage, datetime], Iterator[Progress]]
Differences = Callable[[Storage, datetime], Iterator[str]]


class Projection(NamedTuple):
    """name: such as "figures". made_of: what it follows from, in words.

    rebuild: makes it again beside the running service; None: it is told to `queue` by departments.
    differences: what differs from what it follows from, in words; None: nothing can be compared.
    feeds: the queues by which it changes, to be paused where it is too busy to be rebuilt.
    """

    name: str
    made_of: str
    rebuild: Rebuild | None = None
    differences: Differences | None = None
    queue: str = ""
    feeds: tuple[str, ...] = ()
