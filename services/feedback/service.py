"""Feedback: evaluations, rectifications, requests of the public (Open311), and notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import uuid4

from services.feedback import events, smtp
from services.feedback.domain import notices
from services.feedback.evaluating import Evaluating
from services.feedback.georeporting import GeoReporting
from services.feedback.notifying import Notifying
from services.feedback.usecases import (
    closings,
    data_use,
    desk,
    evaluations,
    inbox,
    keys,
    mail,
    rectifications,
)
from services.feedback.usecases.books import BOOKS
from services.feedback.usecases.inbox import Memory
from shared.case import PARTICIPLES
from shared.entrypoints import Clock, Config, Store, every, hears, rpc
from shared.entrypoints.poster import Posting
from shared.entrypoints.vault import PersonalVault
from shared.events import Event
from shared.store import Collections, Index

HOUR = 3600
AT_ONCE = 200
MOVES = tuple(f"*.case.{participle}.v1" for participle in PARTICIPLES)

COLLECTIONS: Collections = {
    "cases": [
        Index.on("number"),
        Index.on("waiting", sparse=True),
        Index.on("evaluated_in", sparse=True),
        Index.on("public_in", sparse=True),
    ],
    "postings": [Index.on("at")],
    "figures": [Index.on("within")],
    "rectifications": [Index.on("desk", sparse=True), Index.on("due", sparse=True)],
    "requests": [
        Index.on("day"),
        Index.on("desk", sparse=True),
        Index.on("handled_by", sparse=True),
        Index.on("account", sparse=True),
        Index.on("watch", sparse=True),
        Index.on("token", sparse=True),
        Index.on("media", sparse=True),
    ],
    "attachments": [],
    "keys": [Index.on("key")],
    "usage": [Index.on("expires")],
    "notices": [Index.on("cause", unique=True), Index.on("expires")],
    "channels": [],
    "readers": [],
    "contacts": [],
}


def new_id() -> str:
    return str(uuid4())


class Service(Evaluating, GeoReporting, Notifying):
    name = "feedback"
    title = "Feedback: evaluations, complaints and consultations (Open311), notices"

    store: Any = Store(COLLECTIONS)
    vault = PersonalVault()
    config = Config()
    clock = Clock()
    poster = Posting(BOOKS)
    memory: ClassVar[Memory] = {}

    @hears(
        "*.case.closed.v1",
        "*.case.reopened.v1",
        queue="cases",
        reads=events.CaseMoved,
        at_once=AT_ONCE,
    )
    def take_in_cases(self, events: Sequence[Event]) -> None:
        closings.hear(self.store, events, self.clock(), new_id, self.poster.offer)

    @hears(
        events.EVALUATION_GIVEN, queue="evaluations", reads=events.EvaluationGiven, at_once=AT_ONCE
    )
    def count_evaluations(self, events: Sequence[Event]) -> None:
        cases = {one.subject for one in events}
        closings.recount(self.store, cases, self.clock(), new_id, self.poster.offer)

    @hears(events.EVALUATION_GIVEN, queue="rectifications", reads=events.EvaluationGiven)
    def open_rectification(self, event: Event) -> None:
        rectifications.heard(self.store, event, self.clock())

    @hears("feedback.rectification.replied.v1", queue="answers", reads=events.RectificationFields)
    def allow_another_evaluation(self, event: Event) -> None:
        evaluations.answered(self.store, event)

    @hears(*MOVES, queue="case-notices", reads=events.CaseMoved, at_once=AT_ONCE)
    def tell_of_cases(self, events: Sequence[Event]) -> None:
        for one in events:
            self._tell(one, notices.of_case(one.type, one.subject, one.data))

    @hears("*.notice.issued.v1", queue="notices", reads=events.NoticeIssued)
    def tell_notice(self, event: Event) -> None:
        self._tell(event, notices.of_notice(event.type, event.data))

    @hears(
        "supervision.warning.issued.v1",
        "supervision.case.escalated.v1",
        queue="alerts",
        reads=events.Alert,
    )
    def tell_alert(self, event: Event) -> None:
        self._tell(event, notices.of_supervision(event.type, event.data))

    @hears(
        "feedback.rectification.*.v1",
        queue="rectification-notices",
        reads=events.RectificationFields,
    )
    def tell_of_rectification(self, event: Event) -> None:
        case = self.store["cases"].require(event.data["case"])
        told = notices.of_rectification(event.type, event.subject, event.data, case["applicant"])
        self._tell(event, told)

    @hears(
        "feedback.request.*.v1",
        "feedback.complaint.*.v1",
        queue="request-notices",
        reads=events.RequestFields,
    )
    def tell_of_request(self, event: Event) -> None:
        self._tell(event, notices.of_request(event.type, event.subject, event.data))

    @hears(events.MAIL_REQUESTED, queue="mails", reads=events.MailRequested)
    def send_mail(self, event: Event) -> None:
        mail.deliver(self.post, event, smtp.sender(self.config), self.clock())

    @rpc
    def complain_of_data_use(
        self, account: str, key: str, about: dict[str, str], description: str
    ) -> dict[str, str]:
        """``{"request": id}`` of the complaint; about: {record, department, division}."""
        made = data_use.complain(self.office, account, key, about, description, self.clock())
        return {"request": made["_id"]}

    @every(seconds=10)
    def mend(self) -> None:
        BOOKS.finish_left_behind(self.store, self.clock(), self.poster.ids)

    @every(seconds=60)
    def watch_deadlines(self) -> None:
        rectifications.sweep(self.store, self.clock())
        desk.sweep(self.store, self.clock())

    @every(seconds=HOUR)
    def forget_what_is_old(self) -> None:
        inbox.sweep(self.store, self.clock(), self.memory)
        keys.sweep(self.store, self.clock())

    def _tell(self, event: Event, told: Any) -> None:
        mailing = bool(self.config["SMTP_HOST"])
        kept = inbox.deliver(self.store, event, told, self.memory, mailing=mailing)
        self.hub.arrived({notice["_id"] for notice in kept})
