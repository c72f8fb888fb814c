"""What the log remembers: how much grants have used, and which requests came of late (pure).

Guarantees: both follow from the pages alone, in their order, so that every process that has read
the same pages decides alike. Does not: know quotas, or records older than the window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.exchange.domain.record import DONE, Record, charged, spends
from shared.clock import local_day

TOTAL = "total"
DONE_PERIODS = 3
"""Days, and months, of which a grant's use is remembered; clocks of processes differ a little."""
MOST_PERIODS = 2 * DONE_PERIODS + 1


def periods(now: datetime) -> dict[str, str]:
    """What `now` is in: its "day" and "month" (in China), and the whole time ("total")."""
    day = local_day(now).isoformat()
    return {"day": day, "month": day[:7], TOTAL: TOTAL}


class Usage:
    """How much of each grant was used, by period."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self.counts = {grant: dict(periods) for grant, periods in (counts or {}).items()}

    def used(self, grant: str, of: str) -> int:
        """What was used of `grant` in the period `of`."""
        return self.counts.get(grant, {}).get(of, 0)

    def add(self, record: Record, within: Iterable[str]) -> None:
        """Count `record` in the periods within which it was written."""
        count = charged(record)
        if record["grant"] is None or not count:
            return
        counts = self.counts.setdefault(record["grant"], {})
        for of in within:
            counts[of] = counts.pop(of, 0) + count
        if len(counts) > MOST_PERIODS:
            for stale in _stale(list(counts)):
                del counts[stale]


def _stale(periods: Sequence[str]) -> Iterable[str]:
    """All but the last of the days and of the months."""
    for length in {len(of) for of in periods}:
        yield from [of for of in periods if len(of) == length][:-DONE_PERIODS]


class Use(NamedTuple):
    """A recent record: who asked, which attempt, and where it is; answered: something was released
    under it."""

    consumer: str
    attempt: int
    page: int
    place: int
    spent: bool
    answered: bool


class Recent:
    """The requests of the pages within the window, by id."""

    def __init__(self) -> None:
        self._uses: dict[str, list[Use]] = {}
        self._pages: deque[tuple[datetime, list[str]]] = deque()

    def add(self, number: int, at: datetime, records: Iterable[Mapping[str, Any]]) -> None:
        """Remember the records of page `number`, written at `at`."""
        ids = []
        for place, record in enumerate(records):
            came = spends(record), record["outcome"] in DONE
            use = Use(record["consumer"], record["attempt"], number, place, *came)
            self._uses.setdefault(record["id"], []).append(use)
            ids.append(record["id"])
        self._pages.append((at, ids))

    def forget(self, before: datetime) -> None:
        """Forget the pages that were written before that time."""
        while self._pages and self._pages[0][0] < before:
            for id_ in self._pages.popleft()[1]:
                uses = self._uses[id_]
                del uses[0]
                if not uses:
                    del self._uses[id_]

    def of(self, id_: str) -> Sequence[Use]:
        """The records of the request `id_`, the oldest first."""
        return tuple(self._uses.get(id_, ()))

    def answers(self, record: Record) -> int:
        """Under how many records the consumer's request was answered."""
        uses = self._uses.get(record["id"], ())
        return sum(use.answered and use.consumer == record["consumer"] for use in uses)

    def spent(self, record: Record) -> bool:
        """Whether the consumer's request and attempt are used up."""
        return any(
            use.spent and (use.consumer, use.attempt) == (record["consumer"], record["attempt"])
            for use in self._uses.get(record["id"], ())
        )
