"""The clocks that run for a case, and what stops them (pure).

Guarantees: deadlines follow from the days, pauses and limits that the moves left in the case.
Does not: colour them (`shared.clock.lamp`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared import clock
from shared.case.table import Case


def acceptance_days(limits: Mapping[str, int]) -> int:
    """Working days to accept, return or decline: those of the law where `limits` names none."""
    return limits.get("acceptance", clock.ACCEPTANCE_DAYS)


def pauses(case: Case) -> list[clock.Pause]:
    """The pauses of `case` as the clock takes them."""
    return [
        clock.Pause(
            date.fromisoformat(p["from"]),
            date.fromisoformat(p["until"]) if p["until"] else None,
            p["ground"],
            p["notice"],
        )
        for p in case["pauses"]
    ]


def deadlines(case: Case) -> dict[str, clock.Deadline]:
    """The clocks that run or ran for `case`: acceptance, statutory, promised, delivery.

    A reopened case is decided anew within the same limits. An extension (Art. 42) moves the
    statutory deadline, not what the department has promised.
    """
    found = {}
    if received := case.get("received_on"):
        day = date.fromisoformat(received)
        days = acceptance_days(case["limits"])
        found["acceptance"] = clock.deadline(day, days, basis=clock.LIMITS["acceptance"].article)
    if begun := case.get("reopened_on", case.get("accepted_on")):
        day, paused = date.fromisoformat(begun), pauses(case)
        statutory = case["limits"]["statutory"] + case.get("extended", 0)
        promised = case["limits"]["promised"]
        found["statutory"] = clock.deadline(
            day, statutory, paused, basis=clock.LIMITS["decision"].article
        )
        found["promised"] = clock.deadline(day, promised, paused)
    if decided := case.get("decided_on"):
        found["delivery"] = clock.deadline(
            date.fromisoformat(decided),
            clock.DELIVERY_DAYS,
            basis=clock.LIMITS["delivery"].article,
        )
    return found
