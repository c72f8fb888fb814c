"""The entrypoints of enrolments: offers, answers, objections; and what moves by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from services.education import enrolment_schemas as schemas
from services.education import views
from services.education.items import ENROLMENT
from services.education.usecases import answering, moving, settling
from shared.access import PERSON, SIGNED_IN, official
from shared.department import usecases
from shared.documents import Document
from shared.entrypoints import Call, Clock, Reply, every, hears, http
from shared.events import Event
from shared.schema import Nothing, Paged

FOLLOWED = (
    "submitted", "resubmitted", "accepted", "returned", "declined", "refused", "withdrawn",
)  # fmt: skip
"""Moves of a case that its enrolment follows."""


class Enrolling:
    """Mixed into the service; `store`, `desk` and `clock` are the service's own."""

    store: ClassVar[Any]
    desk: Any
    clock: Clock

    @http(
        "GET",
        "/enrolments",
        who=PERSON,
        query=Paged,
        reply=schemas.EnrolmentTold,
        summary="The enrolments of one's wards",
    )
    def my_enrolments(self, call: Call) -> Reply:
        page = answering.mine(self.store, call)
        return Reply.page([views.enrolment(one) for one in page.items], page.next_cursor)

    @http(
        "GET",
        "/enrolments/<enrolment_id>",
        who=SIGNED_IN,
        reply=schemas.EnrolmentTold,
        summary="An enrolment: classes, lot, offer, places on the waiting lists",
    )
    def read_enrolment(self, call: Call, enrolment_id: str) -> Reply:
        found, _ = answering.read(self.store, call, enrolment_id)
        shown = views.enrolment(found, answering.positions(self.store, found))
        return Reply(shown, version=found["version"])

    @http(
        "POST",
        "/enrolments/<enrolment_id>/acceptance",
        who=PERSON,
        body=Nothing,
        reply=schemas.EnrolmentTold,
        moves=True,
        summary="Take the place that is offered; that is final",
    )
    def accept_offer(self, call: Call, enrolment_id: str) -> Reply:
        return _enrolment(answering.accept(self.store, call, enrolment_id))

    @http(
        "POST",
        "/enrolments/<enrolment_id>/refusal",
        who=PERSON,
        body=Nothing,
        reply=schemas.EnrolmentTold,
        moves=True,
        summary="Do not take the place that is offered; it goes to the next child",
    )
    def decline_offer(self, call: Call, enrolment_id: str) -> Reply:
        return _enrolment(answering.decline(self.store, call, enrolment_id))

    @http(
        "POST",
        "/enrolments/<enrolment_id>/objection",
        who=PERSON,
        body=schemas.ObjectionBody,
        reply=schemas.EnrolmentTold,
        moves=True,
        summary="Object to the class of one's ward at a school; meanwhile the offer does not lapse",
    )
    def object_to_class(self, call: Call, enrolment_id: str) -> Reply:
        return _enrolment(answering.object_to(self.store, call, enrolment_id))

    @http(
        "POST",
        "/enrolments/<enrolment_id>/objection/answer",
        who=official("approve"),
        body=schemas.AnswerBody,
        reply=schemas.EnrolmentTold,
        moves=True,
        summary="Answer an objection with reasons; an upheld one names the class and the remedy",
        example={
            "upheld": True,
            "reasons": ["户籍于报名前迁入，经核属实"],
            "class": "household",
            "remedy": "rank-anew",
        },
    )
    def answer_objection(self, call: Call, enrolment_id: str) -> Reply:
        return _enrolment(answering.answer(self.store, call, enrolment_id))

    @http(
        "POST",
        "/enrolments/<enrolment_id>/place",
        who=official("approve"),
        body=schemas.GrantBody,
        reply=schemas.EnrolmentTold,
        moves=True,
        summary="Give a place beyond capacity, with reasons (an upheld complaint, Art. 12)",
    )
    def grant_place(self, call: Call, enrolment_id: str) -> Reply:
        return _enrolment(answering.grant(self.store, call, enrolment_id))

    @http(
        "GET",
        "/cases/<case_id>/enrolment",
        who=SIGNED_IN,
        reply=schemas.EnrolmentTold,
        summary="The enrolment that a case is about",
    )
    def read_enrolment_of_case(self, call: Call, case_id: str) -> Reply:
        case = usecases.read(self.desk, call.signed_in, case_id)
        found, positions = answering.of_case(self.store, case["_id"])
        return Reply(views.enrolment(found, positions), version=found["version"])

    @http(
        "GET",
        "/rounds/<round_id>/objections",
        who=official("review", "approve"),
        reply=schemas.EnrolmentTold,
        many=True,
        summary="The open objections of a round",
    )
    def open_objections(self, call: Call, round_id: str) -> Reply:
        found = answering.contested(self.store, call, round_id)
        return Reply.page([views.enrolment(one) for one in found], None)

    @hears(
        "education.place.released.v1",
        queue="released-places",
        reads=schemas.ReleasedHeard,
        at_once=100,
    )
    def take_back(self, events: Sequence[Event]) -> None:
        moving.take_back(self.store, events, self.clock())

    @hears("education.place.corrected.v1", queue="corrections", reads=schemas.CorrectedHeard)
    def correct(self, event: Event) -> None:
        moving.correct(self.store, event, self.clock())

    @hears("education.place.given.v1", queue="given-places", reads=schemas.GivenHeard)
    def offer(self, event: Event) -> None:
        moving.offer(self.store, event, self.clock())

    @hears("education.enrolment.settled.v1", queue="settled", reads=schemas.SettledHeard)
    def settle(self, event: Event) -> None:
        settling.decide(self.desk, event, self.clock())

    @hears(
        *(f"education.case.{participle}.v1" for participle in FOLLOWED),
        queue="own-cases",
        reads=schemas.CaseHeard,
    )
    def follow_case(self, event: Event) -> None:
        if event.data["item"] == ENROLMENT.code:
            moving.follow(self.store, event, self.clock())

    @every(seconds=30)
    def lapse_offers(self) -> None:
        moving.lapse(self.store, self.clock())


def _enrolment(found: Document) -> Reply:
    return Reply(views.enrolment(found), version=found["version"])
