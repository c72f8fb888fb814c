"""Random inspection in public: plans, draws that anyone can recompute, results.

Guarantees: inspectors are numbers; a result is here when both inspectors have signed it.
"""

from __future__ import annotations

from typing import Any

from services.supervision import inspection_schemas, open_schemas, tables, views
from services.supervision.domain import datasets
from services.supervision.open_route import MINUTE, lists, tabulates
from services.supervision.usecases import inspections, openness
from shared.access import PUBLIC
from shared.entrypoints import Call, Reply, http
from shared.schema import Paged

HOUR = 3600
JSON = "application/json"


class OpenInspections:
    """Needs `store`."""

    store: Any

    @lists(
        "/inspections/plans",
        open_schemas.PlanQuery,
        inspection_schemas.Plan,
        "Plans of random inspection with their rules",
    )
    def open_plans(self, call: Call) -> Reply:
        page = openness.plans(self.store, call.query)
        return Reply.page([views.open_plan(plan) for plan in page.items], page.next_cursor)

    @http(
        "GET",
        "/inspections/plans/<plan_id>",
        who=PUBLIC,
        reply=inspection_schemas.Plan,
        summary="A plan; after the draw with its seed, beacon and file",
    )
    def open_plan(self, call: Call, plan_id: str) -> Reply:
        plan = self.store["plans"].require(plan_id)
        return Reply(views.open_plan(plan), version=plan["version"])

    @http(
        "GET",
        "/inspections/plans/<plan_id>/draw.json",
        who=PUBLIC,
        reply=open_schemas.Draw,
        cache=HOUR,
        summary="The public file of a draw: all that it went by, and the tasks that follow",
    )
    def draw_file(self, call: Call, plan_id: str) -> dict[str, Any]:
        return inspections.drawn_file(self.store, plan_id)

    @lists(
        "/inspections/plans/<plan_id>/tasks",
        Paged,
        open_schemas.Task,
        "Who is inspected by whom, and with what result",
    )
    def open_tasks(self, call: Call, plan_id: str) -> Reply:
        page = openness.tasks(self.store, plan_id, call.query)
        return Reply.page([views.open_task(task) for task in page.items], page.next_cursor)

    @tabulates("/inspections/plans/<plan_id>/tasks", Paged, "The tasks of a plan, as a table")
    def open_tasks_table(self, call: Call, plan_id: str) -> Reply:
        return tables.page(self.open_tasks(call, plan_id), datasets.TASK, "inspections.csv")

    @lists(
        "/inspections/results",
        open_schemas.Days,
        open_schemas.Task,
        "Results that a division's authorities made public, by day",
    )
    def open_results(self, call: Call) -> Reply:
        page = openness.results(self.store, call.query, call.now)
        return Reply.page([views.open_task(task) for task in page.items], page.next_cursor)

    @tabulates(
        "/inspections/results", open_schemas.Days, "Results that were made public, as a table"
    )
    def open_results_table(self, call: Call) -> Reply:
        return tables.page(self.open_results(call), datasets.TASK, "results.csv")

    @http(
        "GET",
        "/inspections/enterprises/<code>/results",
        who=PUBLIC,
        reply=open_schemas.Task,
        many=True,
        cache=MINUTE,
        summary="The inspections of an enterprise, the newest first",
    )
    def results_of_enterprise(self, call: Call, code: str) -> Reply:
        found = openness.results_of(self.store, code)
        return Reply.page([views.open_task(task) for task in found], None)
