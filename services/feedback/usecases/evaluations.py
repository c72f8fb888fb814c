"""Evaluations: given by applicants, read and replied to by officials, texts read by the public.

Guarantees: the evaluation and its event are one write of the case; the figures follow by the event
(`closings`). Does not: show a text in public unless the person agreed, nor one that was withheld.
"""

from __future__ import annotations

from typing import Any

from services.feedback import events
from services.feedback.domain import cases, evaluation, rectification
from services.feedback.usecases.people import actor, before_desk, current, desk_of, without_races
from shared.clock import local_day
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import IdempotencyMismatch, NotFound
from shared.events import Event


def evaluate(store: Storage, call: Call, case_id: str) -> Document:
    """The first evaluation of a case; the same request again gives the same case."""
    return without_races(lambda: _evaluated(store, call, case_id, 1))


def evaluate_again(store: Storage, call: Call, case_id: str) -> Document:
    """The evaluation that takes the first one's place."""
    return without_races(lambda: _evaluated(store, call, case_id, 2))


GIVING = {1: evaluation.given, 2: evaluation.given_again}


def _evaluated(store: Storage, call: Call, case_id: str, sequence: int) -> Document:
    before = store["cases"].get(case_id)
    cases.require_own(before, call.signed_in)
    assert before is not None
    kept = before.get("requests", {}).get(call.id)
    if kept == call.digest:
        return before
    if kept is not None:
        raise IdempotencyMismatch()
    by = call.signed_in.subject
    after = dict(GIVING[sequence](before, call.body, by, call.digest, call.now))
    after["requests"] = {**before.get("requests", {}), call.id: call.digest}
    return store["cases"].save(before, after, [events.evaluation_given(after, call.now)])


def waiting(store: Storage, call: Call) -> Page:
    """The caller's closed cases that nobody has evaluated, by id."""
    code = call.query.get("legal_person")
    if code and not call.signed_in.acts_for(code, "apply"):
        raise NotFound()
    wanted = code or call.signed_in.subject
    return store["cases"].page(
        {"waiting": wanted}, limit=call.query["limit"], cursor=call.query.get("cursor")
    )


def read(store: Storage, call: Call, case_id: str) -> Document:
    """An evaluated case, to whom it concerns."""
    case = store["cases"].get(case_id)
    caller = call.signed_in
    own = case is not None and cases.is_own(case, caller, "view")
    theirs = case is not None and cases.is_theirs(case, caller)
    if case is None or not (own or theirs) or "evaluation" not in case:
        raise NotFound()
    return case


def rectification_of(store: Storage, case: Document) -> Document | None:
    """The rectification that the evaluation of `case` has opened, if it has."""
    return store["rectifications"].get(rectification.id_of(case["_id"]))


def at_desk(store: Storage, call: Call) -> Page:
    """The evaluations of a month that lie before the official, the newest first."""
    return _of_month(store, call, "evaluated_in", "/".join(desk_of(call)))


def public(store: Storage, call: Call) -> Page:
    """The public texts of a month of one department, in a division and what lies in it."""
    where = f"{call.query['department']}/{call.query['division']}"
    return _of_month(store, call, "public_in", where)


def _of_month(store: Storage, call: Call, list_: str, where: str) -> Page:
    month = call.query.get("month") or local_day(call.now).isoformat()[:7]
    wanted: dict[str, Any] = {list_: f"{where}/{month}"}
    if "level" in call.query:
        wanted["evaluation.level"] = call.query["level"]
    return store["cases"].page(
        wanted,
        order=("evaluated_at", -1),
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
    )


def reply(store: Storage, call: Call, case_id: str) -> Document:
    """The department's reply to an evaluation, good or bad."""
    before = _at_desk(store, call, case_id)
    after = evaluation.replied(before, call.body["text"], actor(call.signed_in), call.now)
    return store["cases"].save(before, after)


def withhold(store: Storage, call: Call, case_id: str) -> Document:
    """Keep a text from the public, with a reason that is public: a supervisor's power."""
    before = store["cases"].get(case_id)
    if before is None or "evaluation" not in before:
        raise NotFound()
    current(before, call)
    after = evaluation.withheld(before, call.body["reason"], actor(call.signed_in), call.now)
    return store["cases"].save(before, after)


def _at_desk(store: Storage, call: Call, case_id: str) -> Document:
    before = store["cases"].get(case_id)
    before_desk(before, call.signed_in)
    assert before is not None
    evaluation.require_not_own(before, call.signed_in.subject)
    return current(before, call)


def answered(store: Storage, event: Event) -> None:
    """The rectification of a case was answered: it may be evaluated again."""
    before = store["cases"].require(event.data["case"])
    one = store["rectifications"].require(event.subject)
    if before.get("evaluation") and not before["evaluation"].get("rectified") and one["reply"]:
        store["cases"].save(before, evaluation.rectified(before, one["reply"]))


def case_of_number(store: Storage, text: str) -> Document | None:
    """The closed case with this number or id."""
    by_id = store["cases"].get(text)
    if by_id is not None:
        return by_id
    found = store["cases"].find({"number": text}, limit=1)
    return found[0] if found else None
