"""Objections of parents to the class they were put into, and what an upheld one brings (pure).

Guarantees: one open objection at a time; while it is open, the offer does not lapse. An answer has
reasons. An upheld one either ranks the child anew on the school's waiting list, or gives a place
beyond capacity, since no other child loses a place by an error that was not theirs.
Does not: judge; an official does, and the record keeps who and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.education.domain.enrolments import is_contested, moved, prefers
from services.education.domain.priority import CLASSES
from shared.errors import Conflict, FieldError, Invalid
from shared.text import Text

REMEDIES = ("rank-anew", "extra-place")
Enrolment = Mapping[str, Any]


def raised(enrolment: Enrolment, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The parent objects: {school, claimed_class, grounds}."""
    if is_contested(enrolment):
        raise Conflict(
            Text("已有异议正在处理", "An objection is being dealt with"), type="objection-open"
        )
    if given["school"] not in enrolment["choices"]:
        raise _invalid("/school", "choice", "不是您填报的志愿学校", "Not one of your choices")
    held = enrolment["offer"]["school"] if enrolment["state"] == "offered" else None
    if held and not prefers(enrolment["choices"], given["school"], held):
        raise _invalid("/school", "better", "您已获得更靠前的志愿", "You are offered a better one")
    after = {**enrolment, "objection": {**given, "state": "open", "at": now}}
    return moved(after, "object", now, school=given["school"])


def answered(
    enrolment: Enrolment,
    given: Mapping[str, Any],
    by: Mapping[str, Any],
    answer_by: date,
    now: datetime,
    *,
    moving: bool = True,
) -> dict[str, Any]:
    """The official's answer: {upheld, reasons, class, remedy}.

    answer_by: an offer that waited for it can be answered until then. moving: the round still
    moves up its waiting lists; where it does not, only an extra place helps.
    """
    if not is_contested(enrolment):
        raise Conflict(Text("没有待处理的异议", "No objection is open"), type="no-objection")
    if given["upheld"]:
        _check_upheld(given, moving)
    objection = enrolment["objection"]
    answer = {**given, "by": dict(by), "at": now}
    state = "upheld" if given["upheld"] else "rejected"
    after = {**enrolment, "objection": {**objection, "state": state, "answer": answer}}
    after |= _corrected(enrolment, objection["school"], given) if given["upheld"] else {}
    if enrolment["state"] == "offered":
        until = max(answer_by.isoformat(), enrolment["offer"]["answer_by"])
        after["offer"] = {**enrolment["offer"], "answer_by": until}
    told = {
        "school": objection["school"],
        "upheld": given["upheld"],
        "remedy": given["remedy"] if given["upheld"] else None,
        "reasons": list(given["reasons"]),
        "by": dict(by),
    }
    return moved(after, "answer", now, _then(after, given["upheld"], moving), **told)


def granted(
    enrolment: Enrolment, school: str, reasons: list[str], by: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """An official gives a place beyond capacity without an objection: a complaint was upheld, or
    the child has to be placed (Compulsory Education Law, Art. 12)."""
    told: dict[str, Any] = {"school": school, "remedy": "extra-place", "by": dict(by)}
    return moved(enrolment, "grant", now, reasons=reasons, **told)


def _corrected(enrolment: Enrolment, school: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The class that is right; the child waits at the school until it gives a place."""
    waits = [code for code in enrolment["choices"] if code in {*enrolment["waits_at"], school}]
    return {"classes": {**enrolment["classes"], school: given["class"]}, "waits_at": waits}


def _then(after: Enrolment, upheld: bool, moving: bool) -> str | None:
    """It is over where the child neither has an offer nor can get one any more."""
    hopeless = not upheld and not (after["waits_at"] and moving)
    return "ended" if after["state"] == "waiting" and hopeless else None


def _check_upheld(given: Mapping[str, Any], moving: bool) -> None:
    if given.get("class") not in CLASSES:
        raise _invalid("/class", "class", "应说明更正后的类别", "Say which class is right")
    if given.get("remedy") not in (REMEDIES if moving else ("extra-place",)):
        raise _invalid("/remedy", "remedy", "应说明补救方式", "Say how it is remedied")


def _invalid(pointer: str, rule: str, zh: str, en: str) -> Invalid:
    return Invalid(errors=[FieldError(pointer, Text(zh, en), rule)])
