"""The entrypoints for applicants, and for all who read a case."""

from __future__ import annotations

from shared import clock
from shared.access import PERSON, SIGNED_IN
from shared.department import schemas, usecases, views
from shared.department.answering import Answering
from shared.entrypoints import Call, Reply, http
from shared.schema import Nothing


class Applying(Answering):
    """Mixed into `Department`: drafts, submission, withdrawal, one's cases, and a case in full."""

    @http(
        "POST",
        "/drafts",
        who=PERSON,
        body=schemas.DraftBody,
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
        body=Nothing,
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
