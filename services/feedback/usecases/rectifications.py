"""Rectifications of bad evaluations: opened by the evaluation's event, worked on by officials.

Guarantees: one a case, whatever is repeated; a missed deadline is told once; the sweep costs by
what is due. Does not: forget a rectification whose case is handled again: it ends by its own steps.
"""

from __future__ import annotations

from datetime import datetime

from services.feedback import events
from services.feedback.domain import cases, rectification
from services.feedback.usecases.people import actor, before_desk, current, desk_of
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Forbidden, Stale
from shared.events import Event
from shared.text import Text

SWEEP_LIMIT = 200
SYSTEM = {"kind": "system", "account": "system", "name": "system"}


def heard(store: Storage, event: Event, now: datetime) -> None:
    """A case was evaluated: badly, it opens a rectification; again, it closes the one there is."""
    if event.sequence > 1:
        _close(store, rectification.id_of(event.subject), now)
    elif event.data["bad"]:
        one = rectification.opened(event.subject, event.data, now)
        store["rectifications"].ensure(one, [events.rectification("opened", one, now)])


def _close(store: Storage, id_: str, now: datetime) -> None:
    before = store["rectifications"].get(id_)
    if before is not None and before["state"] != "closed":
        _stepped(store, before, "close", SYSTEM, now, None)


def work_list(store: Storage, call: Call) -> Page:
    """What is to be called back or put right at the official's desk, by the day it is due."""
    return store["rectifications"].page(
        {"desk": "/".join(desk_of(call))},
        order=("rectify_due", 1),
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
    )


def read(store: Storage, call: Call, id_: str) -> Document:
    """A rectification, for its desk and for the applicant."""
    one = store["rectifications"].require(id_)
    case = store["cases"].get(one["case"])
    if case is None or not cases.is_own(case, call.signed_in, "view"):
        before_desk(one, call.signed_in)
    return one


def step(store: Storage, call: Call, id_: str, action: str) -> Document:
    """An official's step: "call-back" or "reply", with a note."""
    before = store["rectifications"].get(id_)
    before_desk(before, call.signed_in)
    assert before is not None
    current(before, call)
    case = store["cases"].get(before["case"])
    if case is not None and case["applicant"] == call.signed_in.subject:
        raise Forbidden(Text("不得处理本人办件的评价", "Not of one's own case"))
    by, note = actor(call.signed_in), call.body["note"]
    return _stepped(store, before, action, by, call.now, note)


def _stepped(
    store: Storage,
    before: Document,
    action: str,
    by: dict[str, str],
    now: datetime,
    note: str | None,
) -> Document:
    after = rectification.stepped(before, action, by, now, note)
    told = events.rectification(rectification.STEPS[action].participle, after, now)
    return store["rectifications"].save(before, after, [told])


def sweep(store: Storage, now: datetime) -> int:
    """Tell of deadlines that have passed, and close what was answered long ago; how many."""
    today = local_day(now).isoformat()
    due = store["rectifications"].find({"due": {"$lt": today}}, limit=SWEEP_LIMIT)
    return sum(_swept(store, one, now) for one in due)


def _swept(store: Storage, one: Document, now: datetime) -> bool:
    try:
        if one["state"] == "replied":
            _stepped(store, one, "close", SYSTEM, now, None)
        else:
            after = rectification.missed(one, now)
            told = events.rectification("delayed", after, now)
            store["rectifications"].save(one, after, [told])
    except Stale:
        return False
    return True
