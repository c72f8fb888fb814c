"""The clocks that run for a case, and the days on which their lamps change (pure).

    acceptance  submitted: accept, return or decline within 5 working days (Art. 32), or as few as
                the item says
    step        accepted: begin to handle it
    statutory   accepted until decided, pauses left out (Art. 42, 45)
    promised    the same, within what the department has promised
    delivery    decided: deliver within 10 working days (Art. 44)
    reasons     refused or declined without reasons (Art. 38): red at once

Guarantees: the deadlines are those of `shared.case.deadlines`; a clock that stands still has no day
on which its lamp changes. Does not: remember lamps (`lamps`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from shared import clock
from shared.case import acceptance_days, pauses
from shared.clock import Pause, local_day
from shared.text import Text

WARN_DAYS = 3
"""Working days left from which a lamp is yellow; at most half of a short limit."""
START_DAYS = 3
"""Working days within which handling begins after acceptance; at most half of what is promised."""

NAMES: Mapping[str, Text] = {
    "acceptance": Text("受理时限", "Acceptance"),
    "step": Text("环节时限", "Step"),
    "statutory": Text("法定时限", "Statutory limit"),
    "promised": Text("承诺时限", "Promised limit"),
    "delivery": Text("送达时限", "Delivery"),
    "reasons": Text("说明理由", "Reasons"),
}
CLOCKS = tuple(NAMES)

DECIDED = ("approved", "refused")
UNDECIDED = ("accepted", "processing", "suspended")
NEGATIVE = ("refuse", "decline")


class Running(NamedTuple):
    """A clock that runs. Days are ISO dates; None while the clock stands still, or never."""

    start: str
    days: int
    due: str | None
    yellow_on: str | None
    red_on: str | None

    def lamp(self, day: str) -> str:
        """The colour on `day`."""
        if self.red_on is not None and day >= self.red_on:
            return "red"
        return "yellow" if self.yellow_on is not None and day >= self.yellow_on else "green"


def running(case: Mapping[str, Any]) -> dict[str, Running]:
    """The clocks that run for a case as `shared.case.told` gives it."""
    found: dict[str, Running] = {}
    state = case["state"]
    if state == "submitted":
        found["acceptance"] = limit(case["received_on"], acceptance_days(case["limits"]))
    if state == "accepted":
        moved_on = local_day(case["history"][-1]["at"]).isoformat()
        found["step"] = limit(moved_on, start_days(case["limits"]["promised"]))
    if state in UNDECIDED:
        found |= decision(case)
    if state in DECIDED:
        found["delivery"] = limit(case["decided_on"], clock.DELIVERY_DAYS)
    if day := _unreasoned(case):
        found["reasons"] = Running(day, 0, day, None, day)
    return found


def decision(case: Mapping[str, Any]) -> dict[str, Running]:
    """The statutory and the promised clock of an accepted case, running or stopped."""
    begun = case.get("reopened_on", case["accepted_on"])
    limits, paused = case["limits"], tuple(pauses(case))
    return {
        "statutory": limit(begun, limits["statutory"] + case.get("extended", 0), paused),
        "promised": limit(begun, limits["promised"], paused),
    }


def start_days(promised: int) -> int:
    """Working days within which handling begins, by what is promised for the whole."""
    return min(START_DAYS, max(1, promised // 2))


@lru_cache(maxsize=65_536)
def limit(start: str, days: int, paused: tuple[Pause, ...] = ()) -> Running:
    """The clock of `days` working days after `start`."""
    found = clock.deadline(date.fromisoformat(start), days, paused)
    if found.due is None:
        return Running(start, days, None, None, None)
    red = (found.due + timedelta(days=1)).isoformat()
    warn = min(WARN_DAYS, days // 2)
    yellow = found.counted[-1 - warn].isoformat() if days else None
    return Running(start, days, found.due.isoformat(), yellow, red)


def _unreasoned(case: Mapping[str, Any]) -> str | None:
    """The day of the last refusal since the case was opened anew, if it gives no reasons."""
    for move in reversed(case["history"]):
        if move["action"] == "reopen":
            return None
        if move["action"] in NEGATIVE:
            return None if move.get("reasoned") else local_day(move["at"]).isoformat()
    return None
