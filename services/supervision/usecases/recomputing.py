"""Everything counted anew from the moves that are kept, and compared with what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from services.supervision.domain import record
from services.supervision.usecases.books import BOOKS
from shared.figures import LEFT_BEHIND, rows_of

FOLLOWS = ("state", "lamp", "lit", "counts", "decision", "decided")
"""What follows from a record's moves, evaluation and `until`."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def differences(store: Any, now: datetime) -> Iterator[str]:
    """What differs, in words; nothing: all is equal.

    To be run while no event is being taken in, else what is half done differs.
    """
    BOOKS.finish_left_behind(store, now + LEFT_BEHIND)
    counted: dict[str, Counter[str]] = {}
    for case in store["cases"].each({}):
        again = record.settled({**case, "lamps": case["lamps"]}, LONG_AGO)
        yield from _of_case(case, again)
        for key, counts in again["counts"].items():
            counted.setdefault(key, Counter()).update(counts)
    yield from _of_figures(counted, store["figures"].each({}))


def _of_case(kept: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[str]:
    for name in FOLLOWS:
        if kept.get(name) != again.get(name):
            yield f"case {kept['_id']}: {name} is {kept.get(name)}, must be {again.get(name)}"
    if len(again["lamps"]) > len(kept["lamps"]):
        yield f"case {kept['_id']}: {len(again['lamps']) - len(kept['lamps'])} lamps are missing"
    if ("next_change" in kept) != ("next_change" in again):
        yield f"case {kept['_id']}: next_change is {kept.get('next_change')}"


def _of_figures(
    counted: Mapping[str, Mapping[str, int]], kept: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    told: dict[str, Mapping[str, int]] = dict(rows_of(kept))
    for key in sorted(told.keys() | counted.keys()):
        have = told.get(key, {})
        want = {c: n for c, n in counted.get(key, {}).items() if n}
        for counter in sorted(have.keys() | want.keys()):
            if have.get(counter, 0) != want.get(counter, 0):
                is_, must = have.get(counter, 0), want.get(counter, 0)
                yield f"figure {key}: {counter} is {is_}, must be {must}"
