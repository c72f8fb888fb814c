"""The part of the service that random inspection uses: registers, plans, draws, findings."""

from __future__ import annotations

from typing import Any

from services.supervision import inspection_schemas as schemas
from services.supervision import views
from services.supervision.usecases import inspections
from shared.access import OFFICIAL, official
from shared.entrypoints import Call, Reply, http
from shared.schema import Nothing, Paged

SUPERVISOR = official("supervise")
SEED = "the-seed-of-the-second-plan-2026"

INSPECTOR = {
    "number": "HN-430104-0007",
    "account": "0f6d7c0e-2a53-5d0b-8a3c-0a4f3f3f8c55",
    "department": "market-regulation",
    "division": "430104",
    "unit": "岳麓区市场监管执法大队",
    "interests": [{"code": "91430104MA4L16JQ9B", "ground": "relative"}],
    "active": True,
}
PLAN = {
    "department": "market-regulation",
    "division": "430104",
    "title": "2026 年第二批企业公示信息抽查",
    "subject": "年度报告与即时公示信息",
    "rules": {
        "strata": [
            {"name": "高风险", "risks": ["high"], "kinds": [], "per_mille": 200},
            {"name": "其他", "risks": [], "kinds": [], "per_mille": 30},
        ],
        "yearly_cap": 2,
    },
    "commitment": "5a2f7ae1f2dc1f2b6ff0b7a0a7d7a70b6b0b0a0f4a4f9a8b0d3b6a1f6f5e4d3c",
    "beacon_source": "中国福利彩票双色球 2026136 期开奖号码",
    "draw_on": "2026-12-01",
}


class Inspecting:
    """Needs `store`."""

    store: Any

    @http(
        "PUT",
        "/inspectors",
        who=SUPERVISOR,
        body=schemas.Inspector,
        reply=schemas.Inspector,
        summary="Put an official on the register of inspectors, or change the entry",
        example=INSPECTOR,
    )
    def register_inspector(self, call: Call) -> dict[str, Any]:
        return views.inspector(inspections.register_inspector(self.store, call))

    @http(
        "GET",
        "/inspectors",
        who=SUPERVISOR,
        query=schemas.InspectorQuery,
        reply=schemas.Inspector,
        many=True,
        summary="The register of inspectors of a department in a division",
    )
    def list_inspectors(self, call: Call) -> Reply:
        page = inspections.inspectors(self.store, call)
        return Reply.page([views.inspector(one) for one in page.items], page.next_cursor)

    @http(
        "POST",
        "/inspections/plans",
        who=SUPERVISOR,
        body=schemas.PlanBody,
        reply=schemas.Plan,
        creates=True,
        summary="Announce a plan with its rules and the commitment to its seed",
        example=PLAN,
    )
    def announce_plan(self, call: Call) -> Reply:
        plan = inspections.announce(self.store, call)
        location = f"/supervision/inspections/plans/{plan['_id']}"
        return Reply(views.open_plan(plan), version=plan["version"], location=location)

    @http(
        "POST",
        "/inspections/plans/<plan_id>/draw",
        who=SUPERVISOR,
        body=schemas.Reveal,
        reply=schemas.Plan,
        moves=True,
        summary="Reveal the seed, and draw enterprises and inspectors",
        example={"seed": SEED, "beacon": "03 09 14 22 27 31 + 08"},
    )
    def draw_plan(self, call: Call, plan_id: str) -> Reply:
        plan = inspections.reveal(self.store, call, plan_id)
        return Reply(views.open_plan(plan), version=plan["version"])

    @http(
        "GET",
        "/tasks",
        who=OFFICIAL,
        query=Paged,
        reply=schemas.OwnTask,
        many=True,
        summary="Inspections that are left to me",
    )
    def my_tasks(self, call: Call) -> Reply:
        page = inspections.tasks_of(self.store, call)
        return Reply.page([views.task(one) for one in page.items], page.next_cursor)

    @http("GET", "/tasks/<task_id>", who=OFFICIAL, reply=schemas.OwnTask, summary="My inspection")
    def read_task(self, call: Call, task_id: str) -> Reply:
        return _task(inspections.own(self.store, call, task_id)[0])

    @http(
        "POST",
        "/tasks/<task_id>/finding",
        who=OFFICIAL,
        body=schemas.FindingBody,
        reply=schemas.OwnTask,
        moves=True,
        summary="One of the two inspectors tells what they found",
        example={"results": ["no-problem"], "notes": "", "inspected_on": "2026-11-20"},
    )
    def report_finding(self, call: Call, task_id: str) -> Reply:
        return _task(inspections.report(self.store, call, task_id))

    @http(
        "POST",
        "/tasks/<task_id>/confirmation",
        who=OFFICIAL,
        body=Nothing,
        reply=schemas.OwnTask,
        moves=True,
        summary="The other one signs it; it is public from then on",
        example={},
    )
    def confirm_finding(self, call: Call, task_id: str) -> Reply:
        return _task(inspections.confirm(self.store, call, task_id))


def _task(found: Any) -> Reply:
    return Reply(views.task(found), version=found["version"])
