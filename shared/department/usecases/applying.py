"""What applicants do: drafts, applications, corrections, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from shared import division as divisions
from shared.case import SYSTEM, events_of, legal_move, moved, opened
from shared.clock import local_day
from shared.department.practice import Application, Practice
from shared.department.routing import authority
from shared.department.usecases import checking, prefilled
from shared.department.usecases.desk import (
    Desk,
    actor,
    asked_events,
    listed,
    opened_form,
    own_case,
    practice_of,
    saved,
    sealed,
)
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import FieldError, Invalid
from shared.item import Item
from shared.personal import unmask_tree
from shared.schema import Schema, load
from shared.store import once
from shared.text import Text


def save_draft(desk: Desk, call: Call) -> Document:
    """Keep an unfinished form: its types are checked, what is missing may be missing."""
    practice = practice_of(desk, call.body["item"])
    form = load(practice.item.form(partial=True), call.body["form"], "/form")
    case = moved(opened_case(desk, practice.item, call), "draft", actor(call.signed_in), call.now)
    return once(desk.store["cases"], sealed(desk, case, form), call.digest)


def replace_form(desk: Desk, call: Call, case_id: str) -> Document:
    """Replace the form of a draft. A masked number sent back keeps what it masks."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "submit")
    given = unmask_tree(call.body["form"], opened_form(desk, before))
    form = load(desk.practices[before["item"]].item.form(partial=True), given, "/form")
    return desk.store["cases"].save(before, sealed(desk, before, form))


def apply(desk: Desk, call: Call) -> Document:
    """Submit a new application; the same request again gives the case it has made, however the
    rules have changed by then (the case itself may be what they would object to).
    """
    try:
        return _applied(desk, call)
    except Invalid:
        kept = desk.store["cases"].get(call.id)
        if kept is None or kept["digest"] != call.digest:
            raise
        return kept


def _applied(desk: Desk, call: Call) -> Document:
    practice = practice_of(desk, call.body["item"])
    form = load(whole_form(practice.item.form), call.body["form"], "/form")
    case = opened_case(desk, practice.item, call)
    submitted = _submitted(desk, practice, case, form, call)
    events = [*events_of(submitted, desk.service), *asked_events(desk, submitted)]
    document = listed(sealed(desk, submitted, form))
    return once(desk.store["cases"], document, call.digest, events)


def submit_draft(desk: Desk, call: Call, case_id: str) -> Document:
    """Submit a draft as it stands."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "submit")
    practice = desk.practices[before["item"]]
    form = load(whole_form(practice.item.form), opened_form(desk, before), "/form")
    after = _submitted(desk, practice, before, form, call)
    return saved(desk, before, sealed(desk, after, form))


def resubmit(desk: Desk, call: Call, case_id: str) -> Document:
    """Submit a returned application again, corrected."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "resubmit")
    practice = desk.practices[before["item"]]
    given = unmask_tree(call.body["form"], opened_form(desk, before))
    form = load(whole_form(practice.item.form), given, "/form")
    application = _application(desk, practice.item, before, form, call)
    _refuse_faults(desk, practice, application)
    after = moved(before, "resubmit", actor(call.signed_in), call.now)
    after = checking.opened(desk, practice, application, after)
    return saved(desk, before, sealed(desk, after, form))


def withdraw(desk: Desk, call: Call, case_id: str) -> Document:
    """Withdraw an application that is not decided."""
    before = own_case(desk, call, case_id)
    after = moved(
        before, "withdraw", actor(call.signed_in), call.now, reason=call.body.get("reason")
    )
    return saved(desk, before, after)


@cache
def whole_form(form: type[Schema]) -> Schema:
    """The schema of a complete form, made once: making one costs as much as loading with it."""
    return form()


def opened_case(desk: Desk, item: Item, call: Call) -> dict[str, Any]:
    """The case that the application in `call` begins."""
    caller, code = call.signed_in, call.body.get("legal_person")
    if code and not caller.acts_for(code):
        detail = Text("您不能代表该法人办理", "You may not act for this legal person")
        raise Invalid(errors=[FieldError("/legal_person", detail, "representation")])
    return opened(
        id_=call.id,
        item=item.code,
        item_version=item.version,
        department=desk.department,
        division=_routed(desk, item, call),
        applicant={
            "account": caller.subject,
            "name": caller.name,
            **({"legal_person": code} if code else {}),
        },
        limits={"statutory": item.statutory_days, "promised": item.promised_days},
        now=call.now,
    )


def _routed(desk: Desk, item: Item, call: Call) -> str:
    wanted: str = call.body["division"]
    if not divisions.exists(wanted):
        detail = Text("没有这个行政区划", "There is no such division")
        raise Invalid(errors=[FieldError("/division", detail, "division")])
    if divisions.level(wanted) in item.levels:
        return wanted
    delegations = desk.store["delegations"].find({"item": item.code})
    return authority(item, wanted, delegations, local_day(call.now))


def _application(
    desk: Desk, item: Item, case: Mapping[str, Any], form: Mapping[str, Any], call: Call
) -> Application:
    return Application(
        id=case["_id"],
        item=item,
        division=case["division"],
        form=form,
        caller=call.signed_in,
        legal_person=case["applicant"].get("legal_person"),
        now=call.now,
        held=prefilled.held(desk, case, form, call.signed_in.subject, call.now),
    )


def _refuse_faults(desk: Desk, practice: Practice, application: Application) -> None:
    faults = practice.check(desk.store, application)
    if faults:
        raise Invalid(errors=[FieldError("/form" + f.pointer, f.detail, f.rule) for f in faults])


def _submitted(
    desk: Desk, practice: Practice, case: Mapping[str, Any], form: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    application = _application(desk, practice.item, case, form, call)
    _refuse_faults(desk, practice, application)
    after = moved(case, "submit", actor(call.signed_in), call.now)
    if practice.decide is None:
        return checking.opened(desk, practice, application, after)
    decision = practice.decide(desk.store, application)
    for action in ("accept", "start"):
        after = moved(after, action, SYSTEM, call.now)
    verdict = "approve" if decision.approved else "refuse"
    reasons = [reason.both() for reason in decision.reasons] or None
    return moved(after, verdict, SYSTEM, call.now, reasons=reasons)
