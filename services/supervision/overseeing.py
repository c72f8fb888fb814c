"""The part of the service that officials use: lamps, alerts, reports."""

from __future__ import annotations

from typing import Any

from eventlet import tpool

from services.supervision import paper, schemas, tables, views
from services.supervision.report_schemas import Report
from services.supervision.usecases import alerts, statistics, supervised
from shared.access import OFFICIAL, official
from shared.clock import local_day
from shared.entrypoints import Call, Reply, http

SUPERVISOR = official("supervise")
PDF = "application/pdf"


class Overseeing:
    """Needs `store` and `catalogue`."""

    store: Any
    catalogue: Any

    @http(
        "GET",
        "/cases",
        who=SUPERVISOR,
        query=schemas.Lit,
        reply=schemas.CaseSummary,
        many=True,
        summary="Open cases with a red or yellow lamp, by department and division",
    )
    def lit_cases(self, call: Call) -> Reply:
        page = supervised.lit(self.store, call)
        return Reply.page([views.case_summary(case) for case in page.items], page.next_cursor)

    @http(
        "GET",
        "/cases/<case_id>",
        who=SUPERVISOR,
        reply=schemas.CaseDetail,
        summary="A case: its clocks explained, pauses, the history of its lamps, its moves",
    )
    def supervised_case(self, call: Call, case_id: str) -> dict[str, Any]:
        case = supervised.seen(self.store, call, case_id)
        return views.case_detail(case, local_day(call.now))

    @http(
        "GET",
        "/alerts",
        who=OFFICIAL,
        query=schemas.AlertQuery,
        reply=schemas.Alert,
        many=True,
        summary="Warnings and escalations on one's desk",
    )
    def list_alerts(self, call: Call) -> Reply:
        page = alerts.listed(self.store, call)
        return Reply.page([views.alert(alert) for alert in page.items], page.next_cursor)

    @http("GET", "/alerts/<alert_id>", who=OFFICIAL, reply=schemas.Alert, summary="An alert")
    def read_alert(self, call: Call, alert_id: str) -> Reply:
        return _alert(alerts.seen(self.store, call, alert_id))

    @http(
        "POST",
        "/alerts/<alert_id>/answer",
        who=OFFICIAL,
        body=schemas.Answer,
        reply=schemas.Alert,
        moves=True,
        summary="The department explains itself, and says what it does",
        example={"explanation": "申请材料需实地核验", "measure": "今日完成核验并作出决定"},
    )
    def answer_alert(self, call: Call, alert_id: str) -> Reply:
        return _alert(alerts.answer(self.store, call, alert_id))

    @http(
        "POST",
        "/alerts/<alert_id>/closing",
        who=SUPERVISOR,
        body=schemas.Closing,
        reply=schemas.Alert,
        moves=True,
        summary="The superior accepts the answer, or asks for another",
        example={"accepted": True, "opinion": "同意"},
    )
    def close_alert(self, call: Call, alert_id: str) -> Reply:
        return _alert(alerts.close(self.store, call, alert_id))

    @http(
        "GET",
        "/reports/<month>",
        who=SUPERVISOR,
        query=schemas.Scope,
        reply=Report,
        summary="The monthly report of one's own division, or of one within it",
    )
    def monthly_report(self, call: Call, month: str) -> dict[str, Any]:
        return supervised.report(self.store, self.catalogue, call, month)

    @http(
        "GET",
        "/reports/<month>.csv",
        who=SUPERVISOR,
        query=schemas.Scope,
        produces=tables.CSV,
        summary="The monthly report as a table",
    )
    def monthly_table(self, call: Call, month: str) -> Reply:
        division, department = supervised.scope_of(call)
        month = statistics.month_of(month, call.now)
        rows = statistics.table(self.store, month, division, department)
        return tables.reply(rows, f"report-{month}-{division}.csv")

    @http(
        "GET",
        "/reports/<month>.pdf",
        who=SUPERVISOR,
        query=schemas.Scope,
        produces=PDF,
        summary="The monthly report on paper, with charts",
    )
    def monthly_paper(self, call: Call, month: str) -> Reply:
        found = supervised.report(self.store, self.catalogue, call, month)
        name = f'attachment; filename="report-{found["month"]}-{found["division"]}.pdf"'
        pdf = tpool.execute(paper.render, found)
        return Reply(pdf, media_type=PDF, headers={"Content-Disposition": name})


def _alert(found: Any) -> Reply:
    return Reply(views.alert(found), version=found["version"])
