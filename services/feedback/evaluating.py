"""Entrypoints of evaluations, rectifications and the public figures."""

from __future__ import annotations

from typing import Any

from services.feedback import schemas, views
from services.feedback.domain import cases
from services.feedback.domain.figures import DEFINITION
from services.feedback.usecases import evaluations, publishing, rectifications
from shared.access import OFFICIAL, PERSON, PUBLIC, SIGNED_IN, official
from shared.clock import local_day
from shared.documents import Document
from shared.entrypoints import Call, Reply, http

MINUTE = 60
CSV = "text/csv"
LATER = official("review", "approve")
EVALUATION = {
    "level": 5,
    "scores": {"efficiency": 5, "accuracy": 4},
    "text": "当天办结，指南清楚",
    "public": True,
}


class Evaluating:
    """Needs `store` (of the service)."""

    store: Any

    @http(
        "GET",
        "/me/cases",
        who=PERSON,
        query=schemas.WaitingQuery,
        reply=schemas.Waiting,
        summary="My closed cases that wait to be evaluated",
    )
    def waiting(self, call: Call) -> Reply:
        page = evaluations.waiting(self.store, call)
        return Reply.page([views.waiting(case) for case in page.items], page.next_cursor)

    @http(
        "POST",
        "/cases/<case_id>/evaluation",
        who=PERSON,
        body=schemas.EvaluationBody,
        reply=schemas.Evaluation,
        creates=True,
        example=EVALUATION,
        summary="Evaluate a closed case of one's own, once (好差评)",
    )
    def evaluate(self, call: Call, case_id: str) -> Reply:
        return self._evaluation(call, evaluations.evaluate(self.store, call, case_id))

    @http(
        "POST",
        "/cases/<case_id>/re-evaluation",
        who=PERSON,
        body=schemas.EvaluationBody,
        reply=schemas.Evaluation,
        creates=True,
        example=EVALUATION,
        summary="Evaluate again, after the rectification was answered or the case handled again",
    )
    def evaluate_again(self, call: Call, case_id: str) -> Reply:
        return self._evaluation(call, evaluations.evaluate_again(self.store, call, case_id))

    @http(
        "GET",
        "/cases/<case_id>/evaluation",
        who=SIGNED_IN,
        reply=schemas.Evaluation,
        summary="The evaluation of a case, with its reply and rectification",
    )
    def read_evaluation(self, call: Call, case_id: str) -> Reply:
        return self._evaluation(call, evaluations.read(self.store, call, case_id))

    @http(
        "GET",
        "/evaluations",
        who=OFFICIAL,
        query=schemas.EvaluationsQuery,
        reply=schemas.Evaluation,
        summary="The evaluations of a month at one's desk, the newest first",
    )
    def desk_evaluations(self, call: Call) -> Reply:
        page, today = evaluations.at_desk(self.store, call), local_day(call.now)
        rows = [views.evaluation(case, None, today, own=False) for case in page.items]
        return Reply.page(rows, page.next_cursor)

    @http(
        "POST",
        "/cases/<case_id>/evaluation/reply",
        who=LATER,
        body=schemas.TextBody,
        reply=schemas.Evaluation,
        moves=True,
        summary="Reply to an evaluation, good or bad",
    )
    def reply_to_evaluation(self, call: Call, case_id: str) -> Reply:
        return self._evaluation(call, evaluations.reply(self.store, call, case_id))

    @http(
        "POST",
        "/cases/<case_id>/evaluation/withholding",
        who=official("supervise"),
        body=schemas.ReasonBody,
        reply=schemas.Evaluation,
        moves=True,
        summary="Keep the text of an evaluation from the public; the reason is public",
    )
    def withhold(self, call: Call, case_id: str) -> Reply:
        return self._evaluation(call, evaluations.withhold(self.store, call, case_id))

    @http(
        "GET",
        "/evaluations/public",
        who=PUBLIC,
        query=schemas.PublicQuery,
        reply=schemas.PublicEvaluation,
        cache=MINUTE,
        summary="What people have written of a month and agreed to publish",
    )
    def public_evaluations(self, call: Call) -> Reply:
        page = evaluations.public(self.store, call)
        return Reply.page([views.public_evaluation(c) for c in page.items], page.next_cursor)

    @http(
        "GET",
        "/figures",
        who=PUBLIC,
        query=schemas.FiguresQuery,
        reply=schemas.Figures,
        cache=MINUTE,
        summary="How cases were evaluated, by department, division and item",
    )
    def figures(self, call: Call) -> dict[str, Any]:
        zh, en = DEFINITION
        rows = publishing.rows(self.store, call.query)
        return {"definition": {"zh": zh, "en": en}, "rows": rows}

    @http(
        "GET",
        "/figures.csv",
        who=PUBLIC,
        query=schemas.FiguresQuery,
        cache=MINUTE,
        produces=CSV,
        summary="The same figures as CSV",
    )
    def figures_csv(self, call: Call) -> Reply:
        found = publishing.rows(self.store, call.query)
        return Reply(publishing.as_csv(found), media_type=CSV)

    @http(
        "GET",
        "/rectifications",
        who=OFFICIAL,
        query=schemas.DeskQuery,
        reply=schemas.Rectification,
        summary="What is to be called back or put right at one's desk, the most urgent first",
    )
    def rectifications(self, call: Call) -> Reply:
        page, today = rectifications.work_list(self.store, call), local_day(call.now)
        rows = [views.a_rectification(one, today) for one in page.items]
        return Reply.page(rows, page.next_cursor)

    @http(
        "GET",
        "/rectifications/<id_>",
        who=SIGNED_IN,
        reply=schemas.Rectification,
        summary="A rectification, with its lamps and history",
    )
    def rectification(self, call: Call, id_: str) -> Reply:
        return _rectification(call, rectifications.read(self.store, call, id_))

    @http(
        "POST",
        "/rectifications/<id_>/call-back",
        who=LATER,
        body=schemas.NoteBody,
        reply=schemas.Rectification,
        moves=True,
        summary="Note that the person was called back (回访)",
    )
    def call_back(self, call: Call, id_: str) -> Reply:
        return _rectification(call, rectifications.step(self.store, call, id_, "call-back"))

    @http(
        "POST",
        "/rectifications/<id_>/reply",
        who=LATER,
        body=schemas.NoteBody,
        reply=schemas.Rectification,
        moves=True,
        summary="Tell what was put right (整改答复); the person may evaluate again",
    )
    def reply_to_rectification(self, call: Call, id_: str) -> Reply:
        return _rectification(call, rectifications.step(self.store, call, id_, "reply"))

    def _evaluation(self, call: Call, case: Document) -> Reply:
        one = evaluations.rectification_of(self.store, case)
        own = cases.is_own(case, call.signed_in)
        body = views.evaluation(case, one, local_day(call.now), own=own)
        return Reply(body, version=case["version"])


def _rectification(call: Call, one: Document) -> Reply:
    body = views.a_rectification(one, local_day(call.now))
    return Reply(body, version=one["version"])
