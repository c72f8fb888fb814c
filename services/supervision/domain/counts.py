"""What one case counts for in the figures (pure).

    key      "department:division:item:month"
    counter  "days:3": decisions after 3 working days; "level:5": of evaluations

Guarantees: it follows from the moves and the evaluation alone, whatever order they came in; what
follows a gap in the moves does not count until the gap is filled.
Does not: add up (`shared.figures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from services.supervision.domain.clocks import NEGATIVE, decision, limit
from services.supervision.domain.lamps import Case, day_of
from shared.case import TABLE, acceptance_days, pauses
from shared.clock import Pause, is_working_day
from shared.figures import Contribution, Counts

LONGEST = 1000
"""Working days from which on handling times are not told apart: a figure stays small."""
ANSWERS = ("accept", "return", "decline")
DECISIONS = ("approve", "refuse")


class Subject(NamedTuple):
    """Whose figures a case counts for."""

    department: str
    division: str
    item: str

    def key(self, month: str) -> str:
        return f"{self.department}:{self.division}:{self.item}:{month}"


def contribution(
    subject: Subject, of: Sequence[Case], evaluation: Mapping[str, Any] | None = None
) -> Contribution:
    """What a case counts for. of: its stages; evaluation: {level, on}."""
    found: dict[str, Counter[str]] = {}
    for case in of:
        month = found.setdefault(subject.key(day_of(case)[:7]), Counter())
        month.update(_of_move(case))
    if evaluation:
        month = found.setdefault(subject.key(evaluation["on"][:7]), Counter())
        month[f"level:{evaluation['level']}"] += 1
    return {key: dict(sorted(counts.items())) for key, counts in sorted(found.items())}


def _of_move(case: Case) -> Counts:
    """What the last move counts for, in the month of its day."""
    move = case["history"][-1]
    counts = {TABLE[move["action"]].participle: 1}
    if move["action"] in ANSWERS:
        counts |= {"answered": 1, "answered-in-time": int(_in_time(case, move))}
    if move["action"] in NEGATIVE and not move.get("reasoned"):
        counts["unreasoned"] = 1
    if move.get("deemed"):
        counts["deemed"] = 1
    if move["action"] in DECISIONS:
        counts |= _decided(case)
    return {counter: number for counter, number in counts.items() if number}


def _in_time(case: Case, move: Mapping[str, Any]) -> bool:
    """Whether the applicant was answered within the limit; silence is no answer (Art. 32)."""
    due = limit(case["received_on"], acceptance_days(case["limits"])).due
    return not move.get("deemed") and due is not None and day_of(case) <= due


def _decided(case: Case) -> Counts:
    clocks = decision(case)
    on_time = {
        f"in-{name}": int(found.due is None or case["decided_on"] <= found.due)
        for name, found in clocks.items()
    }
    days = handling_days(clocks["promised"].start, case["decided_on"], pauses(case))
    return {"decided": 1, **on_time, f"days:{min(days, LONGEST)}": 1}


def handling_days(begun: str, decided: str, paused: Sequence[Pause]) -> int:
    """The working days after `begun` up to `decided` on which the clock did not stand still."""
    first, last = date.fromisoformat(begun).toordinal(), date.fromisoformat(decided).toordinal()
    days = map(date.fromordinal, range(first + 1, last + 1))
    return sum(is_working_day(day) and not _stands(day, paused) for day in days)


def _stands(day: date, paused: Sequence[Pause]) -> bool:
    return any(p.from_day <= day <= (p.until_day or date.max) for p in paused)
