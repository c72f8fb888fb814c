"""Who works on an import: one worker at a time, followed by another when it is gone.

Guarantees: a worker whose lease was taken learns so (`Stale`) at its next write. An import that
never comes to an end is given up after `MOST_ATTEMPTS`, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.catalogue.events import import_finished
from shared.documents import Document
from shared.errors import Stale

LEASE = timedelta(seconds=60)
RENEWAL = timedelta(seconds=10)
MOST_ATTEMPTS = 5


class Lease:
    """The right to work on an import; `Stale` where another has taken it."""

    def __init__(self, store: Any, record: Document, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        attempts = record["attempts"] + 1
        given_up = attempts > MOST_ATTEMPTS
        now = clock()
        self.record: Document = store["imports"].save(
            record,
            {**record, "state": "running", "attempts": attempts, "lease_until": now + LEASE},
        )
        if given_up:
            detail = {"zh": "多次处理未完成", "en": f"Not finished in {MOST_ATTEMPTS} attempts"}
            self.end({"state": "failed", "reason": detail})
            raise Stale()

    def renew(self) -> None:
        """Keep the lease while the work goes on."""
        now = self._clock()
        if self.record["lease_until"] - now < LEASE - RENEWAL:
            after = {**self.record, "lease_until": now + LEASE}
            self.record = self._store["imports"].save(self.record, after)

    def end(self, outcome: Mapping[str, Any]) -> None:
        """Write how it ended, and tell it."""
        now = self._clock()
        after = {**self.record, **outcome, "finished_at": now}
        del after["open"]
        counts = outcome.get("counts")
        told = [import_finished(self.record["_id"], counts, now)] if counts else []
        self.record = self._store["imports"].save(self.record, after, told)
