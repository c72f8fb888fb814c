"""The rectification of a bad evaluation: call back, put right, answer (GB/T 39735; 好差评 rules).

Guarantees: who calls back is told within 1 working day, what was wrong is put right and answered
within 15 (`shared.clock`); both deadlines keep their lamps when they are met or missed; each step
is kept in the history and is one event. Does not: decide who was right (a complaint does).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from services.feedback.domain.cases import desks
from services.feedback.domain.screening import screened
from shared.clock import Lamp, deadline, lamp, local_day
from shared.errors import IllegalMove
from shared.events import derived_id
from shared.text import Text

CALL_BACK_DAYS, RECTIFY_DAYS = 1, 15
"""Working days after the evaluation."""
ANSWER_DAYS = 10
"""Working days after the reply in which the person may evaluate again; then it is closed."""
WARN_DAYS = 3
"""Working days before a deadline from which its lamp is yellow."""

Rectification = Mapping[str, Any]
"""_id, case, service, number, department, division, item, applicant, level, state, opened_on,
call_back_due, rectify_due, called_back_on, replied_on, closed_on, late (missed clocks), reply,
history [{sequence, action, at, by, note}]; due (the next day to look at it), desk (who sees it)."""


class Step(NamedTuple):
    """A legal step: from where, to where, the event's participle."""

    sources: frozenset[str]
    target: str
    participle: str


STEPS: Mapping[str, Step] = {
    "call-back": Step(frozenset({"opened"}), "called-back", "called-back"),
    "reply": Step(frozenset({"called-back"}), "replied", "replied"),
    "close": Step(frozenset({"opened", "called-back", "replied"}), "closed", "closed"),
}


def id_of(case: str) -> str:
    """The id of a case's rectification."""
    return derived_id("rectification", case)


def opened(case: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The rectification that the bad evaluation of `case` opens. data: `EvaluationGiven`."""
    start = date.fromisoformat(data["given_on"])
    call_back, rectify = (_due(start, days) for days in (CALL_BACK_DAYS, RECTIFY_DAYS))
    same = ("service", "department", "division", "item", "level")
    return {
        "_id": id_of(case),
        "case": case,
        "number": data["case_number"],
        **{name: data[name] for name in same},
        "state": "opened",
        "opened_on": data["given_on"],
        "call_back_due": call_back,
        "rectify_due": rectify,
        "called_back_on": None,
        "replied_on": None,
        "closed_on": None,
        "late": [],
        "reply": None,
        "history": [_entry(1, "open", {"kind": "system", "account": "system"}, now, None)],
        "due": call_back,
        "desk": desks(data["department"], data["division"]),
    }


def stepped(
    before: Rectification, action: str, by: Mapping[str, str], now: datetime, note: str | None
) -> dict[str, Any]:
    """`before` after `action`; `IllegalMove` where it cannot be made."""
    step = STEPS[action]
    if before["state"] not in step.sources:
        legal = [name for name, one in STEPS.items() if before["state"] in one.sources]
        raise IllegalMove(legal=[name for name in legal if name != "close"])
    number = len(before["history"]) + 1
    text = screened(note) if note else None
    after = {
        **before,
        "state": step.target,
        "history": [*before["history"], _entry(number, action, by, now, text)],
    }
    EFFECTS[action](after, local_day(now), text)
    return after


def _called_back(after: dict[str, Any], today: date, note: str | None) -> None:
    after["called_back_on"] = today.isoformat()
    if "rectify" not in after["late"]:
        after["due"] = after["rectify_due"]


def _replied(after: dict[str, Any], today: date, note: str | None) -> None:
    after |= {"replied_on": today.isoformat(), "due": _due(today, ANSWER_DAYS)}
    after["reply"] = {"text": note, "at": after["history"][-1]["at"]}
    after.pop("desk")


def _closed(after: dict[str, Any], today: date, note: str | None) -> None:
    after["closed_on"] = today.isoformat()
    for name in ("due", "desk"):
        after.pop(name, None)


EFFECTS = {"call-back": _called_back, "reply": _replied, "close": _closed}


def missed(before: Rectification, now: datetime) -> dict[str, Any]:
    """`before` after its next deadline has passed: kept in `late`, looked at again at the next."""
    clock = "call-back" if before["state"] == "opened" and not before["late"] else "rectify"
    after = {**before, "late": [*before["late"], clock]}
    number = len(before["history"]) + 1
    entry = _entry(number, f"miss-{clock}", {"kind": "system", "account": "system"}, now, None)
    after["history"] = [*before["history"], entry]
    if clock == "call-back":
        after["due"] = after["rectify_due"]
    else:
        after.pop("due")
    return after


def lamps(one: Rectification, today: date) -> dict[str, Lamp]:
    """The lamps of both deadlines: of the day they were met, or of today."""
    return {
        "call_back": _lamp(one["call_back_due"], one["called_back_on"], one, today),
        "rectify": _lamp(one["rectify_due"], one["replied_on"], one, today),
    }


def _lamp(due: str, done: str | None, one: Rectification, today: date) -> Lamp:
    met = done or one["closed_on"]
    if met:
        return "red" if met > due else "green"
    return lamp(date.fromisoformat(due), today, WARN_DAYS)


def _due(start: date, days: int) -> str:
    due = deadline(start, days).due
    if due is None:
        raise ValueError("a deadline without pauses has a day")
    return due.isoformat()


def _entry(
    sequence: int, action: str, by: Mapping[str, str], now: datetime, note: str | None
) -> dict[str, Any]:
    return {"sequence": sequence, "action": action, "at": now, "by": dict(by), "note": note}


STATES: Mapping[str, Text] = {
    "opened": Text("待回访", "To be called back"),
    "called-back": Text("整改中", "Being put right"),
    "replied": Text("已答复", "Answered"),
    "closed": Text("已办结", "Closed"),
}
