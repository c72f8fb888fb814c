"""How long a name is held, by whom, and what it is waiting for.

    held        claimed by a reservation that is being decided; ends with its lease
    reserved    reserved for `holder` until `until` (two months: Provisions, Art. 18), longer while
                an establishment uses it
    registered  the name of an enterprise
    released    given up by deregistration or change; free one year later (Art. 17 (2))

Guarantees: the same document and facts give the same answer. Does not: write anything.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

RESERVED_MONTHS = 2
RELEASED_MONTHS = 12
LEASE = timedelta(minutes=2)
"""How long a claim stands for a case that is not stored yet; a request takes seconds."""

LIVE = frozenset({"submitted", "returned", "accepted", "processing", "suspended", "approved"})
"""States in which an establishment still uses the name it was started with."""
DECIDED_FOR = frozenset({"approved", "closed"})
NOT_YET = frozenset({None, "draft"})
"""States of a case whose submission is still under way."""

CaseState = Callable[[str | None], str | None]
"""The state of a case by its id; None where there is no such case."""


def months_later(moment: datetime, months: int) -> datetime:
    """The same time of day `months` later, on the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def stands(name: Mapping[str, Any], now: datetime, state_of: CaseState) -> bool:
    """Whether `name` keeps others from an identical or similar one at `now`."""
    if name["state"] == "registered":
        return True
    if name["until"] > now:
        return True
    if name["state"] == "held":  # approved, and not yet confirmed
        return state_of(name["case"]) in DECIDED_FOR
    return name["state"] == "reserved" and in_use(name, now, state_of)


def in_use(name: Mapping[str, Any], now: datetime, state_of: CaseState) -> bool:
    """Whether an application that is still open, or about to be stored, uses `name`."""
    if name["used_by"] is None:
        return False
    state = state_of(name["used_by"])
    return state in LIVE or (state in NOT_YET and name["used_until"] > now)
