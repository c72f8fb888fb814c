"""The entrypoints for officials: the work list, and the moves of the lifecycle that are theirs."""

from __future__ import annotations

from collections.abc import Callable

from shared.access import OFFICIAL, official
from shared.case import TABLE
from shared.department import schemas, usecases
from shared.department.answering import Answering
from shared.entrypoints import Call, Reply, http
from shared.entrypoints.declaring import Method
from shared.schema import Schema


def moves(action: str, body: type[Schema], summary: str) -> Callable[[Method], Method]:
    """Declares the move `action`, for officials with a power that the lifecycle asks for."""
    return http(
        "POST",
        f"/cases/<case_id>/{action}",
        who=official(*TABLE[action].powers),
        body=body,
        reply=schemas.CaseSummary,
        moves=True,
        summary=summary,
    )


class Deciding(Answering):
    """Mixed into `Department`: the work list, and every move from acceptance to the decision."""

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

    @moves("accept", schemas.OpinionBody, "Accept an application (受理)")
    def accept(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "accept")

    @moves("return", schemas.ReturnBody, "Return for correction (补正), told once")
    def return_for_correction(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "return")

    @moves("decline", schemas.ReasonsBody, "Decline an application (不予受理)")
    def decline(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "decline")

    @moves("start", schemas.OpinionBody, "Start processing an accepted case")
    def start(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "start")

    @moves("suspend", schemas.SuspendBody, "Suspend for a special procedure (Art. 45)")
    def suspend(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "suspend")

    @moves("resume", schemas.OpinionBody, "Resume a suspended case")
    def resume(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "resume")

    @moves(
        "extend",
        schemas.ReasonsBody,
        "Extend the statutory limit once, by ten working days (Art. 42)",
    )
    def extend(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "extend")

    @moves("approve", schemas.OpinionBody, "Approve (准予)")
    def approve(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "approve")

    @moves("refuse", schemas.ReasonsBody, "Refuse, with reasons and remedies")
    def refuse(self, call: Call, case_id: str) -> Reply:
        return self._moved(call, case_id, "refuse")

    def _moved(self, call: Call, case_id: str, action: str) -> Reply:
        return self._summary(call, usecases.move(self.desk, call, case_id, action))
