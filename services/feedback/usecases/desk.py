"""What officials do with requests of the public, and what the person who made one sees.

Guarantees: officials see what lies before their desk; complaints about a case are decided with the
power to approve, never by somebody about their own. Does not: show contact data in full.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.feedback import events
from services.feedback.domain import requests
from services.feedback.usecases.people import (
    actor,
    before_desk,
    current,
    desk_of,
    invalid,
    require_power,
)
from shared import division
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import Forbidden, NotFound, Stale
from shared.text import Text

SWEEP_LIMIT = 200


def work_list(store: Storage, call: Call) -> Page:
    """Open requests at the official's desk by their due day; or all of a month."""
    where = "/".join(desk_of(call))
    month = call.query.get("month")
    wanted = {"handled_by": f"{where}/{month}"} if month else {"desk": where}
    if "kind" in call.query:
        wanted["kind"] = call.query["kind"]
    return store["requests"].page(
        wanted, order=("due", 1), limit=call.query["limit"], cursor=call.query.get("cursor")
    )


def mine(store: Storage, call: Call) -> Page:
    """The caller's own requests, the newest first."""
    return store["requests"].page(
        {"account": call.signed_in.subject},
        order=("requested_at", -1),
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
    )


def read(store: Storage, call: Call, id_: str) -> Document:
    """A request, for the person who made it and for its desk."""
    one = store["requests"].get(id_)
    if one is None:
        raise NotFound()
    if one["account"] != call.signed_in.subject:
        before_desk(one, call.signed_in)
    return one


def move(store: Storage, call: Call, id_: str, action: str) -> Document:
    """An official's move with a request; body: {note} and what the move needs."""
    before = store["requests"].get(id_)
    before_desk(before, call.signed_in)
    assert before is not None
    current(before, call)
    require_power(call.signed_in, *requests.MOVES[action].powers)
    if before["account"] == call.signed_in.subject:
        raise Forbidden(Text("不得处理本人的诉求", "Not of one's own request"))
    told = _told(action, call)
    by = actor(call.signed_in)
    after = requests.moved(before, action, by, call.now, **told)
    return store["requests"].save(before, after, [events.request(action, after, call.now)])


def _told(action: str, call: Call) -> dict[str, Any]:
    body = dict(call.body)
    if action == "transfer":
        if body["department"] not in {d.code for d in division.departments()}:
            raise invalid("/department", "没有这个部门", "There is no such department", "choice")
        if not division.exists(body["division"]):
            raise invalid("/division", "没有这个行政区划", "There is no such division", "choice")
    if "reasons" in body:
        body["note"] = "；".join(body["reasons"])
    return body


def sweep(store: Storage, now: datetime) -> int:
    """Tell of answers that are overdue, each once; how many."""
    today = local_day(now).isoformat()
    due = store["requests"].find({"watch": {"$lt": today}}, limit=SWEEP_LIMIT)
    return sum(_missed(store, one, now) for one in due)


def _missed(store: Storage, one: Document, now: datetime) -> bool:
    after = requests.missed(one, now)
    try:
        store["requests"].save(one, after, [events.request("miss", after, now)])
    except Stale:
        return False
    return True
