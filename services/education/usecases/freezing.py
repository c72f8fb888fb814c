"""The applications of a round are fixed, once each is answered and proven; the draw follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.education.domain import rounds
from services.education.events import round_event
from services.education.usecases.common import (
    IN_THE_DRAW,
    by,
    their_round,
)
from services.education.usecases.proving import is_proven
from shared.clock import local_day
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Conflict
from shared.text import Text

MOST_APPLICATIONS = 1_000_000
AT_ONCE = 500


def freeze(store: Any, call: Call, id_: str) -> Document:
    """Fix the applications; the draw follows by event. Whatever came in is answered first."""
    before = their_round(store, call, id_)
    after = rounds.moved(before, "freeze", by(call.signed_in), call.now)
    if not rounds.is_over(before, call.now):
        raise Conflict(Text("报名尚未截止", "The window is still open"), type="window-open")
    waiting = _unanswered(store, id_, call.now)
    if waiting:
        raise Conflict(
            Text(f"尚有 {waiting} 件申请未受理", f"{waiting} applications are not answered yet"),
            type="applications-open",
            applications=waiting,
        )
    if open_ := unproven(store, id_, call.now):
        raise Conflict(
            Text(
                f"尚有 {open_} 件已受理申请的监护关系未核实",
                f"{open_} accepted applications are by guardians who are not confirmed",
            ),
            type="guardians-open",
            applications=open_,
        )
    return Document(store["rounds"].save(before, after, [round_event(after, call.now)]))


def _unanswered(store: Any, id_: str, now: datetime) -> int:
    """How many applications wait for an official, or are just coming in. Costs by what waits."""
    found = store["enrolments"].find({"unanswered": id_}, limit=MOST_APPLICATIONS)
    states = states_of(store, [one["case"] for one in found])
    fresh = [e for e in found if e["case"] not in states and e["claimed_at"] + rounds.LEASE > now]
    return len(fresh) + sum(state == "submitted" for state in states.values())


def unproven(store: Any, id_: str, now: datetime) -> int:
    """How many accepted applications (silence accepts, too) are by nobody who is proven to be the
    guardian. Costs by what was not proven when it came in."""
    found = store["enrolments"].find({"unproven": id_}, limit=MOST_APPLICATIONS)
    entered = [one for one in found if one["state"] == "entered"]
    states = states_of(store, [one["case"] for one in entered])
    accepted = [one for one in entered if states.get(one["case"]) in IN_THE_DRAW]
    return sum(not is_proven(store, one, local_day(now)) for one in accepted)


def states_of(store: Any, cases: Sequence[str]) -> dict[str, str]:
    """The states of those of `cases` that exist."""
    states = {}
    for first in range(0, len(cases), AT_ONCE):
        wanted = {"_id": {"$in": list(cases[first : first + AT_ONCE])}}
        for case in store["cases"].find(wanted, limit=AT_ONCE, fields=["state"]):
            states[case["_id"]] = case["state"]
    return states
