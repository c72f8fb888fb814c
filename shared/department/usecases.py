"""What every department does with cases: load, rule, save.

Guarantees: callers see their own cases, officials those of their department in their division's
subtree, and anything else is `NotFound`; forms are sealed at rest; the one who accepts is not the
one who approves where the item asks for two people.
Does not: know HTTP or MongoDB; the store, the vault and the time are passed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import division as divisions
from shared.access import Caller
from shared.case import TABLE, event_of, legal_move, moved, opened
from shared.clock import local_day
from shared.department.practice import Application, Fulfilment, Practice
from shared.department.routing import authority
from shared.department.views import SUMMARY_FIELDS
from shared.documents import Document, Page, Storage
from shared.entrypoints.request import Call
from shared.errors import FieldError, Forbidden, Invalid, NotFound, Stale
from shared.events import Event
from shared.item import Item
from shared.personal import Vault, unmask_tree
from shared.schema import load
from shared.store import once
from shared.text import Text

SYSTEM = {"kind": "system", "account": "system", "name": "system"}
SWEEP_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What the use cases of one department work with."""

    service: str
    department: str
    practices: Mapping[str, Practice]
    store: Storage
    vault: Vault

    @property
    def items(self) -> Mapping[str, Item]:
        return {code: practice.item for code, practice in self.practices.items()}


def actor(caller: Caller) -> dict[str, str]:
    """The caller as the history keeps it."""
    return {"kind": caller.kind, "account": caller.subject, "name": caller.name}


def practice_of(desk: Desk, code: str) -> Practice:
    """How this department handles the item `code`; `Invalid` where it does not."""
    if code not in desk.practices:
        known = ", ".join(sorted(desk.practices))
        detail = Text(f"本部门事项：{known}", f"Items of this department: {known}")
        raise Invalid(errors=[FieldError("/item", detail, "item")])
    return desk.practices[code]


def save_draft(desk: Desk, call: Call) -> Document:
    """Keep an unfinished form: its types are checked, what is missing may be missing."""
    practice = practice_of(desk, call.body["item"])
    form = load(practice.item.form(partial=True), call.body["form"], "/form")
    case = moved(_opened(desk, practice.item, call), "draft", actor(call.signed_in), call.now)
    return once(desk.store["cases"], _sealed(desk, case, form), call.digest)


def replace_form(desk: Desk, call: Call, case_id: str) -> Document:
    """Replace the form of a draft. A masked number sent back keeps what it masks."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "submit")
    given = unmask_tree(call.body["form"], opened_form(desk, before))
    form = load(desk.practices[before["item"]].item.form(partial=True), given, "/form")
    return desk.store["cases"].save(before, _sealed(desk, before, form))


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
    form = load(practice.item.form(), call.body["form"], "/form")
    case = _opened(desk, practice.item, call)
    submitted = _submitted(desk, practice, case, form, call)
    events = _events(desk, submitted, 0)
    return once(desk.store["cases"], _sealed(desk, submitted, form), call.digest, events)


def submit_draft(desk: Desk, call: Call, case_id: str) -> Document:
    """Submit a draft as it stands."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "submit")
    practice = desk.practices[before["item"]]
    form = load(practice.item.form(), opened_form(desk, before), "/form")
    after = _submitted(desk, practice, before, form, call)
    return _saved(desk, before, _sealed(desk, after, form))


def resubmit(desk: Desk, call: Call, case_id: str) -> Document:
    """Submit a returned application again, corrected."""
    before = own_case(desk, call, case_id)
    legal_move(before["state"], "resubmit")
    practice = desk.practices[before["item"]]
    given = unmask_tree(call.body["form"], opened_form(desk, before))
    form = load(practice.item.form(), given, "/form")
    _refuse_faults(desk, practice, _application(practice.item, before, form, call))
    after = moved(before, "resubmit", actor(call.signed_in), call.now)
    return _saved(desk, before, _sealed(desk, after, form))


def withdraw(desk: Desk, call: Call, case_id: str) -> Document:
    """Withdraw an application that is not decided."""
    before = own_case(desk, call, case_id)
    after = moved(
        before, "withdraw", actor(call.signed_in), call.now, reason=call.body.get("reason")
    )
    return _saved(desk, before, after)


def move(desk: Desk, call: Call, case_id: str, action: str) -> Document:
    """An official's move."""
    before = _current(official_case(desk, call.signed_in, case_id), call)
    legal_move(before["state"], action)
    _two_people(desk, before, call.signed_in, action)
    after = moved(before, action, actor(call.signed_in), call.now, **(call.body or {}))
    return _saved(desk, before, after)


def deem_accepted(desk: Desk, now: datetime) -> int:
    """Accept what nobody has answered within five working days (Art. 32); how many."""
    today = local_day(now).isoformat()
    due = desk.store["cases"].find({"deemed_after": {"$lt": today}}, limit=SWEEP_LIMIT)
    return sum(_deemed(desk, case, now) for case in due)


def _deemed(desk: Desk, case: Document, now: datetime) -> bool:
    try:
        _saved(desk, case, moved(case, "accept", SYSTEM, now, deemed=True))
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
        result = practice.fulfil(desk.store, _fulfilment(desk, practice.item, before))
    after = moved(before, "deliver", SYSTEM, now)
    _saved(desk, before, {**after, "result": dict(result)}, received=event)


def read(desk: Desk, caller: Caller, case_id: str) -> Document:
    """A case that `caller` may see, or `NotFound`."""
    case = desk.store["cases"].get(case_id)
    if case is None or not (_is_own(case, caller, "view") or _is_theirs(desk, case, caller)):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    return case


def mine(desk: Desk, call: Call) -> Page:
    """The caller's own cases, newest first; or those of a legal person the caller acts for."""
    code = call.query.get("legal_person")
    if code and not call.signed_in.acts_for(code, "view"):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    filter_ = (
        {"applicant.legal_person": code} if code else {"applicant.account": call.signed_in.subject}
    )
    return _listing(desk, filter_, call, -1)


def work_list(desk: Desk, call: Call) -> Page:
    """What waits on the officials' desk in `division` (by default their own), oldest first."""
    caller = call.signed_in
    own = caller.division or ""
    wanted = call.query.get("division", own)
    if caller.department != desk.department or not divisions.covers(own, wanted):
        raise NotFound(Text("没有这个办件清单", "There is no such work list"))
    return _listing(desk, {"worklist": wanted}, call, 1)


def _listing(desk: Desk, filter_: Mapping[str, Any], call: Call, direction: int) -> Page:
    page: Page = desk.store["cases"].page(
        filter_,
        order=("opened_at", direction),
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
        fields=SUMMARY_FIELDS,
    )
    return page


def own_case(desk: Desk, call: Call, case_id: str) -> Document:
    """The caller's own case in the version that If-Match names."""
    case = desk.store["cases"].get(case_id)
    if case is None or not _is_own(case, call.signed_in):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    return _current(case, call)


def official_case(desk: Desk, caller: Caller, case_id: str) -> Document:
    """A case on the desk of the official `caller`."""
    case = desk.store["cases"].get(case_id)
    if case is None or not _is_theirs(desk, case, caller):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    return case


def opened_form(desk: Desk, case: Document) -> dict[str, Any]:
    """The form in `case`, unsealed."""
    form: dict[str, Any] = desk.vault.open_json(bytes(case["form"]), case["_id"].encode())
    return form


def _sealed(desk: Desk, case: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    return {**case, "form": desk.vault.seal_json(form, case["_id"].encode())}


def _current(case: Document, call: Call) -> Document:
    if case["version"] != call.if_match:
        raise Stale(version=case["version"])
    return case


def _is_own(case: Mapping[str, Any], caller: Caller, scope: str = "apply") -> bool:
    code = case["applicant"].get("legal_person")
    is_applicant: bool = case["applicant"]["account"] == caller.subject
    return is_applicant or bool(code and caller.acts_for(code, scope))


def _is_theirs(desk: Desk, case: Mapping[str, Any], caller: Caller) -> bool:
    return (
        caller.kind == "official"
        and caller.department == desk.department
        and "received_on" in case
        and divisions.covers(caller.division or "", case["division"])
    )


def _two_people(desk: Desk, case: Document, caller: Caller, action: str) -> None:
    if action not in ("approve", "refuse") or not desk.practices[case["item"]].item.two_people:
        return
    accepted = [e for e in case["history"] if e["action"] == "accept"]
    if accepted and accepted[-1]["by"]["account"] == caller.subject:
        raise Forbidden(
            Text("受理人不得审批本件", "The one who accepted a case may not decide it"),
            type="two-people",
        )


def _opened(desk: Desk, item: Item, call: Call) -> dict[str, Any]:
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
    item: Item, case: Mapping[str, Any], form: Mapping[str, Any], call: Call
) -> Application:
    return Application(
        id=case["_id"],
        item=item,
        division=case["division"],
        form=form,
        caller=call.signed_in,
        legal_person=case["applicant"].get("legal_person"),
        now=call.now,
    )


def _refuse_faults(desk: Desk, practice: Practice, application: Application) -> None:
    faults = practice.check(desk.store, application)
    if faults:
        raise Invalid(errors=[FieldError("/form" + f.pointer, f.detail, f.rule) for f in faults])


def _submitted(
    desk: Desk, practice: Practice, case: Mapping[str, Any], form: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    application = _application(practice.item, case, form, call)
    _refuse_faults(desk, practice, application)
    after = moved(case, "submit", actor(call.signed_in), call.now)
    if practice.decide is None:
        return after
    decision = practice.decide(desk.store, application)
    for action in ("accept", "start"):
        after = moved(after, action, SYSTEM, call.now)
    verdict = "approve" if decision.approved else "refuse"
    reasons = [reason.both() for reason in decision.reasons] or None
    return moved(after, verdict, SYSTEM, call.now, reasons=reasons)


def _events(desk: Desk, after: Mapping[str, Any], known: int) -> Sequence[dict[str, Any]]:
    return [
        event_of(after, desk.service, entry)
        for entry in after["history"][known:]
        if TABLE[entry["action"]].action != "draft"
    ]


def _saved(
    desk: Desk, before: Document, after: Mapping[str, Any], received: Event | None = None
) -> Document:
    events = _events(desk, after, len(before["history"]))
    saved: Document = desk.store["cases"].save(before, after, events, received=received)
    return saved


def _fulfilment(desk: Desk, item: Item, case: Document) -> Fulfilment:
    return Fulfilment(
        id=case["_id"],
        number=case["number"],
        item=item,
        division=case["division"],
        form=opened_form(desk, case),
        applicant=case["applicant"],
        decided_at=case["history"][-1]["at"],
    )
