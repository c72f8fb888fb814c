"""The part of every department's service that has to do with registers: what they hold is filled
in, and what is claimed is verified.
"""

from __future__ import annotations

from typing import Any, ClassVar

from shared.access import PERSON, official
from shared.department import register_schemas, schemas, usecases, views
from shared.department.answering import Answering
from shared.documents import Document
from shared.entrypoints import Call, Reply, every, hears, http
from shared.events import Event
from shared.schema import Nothing


class Registered(Answering):
    """Mixed into `Department`; a department that reads registers derives from
    `shared.exchange.consumer.Consumer` besides.
    """

    clock: Any
    _sweep: ClassVar[usecases.Sweep | None] = None

    @http(
        "POST",
        "/prefill",
        who=PERSON,
        body=register_schemas.PrefillBody,
        reply=register_schemas.Prefilled,
        creates=True,
        summary="Begin an application with what the government holds: a draft, filled in",
    )
    def prefill(self, call: Call) -> Reply:
        case = usecases.prefill(self.desk, call)
        return self._prefilled(case, location=f"/{self.name}/cases/{case['_id']}")

    @http(
        "POST",
        "/cases/<case_id>/prefill",
        who=PERSON,
        body=schemas.FormBody,
        reply=register_schemas.Prefilled,
        moves=True,
        summary="Replace the form of a draft, and fill in what it has not",
    )
    def prefill_again(self, call: Call, case_id: str) -> Reply:
        return self._prefilled(usecases.prefill_again(self.desk, call, case_id))

    @http(
        "POST",
        "/cases/<case_id>/checks/<check_id>/override",
        who=official("accept", "review", "approve"),
        body=schemas.ReasonsBody,
        reply=schemas.CaseSummary,
        moves=True,
        summary="Decide without a register's confirmation, with reasons, where the law allows it",
    )
    def override_check(self, call: Call, case_id: str, check_id: str) -> Reply:
        return self._summary(call, usecases.override(self.desk, call, case_id, check_id))

    @hears("{service}.check.asked.v1", queue="checks", reads=Nothing)
    def ask_registers(self, event: Event) -> None:
        usecases.ask(self.desk, event.subject, self.clock())

    @every(seconds=30)
    def ask_again(self) -> None:
        cls = type(self)
        cls._sweep = cls._sweep or usecases.Sweep()
        cls._sweep.run(self.desk, self.clock())

    def _prefilled(self, case: Document, location: str | None = None) -> Reply:
        filled, marks = usecases.sources(self.desk, case)
        body = views.prefilled(case, filled.form, marks, filled.choices, filled.missing)
        return Reply(body, version=case["version"], location=location)
