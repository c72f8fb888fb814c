"""What parents do with an offer, what they object to, and how officials answer."""

from __future__ import annotations

from typing import Any

from services.education.domain import enrolments, objections, places, rounds
from services.education.usecases.common import (
    OPEN_CASES,
    by,
    looks_after,
    school_id,
    seen_round,
)
from services.education.usecases.keeping import keep
from services.education.usecases.moving import answer_by
from services.education.usecases.proving import may_act
from shared.clock import local_day
from shared.documents import Document, Page
from shared.entrypoints.request import Call
from shared.errors import Conflict, FieldError, Invalid, NotFound, Stale
from shared.text import Text


def mine(store: Any, call: Call) -> Page:
    """The enrolments of the caller's wards, by id."""
    page: Page = store["enrolments"].page(
        {"guardian": call.signed_in.subject},
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
    )
    return page


def read(store: Any, call: Call, id_: str) -> tuple[Document, Document]:
    """An enrolment and its round: for who applied, the child's guardian today, and officials of its
    division."""
    found, caller = store["enrolments"].get(id_), call.signed_in
    if found is None:
        raise none_such()
    round_ = store["rounds"].require(found["round"])
    seen = found["guardian"] == caller.subject or looks_after(caller, round_["division"])
    if not (seen or may_act(store, caller, found, local_day(call.now))):
        raise none_such()
    return Document(found), Document(round_)


def positions(store: Any, enrolment: Document) -> dict[str, int]:
    """Where the child stands on the waiting lists; some before it may have left."""
    ids = [school_id(enrolment["round"], code) for code in enrolment["waits_at"]]
    found = store["schools"].get_many(ids)
    pairs = ((s["code"], places.position(s, enrolment["_id"])) for s in found.values())
    return {code: place for code, place in pairs if place is not None}


def accept(store: Any, call: Call, id_: str) -> Document:
    """The guardian takes the place."""
    before, round_ = _own(store, call, id_)
    after = enrolments.accepted(before, local_day(call.now), call.now)
    return keep(store, before, after, round_, call.now)


def decline(store: Any, call: Call, id_: str) -> Document:
    """The guardian does not take the place."""
    before, round_ = _own(store, call, id_)
    moving = rounds.is_moving(round_)
    after = enrolments.declined(before, local_day(call.now), call.now, moving=moving)
    return keep(store, before, after, round_, call.now)


def object_to(store: Any, call: Call, id_: str) -> Document:
    """The guardian objects to the class of the child at a school."""
    before, round_ = _own(store, call, id_)
    if not rounds.is_moving(round_):
        raise Conflict(Text("轮次已结束", "The round is over"), type="round-over")
    return keep(store, before, objections.raised(before, call.body, call.now), round_, call.now)


def contested(store: Any, call: Call, round_: str) -> list[Document]:
    """The open objections of a round that the official looks after."""
    seen_round(store, call.signed_in, round_)
    found: list[Document] = store["enrolments"].find({"contested": round_}, limit=200)
    return found


def answer(store: Any, call: Call, id_: str) -> Document:
    """An official answers the open objection."""
    before, round_ = _theirs(store, call, id_)
    given = {"class": None, "remedy": None, **call.body}
    if given["upheld"] and given["class"] not in round_["classes"]:
        raise _invalid("/class", "class", "不是本轮次公布的类别", "Not a class of this round")
    after = objections.answered(
        before,
        given,
        by(call.signed_in),
        answer_by(round_, call.now),
        call.now,
        moving=rounds.is_moving(round_),
    )
    return keep(store, before, after, round_, call.now)


def grant(store: Any, call: Call, id_: str) -> Document:
    """An official gives a place beyond capacity after the draw; the case must be open, as an upheld
    complaint makes it again."""
    before, round_ = _theirs(store, call, id_)
    if round_["state"] not in ("published", "finished"):
        raise Conflict(Text("尚未派位", "It is not drawn yet"), type="not-drawn")
    code = call.body["school"]
    if store["schools"].get(school_id(round_["_id"], code)) is None:
        raise _invalid("/school", "school", "该校不在本轮次中", "Not a school of this round")
    case = store["cases"].require(before["case"])
    refusing = before["state"] == "ended" and "reopened_on" not in case
    if case["state"] not in OPEN_CASES or refusing:
        raise Conflict(Text("该办件未在办理中", "Its case is not open"), type="case-not-open")
    who, reasons = by(call.signed_in), list(call.body["reasons"])
    after = objections.granted(before, code, reasons, who, call.now)
    return keep(store, before, after, round_, call.now)


def of_case(store: Any, case: str) -> tuple[Document, dict[str, int]]:
    """The enrolment that a case is about, and its places on the waiting lists."""
    found = store["enrolments"].find({"case": case}, limit=1)
    if not found:
        raise none_such()
    return Document(found[0]), positions(store, found[0])


def _own(store: Any, call: Call, id_: str) -> tuple[Document, Document]:
    """For whoever is the child's guardian today, who applied or not."""
    found = store["enrolments"].get(id_)
    today = local_day(call.now)
    if found is None or not may_act(store, call.signed_in, found, today):
        raise none_such()
    round_ = store["rounds"].require(found["round"])
    return _current(Document(found), call), Document(round_)


def _theirs(store: Any, call: Call, id_: str) -> tuple[Document, Document]:
    before, round_ = read(store, call, id_)
    if not looks_after(call.signed_in, round_["division"]):
        raise none_such()
    return _current(before, call), round_


def _current(enrolment: Document, call: Call) -> Document:
    if enrolment["version"] != call.if_match:
        raise Stale(version=enrolment["version"])
    return enrolment


def none_such() -> NotFound:
    return NotFound(Text("没有这个入学申请", "There is no such enrolment"))


def _invalid(pointer: str, rule: str, zh: str, en: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, Text(zh, en), rule)])
