"""The Nameko base class of every department's service: entrypoints of a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from shared import clock
from shared.access import OFFICIAL, PERSON, SIGNED_IN, Who, official
from shared.case import TABLE
from shared.department import schemas, usecases, views
from shared.department.announcing import announce
from shared.department.practice import Practice
from shared.department.registered import Registered
from shared.department.sealed import CASES as SEALED
from shared.department.usecases import Desk
from shared.documents import Document, Page
from shared.entrypoints import Call, Clock, Remote, Reply, Store, every, hears, http
from shared.entrypoints.vault import PersonalVault
from shared.events import Event
from shared.sealed import Sealed
from shared.store import Index

CASES = {
    "cases": [
        Index.on("worklist", sparse=True),
        Index.on("applicant.account"),
        Index.on("applicant.legal_person", sparse=True),
        Index.on("deemed_after", sparse=True),
        Index.on("asking", sparse=True),
    ],
    "announcements": [],
    "delegations": [Index.on("item")],
}
"""The collections that every department owns; add them to its own."""


def movers(action: str) -> Who:
    """Officials who may make the move `action`, as the table of the lifecycle says."""
    return official(*TABLE[action].powers)


class Department(Registered):
    """Derive `Service` from it; give `name`, `department` (slug), `practices` and `store`."""

    name: ClassVar[str]
    department: ClassVar[str]
    practices: ClassVar[Sequence[Practice]]
    store: ClassVar[Any] = Store(CASES)
    sealed: ClassVar[Sequence[Sealed]] = SEALED
    vault = PersonalVault()
    clock = Clock()
    identity = Remote("identity")
    _announced: ClassVar[bool] = False

    @cached_property
    def desk(self) -> Desk:
        """What the use cases work with."""
        practices: Mapping[str, Practice] = {p.item.code: p for p in self.practices}
        return Desk(
            self.name,
            self.department,
            practices,
            self.store,
            self.vault,
            getattr(self, "exchange", None),
            self.identity,
        )

    @http(
        "POST",
        "/drafts",
        who=PERSON,
        body=schemas.ApplicationBody,
        reply=schemas.Receipt,
        creates=True,
        summary="Save a draft of an application",
    )
    def save_draft(self, call: Call) -> Reply:
        return self._receipt(usecases.save_draft(self.desk, call))

    @http(
        "PUT",
        "/cases/<case_id>/form",
        who=PERSON,
        body=schemas.FormBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Replace the form of a draft",
    )
    def replace_form(self, call: Call, case_id: str) -> Reply:
        return self._summary(call, usecases.replace_form(self.desk, call, case_id))

    @http(
        "POST",
        "/cases",
        who=PERSON,
        body=schemas.ApplicationBody,
        reply=schemas.Receipt,
        creates=True,
        summary="Submit an application",
    )
    def apply(self, call: Call) -> Reply:
        return self._receipt(usecases.apply(self.desk, call))

    @http(
        "GET",
        "/cases",
        who=PERSON,
        query=schemas.MineQuery,
        reply=schemas.CaseSummary,
        summary="My cases, newest first",
    )
    def my_cases(self, call: Call) -> Reply:
        return self._page(call, usecases.mine(self.desk, call))

    @http(
        "GET",
        "/worklist",
        who=OFFICIAL,
        query=schemas.WorkListQuery,
        reply=schemas.CaseSummary,
        summary="What waits on the officials' desk, oldest first",
    )
    def work_list(self, call: Call) -> Reply:
        return self._page(call, usecases.work_list(self.desk, call))

    @http(
        "GET",
        "/cases/<case_id>",
        who=SIGNED_IN,
        reply=schemas.CaseDetail,
        summary="A case with its form, timeline, deadlines and result",
    )
    def read_case(self, call: Call, case_id: str) -> Reply:
        case = usecases.read(self.desk, call.signed_in, case_id)
        filled, marks = usecases.sources(self.desk, case)
        today = clock.local_day(call.now)
        return Reply(
            views.detail(case, self.desk.items, call.signed_in, filled.form, today, marks),
            version=case["version"],
        )

    @http(
        "GET",
        "/cases/<case_id>/timeline",
        who=SIGNED_IN,
        reply=schemas.Timeline,
        summary="Every move of a case, and every deadline with its explanation",
    )
    def timeline(self, call: Call, case_id: str) -> Reply:
        case = usecases.read(self.desk, call.signed_in, case_id)
        return Reply(views.timeline(case, clock.local_day(call.now)), version=case["version"])

    @http(
        "POST",
        "/cases/<case_id>/submit",
        who=PERSON,
        body=schemas.Nothing,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Submit a draft",
    )
    def submit(self, call: Call, case_id: str) -> Reply:
        return self._summary(call, usecases.submit_draft(self.desk, call, case_id))

    @http(
        "POST",
        "/cases/<case_id>/resubmit",
        who=PERSON,
        body=schemas.FormBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Submit a returned application, corrected",
    )
    def resubmit(self, call: Call, case_id: str) -> Reply:
        return self._summary(call, usecases.resubmit(self.desk, call, case_id))

    @http(
        "POST",
        "/cases/<case_id>/withdraw",
        who=PERSON,
        body=schemas.WithdrawBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Withdraw an application",
    )
    def withdraw(self, call: Call, case_id: str) -> Reply:
        return self._summary(call, usecases.withdraw(self.desk, call, case_id))

    @http(
        "POST",
        "/cases/<case_id>/accept",
        who=movers("accept"),
        body=schemas.OpinionBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Accept an application (受理)",
    )
    def accept(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "accept")

    @http(
        "POST",
        "/cases/<case_id>/return",
        who=movers("return"),
        body=schemas.ReturnBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Return for correction (补正), told once",
    )
    def return_for_correction(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "return")

    @http(
        "POST",
        "/cases/<case_id>/decline",
        who=movers("decline"),
        body=schemas.ReasonsBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Decline an application (不予受理)",
    )
    def decline(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "decline")

    @http(
        "POST",
        "/cases/<case_id>/start",
        who=movers("start"),
        body=schemas.OpinionBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Start processing an accepted case",
    )
    def start(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "start")

    @http(
        "POST",
        "/cases/<case_id>/suspend",
        who=movers("suspend"),
        body=schemas.SuspendBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Suspend for a special procedure (Art. 45)",
    )
    def suspend(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "suspend")

    @http(
        "POST",
        "/cases/<case_id>/resume",
        who=movers("resume"),
        body=schemas.OpinionBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Resume a suspended case",
    )
    def resume(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "resume")

    @http(
        "POST",
        "/cases/<case_id>/extend",
        who=movers("extend"),
        body=schemas.ReasonsBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Extend the statutory limit once, by ten working days (Art. 42)",
    )
    def extend(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "extend")

    @http(
        "POST",
        "/cases/<case_id>/approve",
        who=movers("approve"),
        body=schemas.OpinionBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Approve (准予)",
    )
    def approve(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "approve")

    @http(
        "POST",
        "/cases/<case_id>/refuse",
        who=movers("refuse"),
        body=schemas.ReasonsBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Refuse, with reasons and remedies",
    )
    def refuse(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "refuse")

    @hears(
        "{service}.case.approved.v1",
        "{service}.case.refused.v1",
        queue="decisions",
        reads=schemas.CaseFields,
    )
    def complete(self, event: Event) -> None:
        usecases.complete(self.desk, event, self.clock())

    @hears("feedback.complaint.upheld.v1", queue="reopenings", reads=schemas.UpheldFields)
    def reopen(self, event: Event) -> None:
        usecases.reopen(self.desk, event, self.clock())

    @hears(
        "catalogue.power.delegated.v1",
        "catalogue.power.revoked.v1",
        queue="delegations",
        reads=schemas.DelegationFields,
    )
    def take_delegation(self, event: Event) -> None:
        known = self.store["delegations"].get(event.subject)
        after = {"_id": event.subject, "sequence": event.sequence, **event.data}
        if known is None:
            self.store["delegations"].ensure(after)
        elif known["sequence"] < event.sequence:
            self.store["delegations"].save(known, after)

    @every(seconds=30)
    def deem_accepted(self) -> None:
        usecases.deem_accepted(self.desk, self.clock())

    @every(seconds=1, eager=True, listening=True)
    def announce_at_start(self) -> None:
        if not type(self)._announced:
            self._announce()
            type(self)._announced = True

    @hears("catalogue.directory.opened.v1", queue="announcements", reads=schemas.Nothing)
    def announce_again(self, event: Event) -> None:
        self._announce()

    def _announce(self) -> None:
        announce(self.store, self.name, self.desk.items.values(), self.clock())

    def _moved(self, call: Call, case_id: str, action: str) -> Reply:
        return self._summary(call, usecases.move(self.desk, call, case_id, action))

    def _receipt(self, case: Document) -> Reply:
        location = f"/{self.name}/cases/{case['_id']}"
        return Reply(views.receipt(case), version=1, location=location)

    def _summary(self, call: Call, case: Document) -> Reply:
        body = views.summary(case, self.desk.items, call.signed_in)
        return Reply(body, version=case["version"])

    def _page(self, call: Call, page: Page) -> Reply:
        rows = [views.summary(case, self.desk.items, call.signed_in) for case in page.items]
        return Reply.page(rows, page.next_cursor)
