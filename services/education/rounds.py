"""The entrypoints of enrolment rounds: officials run them, anybody reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from eventlet import tpool

from services.education import schemas, views
from services.education.tools import tools
from services.education.usecases import drawing, freezing, moving, rounds
from shared.access import PUBLIC, official
from shared.department.schemas import ReasonsBody
from shared.documents import Document
from shared.entrypoints import Call, Clock, Reply, every, hears, http
from shared.entrypoints.declaring import Method
from shared.events import Event
from shared.schema import Nothing, Schema

AS_IT_IS = "application/json; charset=utf-8"
"""JSON that was written before: the bytes that the digest is of."""
RUNS_ROUNDS = official("approve", "administer")


def _moves(move: str, body: type[Schema], summary: str) -> Callable[[Method], Method]:
    return http(
        "POST",
        f"/rounds/<round_id>/{move}",
        who=RUNS_ROUNDS,
        body=body,
        reply=schemas.Round,
        moves=True,
        summary=summary,
    )


class Rounds:
    """Mixed into the service; `store` and `clock` are the service's own."""

    store: ClassVar[Any]
    clock: Clock

    @http(
        "POST",
        "/rounds",
        who=RUNS_ROUNDS,
        body=schemas.RoundBody,
        reply=schemas.Round,
        creates=True,
        summary="Prepare an enrolment round",
        example={
            "division": "430104",
            "year": 2027,
            "stage": "primary",
            "title": "岳麓区2027年小学入学",
            "opens_on": "2027-06-01",
            "closes_on": "2027-06-20",
            "ends_on": "2027-08-25",
            "answer_days": 7,
            "most_choices": 5,
            "rehearsal": False,
        },
    )
    def make_round(self, call: Call) -> Reply:
        made = rounds.make(self.store, call)
        location = f"/education/rounds/{made['_id']}"
        return Reply(views.round_(made, call.now), version=made["version"], location=location)

    @_moves(
        "schools", schemas.SchoolsBody, "Add or replace schools of a round that is being prepared"
    )
    def put_schools(self, call: Call, round_id: str) -> Reply:
        return _round(call, rounds.put_schools(self.store, call, round_id))

    @_moves(
        "announcement",
        Nothing,
        "Announce a round: its terms and the hash of its seed are fixed from now on",
    )
    def announce_round(self, call: Call, round_id: str) -> Reply:
        return _round(call, rounds.announce(self.store, tools(), call, round_id))

    @_moves(
        "closing",
        ReasonsBody,
        "Close the window of a rehearsal early; the public history keeps the reasons",
    )
    def close_round(self, call: Call, round_id: str) -> Reply:
        return _round(call, rounds.close(self.store, call, round_id))

    @_moves(
        "allocation",
        Nothing,
        "Fix the applications and draw; offers go out within moments (read again)",
    )
    def allocate(self, call: Call, round_id: str) -> Reply:
        return _round(call, freezing.freeze(self.store, call, round_id))

    @_moves(
        "finish",
        Nothing,
        "End a round in which nothing is open; who still waits is refused with reasons",
    )
    def finish_round(self, call: Call, round_id: str) -> Reply:
        return _round(call, rounds.finish(self.store, call, round_id))

    @http(
        "GET",
        "/rounds",
        who=PUBLIC,
        query=schemas.RoundsQuery,
        reply=schemas.Round,
        summary="The rounds of a district, the newest first",
    )
    def list_rounds(self, call: Call) -> Reply:
        page = rounds.listed(self.store, call.query)
        return Reply.page([views.round_(one, call.now) for one in page.items], page.next_cursor)

    @http(
        "GET",
        "/rounds/<round_id>",
        who=PUBLIC,
        reply=schemas.Round,
        summary="A round: terms, rules, the hash of its seed; once drawn, the seed and totals",
    )
    def read_round(self, call: Call, round_id: str) -> Reply:
        return _round(call, rounds.read(self.store, call.caller, round_id))

    @http(
        "GET",
        "/rounds/<round_id>/schools",
        who=PUBLIC,
        reply=schemas.SchoolTold,
        many=True,
        summary="Its schools and catchments; once drawn, places, waiting, the last class and lot",
    )
    def read_schools(self, call: Call, round_id: str) -> Reply:
        found, schools = rounds.public_schools(self.store, call.caller, round_id)
        return Reply.page(views.schools(found, schools), None)

    @http(
        "GET",
        "/rounds/<round_id>/record",
        who=PUBLIC,
        reply=schemas.RecordTold,
        cache=300,
        summary="Everything to recompute the draw: python -m services.education.recompute <URL>",
    )
    def read_record(self, call: Call, round_id: str) -> Reply:
        record = rounds.public_record(self.store, call.caller, round_id)
        return Reply(record, media_type=AS_IT_IS)

    @hears("education.round.frozen.v1", queue="draws", reads=schemas.RoundHeard)
    def draw(self, event: Event) -> None:
        drawing.draw(self.store, tools(), event, self.clock(), tpool.execute)

    @hears("education.round.finished.v1", queue="finished-rounds", reads=schemas.RoundHeard)
    def end_enrolments(self, event: Event) -> None:
        moving.end(self.store, event, self.clock())

    @every(seconds=60)
    def finish_rounds(self) -> None:
        rounds.finish_due(self.store, self.clock())


def _round(call: Call, found: Document) -> Reply:
    return Reply(views.round_(found, call.now), version=found["version"])
