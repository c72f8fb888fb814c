"""Optimistic concurrency: load, rule and save, and all again where somebody else saved first.

Guarantees: an end, after `ATTEMPTS` lost races as `Unavailable`. Does not: wait in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from shared.errors import Duplicate, Stale, Unavailable

ATTEMPTS = 8

Answer = TypeVar("Answer")


def until_fresh(work: Callable[[], Answer]) -> Answer:
    """What `work` (load, rule, save) returns, which is run again after a `Stale` or `Duplicate`."""
    for _ in range(ATTEMPTS):
        try:
            return work()
        except (Stale, Duplicate):
            continue
    raise Unavailable()
