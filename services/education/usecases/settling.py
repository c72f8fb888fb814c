"""How an enrolment decides its case, and what an admission gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.education import wording
from services.education.items import ENROLMENT
from services.education.tools import Tools
from services.education.usecases.common import enrolment_id, school_id
from services.education.usecases.proving import is_refuted
from shared.department import Fulfilment, usecases
from shared.department.usecases import Desk
from shared.errors import Conflict, IllegalMove
from shared.events import Event
from shared.text import Text

BY_THE_ROUND = {"approve": "admitted", "refuse": "ended", "suspend": ""}
"""Moves of an enrolment's case: the state its enrolment must have. A case of a round that is not
over cannot be suspended: the round would wait for nobody."""


def decide(desk: Desk, event: Event, now: datetime) -> None:
    """The enrolment has come to its end: so does its case, unless either has gone on since."""
    enrolment = desk.store["enrolments"].require(event.subject)
    admitted = event.data["admitted"]
    before = desk.store["cases"].require(event.data["case"])
    if enrolment["state"] != ("admitted" if admitted else "ended") or _reopened(before, event):
        return
    reasons = [] if admitted else wording.refusal(enrolment)
    try:
        usecases.decide(desk, event.data["case"], admitted, reasons, now)
    except IllegalMove:
        case = desk.store["cases"].require(event.data["case"])
        if case["state"] not in ("withdrawn", "declined"):
            raise


def _reopened(case: Mapping[str, Any], event: Event) -> bool:
    """Whether the case was opened anew after what the event tells."""
    return any(e["action"] == "reopen" and e["at"] > event.time for e in case["history"])


def guard(store: Any, case: Mapping[str, Any], action: str) -> None:
    """Officials do not decide an enrolment past its round; but who turns out to be no guardian is
    refused before it, and not accepted where the guardian has applied meanwhile."""
    if case["item"] != ENROLMENT.code or action not in (*BY_THE_ROUND, "accept"):
        return
    found = store["enrolments"].find({"case": case["_id"]}, limit=1)
    if action == "accept":
        _not_overtaken(found)
    elif action == "refuse" and found and found[0]["state"] == "entered" and is_refuted(case):
        return
    elif not found or found[0]["state"] != BY_THE_ROUND[action]:
        raise Conflict(
            Text(
                "入学申请由招生轮次决定，请在轮次中办理",
                "The round decides this application; act on its enrolment",
            ),
            type="decided-by-the-round",
        )


def _not_overtaken(found: Sequence[Any]) -> None:
    if not found:
        detail = Text(
            "该儿童的监护人已另行申请，本件应不予受理",
            "The child's guardian has applied meanwhile; decline this one",
        )
        raise Conflict(detail, type="overtaken")


def admit(store: Any, tools: Tools, fulfilment: Fulfilment) -> dict[str, Any]:
    """The admission notice."""
    form = fulfilment.form
    id_ = enrolment_id(tools, form["round"], form["child"]["identity"])
    enrolment, round_ = store["enrolments"].require(id_), store["rounds"].require(form["round"])
    school = store["schools"].require(school_id(round_["_id"], enrolment["offer"]["school"]))
    return {
        "notice": f"{round_['division']}-{round_['year']}-{fulfilment.id[:8].upper()}",
        "enrolment": id_,
        "round": round_["_id"],
        "year": round_["year"],
        "school": school["code"],
        "school_name": school["name"],
        "fee": 0,
    }
