"""Registrations are reviewed when the qualification they stand on is no longer in force.

Guarantees: what the register says is asked under the grant, and its receipt kept; an answer is
written with the notices that tell it, once, however often it comes. An official of the division
ends a review, with reasons. Does not: follow the register (`following` does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.health.domain import reviews
from services.health.usecases.registering import entry, supervises
from shared.access import Caller
from shared.department.usecases import actor
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import NotFound, Stale
from shared.exchange.answers import Found
from shared.notice import notice
from shared.races import until_fresh
from shared.text import Text

TITLES: Mapping[str, Text] = {
    "opened": Text("您的执业注册正在核查", "Your registration is under review"),
    reviews.RESTORED: Text("执业注册核查已终结", "The review of your registration has ended"),
    reviews.KEPT: Text("执业注册核查已终结", "The review of your registration has ended"),
}
GROUNDS: Mapping[str, Text] = {
    "revoked": Text("您的职业资格已被撤销", "your professional qualification was revoked"),
    reviews.ABSENT: Text(
        "主管部门已没有您的职业资格记录", "there is no record of your professional qualification"
    ),
}
OTHERWISE = Text("您的职业资格状态有变化", "your professional qualification has changed")


def take(store: Storage, number: str, found: Found, now: datetime) -> Document:
    """The entry with what the register says of its ground now."""
    status = found.data["status"] if found.data else reviews.ABSENT
    source = found.origin.told()
    told = {"at": source.pop("at"), "source": source, "record": found.receipt.told()}

    def work() -> Document:
        before = store["practitioners"].require(number)
        after = reviews.answered(before, {"status": status, **told}, now)
        if after is None:
            return before
        return store["practitioners"].save(before, after, _told(before, after, now))

    return until_fresh(work)


def keep(store: Storage, call: Call, number: str) -> Document:
    """An official ends the review, with reasons: the registration stands."""
    before = entry(store, "practitioners", number)
    if not supervises(call.signed_in, before["division"]):
        raise _unknown()
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    after = reviews.kept(before, actor(call.signed_in), call.body["reasons"], call.now)
    return store["practitioners"].save(before, after, _told(before, after, call.now))


def seen(store: Storage, caller: Caller, number: str) -> Document:
    """The entry whose reviews the caller may see: the holder's own, or of an official's division;
    else `NotFound`."""
    found = entry(store, "practitioners", number)
    if caller.subject != found["account"] and not supervises(caller, found["division"]):
        raise _unknown()
    return found


def work_list(store: Storage, call: Call) -> Page:
    """The entries under review in the official's division."""
    desk = {"reviewing": call.signed_in.division}
    return store["practitioners"].page(
        desk, limit=call.query["limit"], cursor=call.query.get("cursor")
    )


def _unknown() -> NotFound:
    return NotFound(Text("没有这个编号", "There is no such number"))


def _told(before: Document, after: Mapping[str, Any], now: datetime) -> Sequence[Mapping[str, Any]]:
    """The notice for the practitioner, where a review was opened or has ended."""
    known, new = before.get("reviews", []), after.get("reviews", [])
    if known == new:
        return []
    number, end = after["_id"], new[-1]["closed"]
    title = TITLES[end["outcome"] if end else "opened"]
    id_ = f"{number}-review-{len(new)}-{'ended' if end else 'opened'}"
    body = _ended(number, end) if end else _opened(number, after["qualification"]["status"])
    return [notice("health", id_, after["account"], title, body, number, now)]


def _opened(number: str, status: str) -> Text:
    ground = GROUNDS.get(status, OTHERWISE)
    return Text(
        f"编号 {number}：{ground.zh}。卫生健康主管部门将核查您的执业注册；"
        "作出决定前，您有权陈述、申辩。",
        f"Number {number}: {ground}. The health authority reviews your registration; "
        "before it decides, you may state your case.",
    )


def _ended(number: str, end: Mapping[str, Any]) -> Text:
    if end["outcome"] == reviews.RESTORED:
        zh, en = "您的职业资格现行有效", "your qualification is in force"
    else:
        zh = en = "；".join(end["reasons"])
    return Text(
        f"编号 {number}：注册继续有效。理由：{zh}",
        f"Number {number}: the registration stands. Reasons: {en}",
    )
