"""What officials do with a case, what silence does, and what a decision brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.access import Caller
from shared.case import SYSTEM, legal_move, moved
from shared.clock import local_day
from shared.department import checks
from shared.department.practice import Fulfilment
from shared.department.usecases.desk import (
    Desk,
    actor,
    current,
    official_case,
    opened_form,
    saved,
)
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import Forbidden, Stale
from shared.events import Event
from shared.item import Item
from shared.text import Text

SWEEP_LIMIT = 200
DECIDED = frozenset({"approved", "refused", "closed"})


def move(desk: Desk, call: Call, case_id: str, action: str) -> Document:
    """An official's move."""
    before = current(official_case(desk, call.signed_in, case_id), call)
    legal_move(before["state"], action)
    _two_people(desk, before, call.signed_in, action)
    checks.guard(before, action)
    after = moved(before, action, actor(call.signed_in), call.now, **(call.body or {}))
    return saved(desk, before, after)


def deem_accepted(desk: Desk, now: datetime) -> int:
    """Accept what nobody has answered within five working days (Art. 32); how many."""
    today = local_day(now).isoformat()
    due = desk.store["cases"].find({"deemed_after": {"$lt": today}}, limit=SWEEP_LIMIT)
    return sum(_deemed(desk, case, now) for case in due)


def _deemed(desk: Desk, case: Document, now: datetime) -> bool:
    try:
        saved(desk, case, moved(case, "accept", SYSTEM, now, deemed=True))
    except Stale:
        return False
    return True


def complete(desk: Desk, event: Event, now: datetime) -> None:
    """Do what a decision brings (licence, register), then deliver it and close the case."""
    before = desk.store["cases"].require(event.subject)
    if before["state"] not in ("approved", "refused"):
        return
    result: Mapping[str, Any] = {}
    if before["state"] == "approved":
        practice = desk.practices[before["item"]]
        result = practice.fulfil(desk.store, fulfilment_of(desk, practice.item, before))
    after = moved(before, "deliver", SYSTEM, now)
    saved(desk, before, {**after, "result": dict(result)}, received=event)


def decide(
    desk: Desk, case_id: str, approved: bool, reasons: Sequence[Text], now: datetime
) -> Document:
    """The system decides an accepted case by rules; one that is decided stays as it is."""
    before = desk.store["cases"].require(case_id)
    if before["state"] in DECIDED:
        return before
    started = moved(before, "start", SYSTEM, now) if before["state"] == "accepted" else before
    told = [reason.both() for reason in reasons] or None
    verdict = "approve" if approved else "refuse"
    return saved(desk, before, moved(started, verdict, SYSTEM, now, reasons=told))


def reopen(desk: Desk, event: Event, now: datetime) -> None:
    """Take up a closed case again because a complaint about it was upheld."""
    if event.data["service"] != desk.service:
        return
    before = desk.store["cases"].require(event.data["case"])
    if before["state"] != "closed" or before.has_received(event.id):
        return
    cause = {"complaint": event.subject, "reasons": event.data["reasons"]}
    saved(desk, before, moved(before, "reopen", SYSTEM, now, **cause), received=event)


def _two_people(desk: Desk, case: Document, caller: Caller, action: str) -> None:
    if action not in ("approve", "refuse") or not desk.practices[case["item"]].item.two_people:
        return
    accepted = [e for e in case["history"] if e["action"] == "accept"]
    if accepted and accepted[-1]["by"]["account"] == caller.subject:
        raise Forbidden(
            Text("受理人不得审批本件", "The one who accepted a case may not decide it"),
            type="two-people",
        )


def fulfilment_of(desk: Desk, item: Item, case: Document) -> Fulfilment:
    """What `Practice.fulfil` gets for the approved `case`."""
    return Fulfilment(
        id=case["_id"],
        number=case["number"],
        item=item,
        division=case["division"],
        form=opened_form(desk, case),
        applicant=case["applicant"],
        decided_at=case["history"][-1]["at"],
    )
