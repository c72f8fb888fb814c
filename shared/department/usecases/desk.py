"""The desk: what the use cases of a department work with, and how a case is found and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared import division as divisions
from shared.access import Caller
from shared.case import events_of
from shared.department import checks
from shared.department.practice import Practice
from shared.documents import Document, Storage
from shared.entrypoints.request import Call
from shared.errors import FieldError, Invalid, NotFound, Stale
from shared.events import Event, event
from shared.exchange.answers import Sharing
from shared.item import Item
from shared.personal import Vault
from shared.text import Text

SUBMITTING = ("submit", "resubmit")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the use cases of one department work with.

    sharing: what asks the exchange, where the department takes part in it. identity: its RPC.
    """

    service: str
    department: str
    practices: Mapping[str, Practice]
    store: Storage
    vault: Vault
    sharing: Sharing | None = None
    identity: Any = None

    @property
    def registers(self) -> Sharing:
        """What asks the exchange; a department whose items have sources takes part in it."""
        if self.sharing is None:
            raise RuntimeError(f"{self.service} is no consumer of the exchange")
        return self.sharing

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


def own_case(desk: Desk, call: Call, case_id: str) -> Document:
    """The caller's own case in the version that If-Match names."""
    case = desk.store["cases"].get(case_id)
    if case is None or not is_own(case, call.signed_in):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    return current(case, call)


def official_case(desk: Desk, caller: Caller, case_id: str) -> Document:
    """A case on the desk of the official `caller`."""
    case = desk.store["cases"].get(case_id)
    if case is None or not is_theirs(desk, case, caller):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    return case


ANSWERED_FROM = "answered_from"
"""In a case: the version that its applicant's last move has made; registers have answered since."""


def is_own(case: Mapping[str, Any], caller: Caller, scope: str = "apply") -> bool:
    """Whether `caller` has applied, or acts for the legal person that has, in `scope`."""
    code = case["applicant"].get("legal_person")
    is_applicant: bool = case["applicant"]["account"] == caller.subject
    return is_applicant or bool(code and caller.acts_for(code, scope))


def is_theirs(desk: Desk, case: Mapping[str, Any], caller: Caller) -> bool:
    """Whether the submitted case is of the official's department, in their division's subtree."""
    return (
        caller.kind == "official"
        and caller.department == desk.department
        and "received_on" in case
        and divisions.covers(caller.division or "", case["division"])
    )


def current(case: Document, call: Call) -> Document:
    """`case`, where the caller has seen it as it is. What registers have answered meanwhile does
    not concern applicants, who cannot see it coming; officials decide upon it."""
    oldest = case["version"]
    if call.signed_in.kind == "person":
        oldest = case.get(ANSWERED_FROM, oldest)
    if not oldest <= call.if_match <= case["version"]:
        raise Stale(version=case["version"])
    return case


def opened_form(desk: Desk, case: Document) -> dict[str, Any]:
    """The form in `case`, unsealed."""
    form: dict[str, Any] = desk.vault.open_json(bytes(case["form"]), case["_id"].encode())
    return form


def sealed(desk: Desk, case: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """`case` with `form`, sealed for it."""
    return {**case, "form": desk.vault.seal_json(form, case["_id"].encode())}


def saved(
    desk: Desk, before: Document, after: Mapping[str, Any], received: Event | None = None
) -> Document:
    """`after` saved, with the events of the moves that `before` has not made; `Stale`."""
    known = len(before["history"])
    events = [*events_of(after, desk.service, known), *asked_events(desk, after, known)]
    moved = {name: value for name, value in after.items() if name != ANSWERED_FROM}
    return desk.store["cases"].save(before, listed(moved), events, received=received)


def kept_answers(desk: Desk, before: Document, after: Mapping[str, Any]) -> Document:
    """`after` saved, which differs from `before` by answers of registers only."""
    since = {ANSWERED_FROM: before.get(ANSWERED_FROM, before["version"])}
    return desk.store["cases"].save(before, listed({**after, **since}))


def listed(case: Mapping[str, Any]) -> dict[str, Any]:
    """`case` as the sweep finds it while registers are yet to be asked."""
    asking = checks.asking(case)
    bare = {name: value for name, value in case.items() if name != "asking"}
    return {**bare, "asking": asking} if asking else bare


def asked_events(desk: Desk, case: Mapping[str, Any], known: int = 0) -> list[dict[str, Any]]:
    """What a submission tells the department itself, so that the registers are asked at once."""
    moves = case["history"][known:]
    if not checks.asking(case) or not any(m["action"] in SUBMITTING for m in moves):
        return []
    type_, data = f"{desk.service}.check.asked.v1", {"number": case["number"], "item": case["item"]}
    return [event(type_, case["_id"], len(case["history"]), data, moves[-1]["at"])]
