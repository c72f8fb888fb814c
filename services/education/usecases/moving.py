"""What moves after the draw: places that come back, are given, corrected, and lapse.

Guarantees: each step is one write to one school or one enrolment and tells the other by an event;
a repeat changes nothing. Who moves up is decided at the school, whether it is taken at the child.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.education.domain import enrolments, places, rounds
from services.education.events import given_event
from services.education.usecases.common import IN_THE_DRAW, OPEN_CASES
from services.education.usecases.keeping import keep
from shared.clock import local_day
from shared.documents import Document
from shared.errors import Stale, Unavailable
from shared.events import Event

SWEPT_AT_ONCE = 200


def take_back(store: Any, events: Sequence[Event], now: datetime) -> None:
    """Places come back, many to a school in one write; the first who wait get them while the round
    moves. A repeat changes nothing: a place is named by the number it was given by."""
    by_school: dict[str, list[Event]] = {}
    for event in events:
        by_school.setdefault(event.data["school"], []).append(event)
    for id_, theirs in by_school.items():
        before = store["schools"].require(id_)
        moving = rounds.is_moving(store["rounds"].require(before["round"]))
        after: dict[str, Any] = {**before}
        for event in theirs:
            told = event.data
            after = places.released(after, told["enrolment"], told["giving"], moving=moving)
        if after != before:
            store["schools"].save(before, after, _told(before, after, False, now))


def _told(
    before: Document, after: Mapping[str, Any], granted: bool, now: datetime
) -> list[dict[str, Any]]:
    return [
        given_event(after, enrolment, granted, number, now)
        for enrolment, number in places.given(before, after)
    ]


def correct(store: Any, event: Event, now: datetime) -> None:
    """An objection was upheld: rank the child anew, or give a place beyond capacity."""
    before, told = store["schools"].require(event.data["school"]), event.data
    if before.has_received(event.id):
        return
    granted = told["remedy"] == "extra-place"
    if granted:
        note = {"reasons": told["reasons"], "by": told["by"], "at": event.time}
        after = places.granted(before, told["enrolment"], note)
    else:
        moving = rounds.is_moving(store["rounds"].require(before["round"]))
        standing = [told["rank"], told["lot"], told["enrolment"]]
        after = places.ranked_anew(before, standing, moving=moving)
    store["schools"].save(before, after, _told(before, after, granted, now), received=event)


def offer(store: Any, event: Event, now: datetime) -> None:
    """A school has given a place: it is offered to the child, or goes back.

    `Unavailable` (so it comes again) while the draw has not reached the child yet.
    """
    before = store["enrolments"].require(event.data["enrolment"])
    if before.has_received(event.id):
        return
    round_ = store["rounds"].require(before["round"])
    if not before.get("drawn") and round_["state"] in ("frozen", "drawn"):
        raise Unavailable()
    until = answer_by(round_, now)
    given = enrolments.Given(event.data["code"], event.sequence, until)
    granted = event.data["granted"] and not _refused(store, before)
    after = enrolments.moved_up(before, given, now, granted=granted)
    keep(store, before, after, round_, now, received=event)


def _refused(store: Any, enrolment: Document) -> bool:
    """Whether the round has ended it, and its case with it."""
    ended = enrolment["state"] == "ended"
    return ended and store["cases"].require(enrolment["case"])["state"] not in OPEN_CASES


def answer_by(round_: Mapping[str, Any], now: datetime) -> date:
    """The last day to answer what is offered now."""
    return local_day(now) + timedelta(days=round_["answer_days"])


def lapse(store: Any, now: datetime) -> int:
    """Take back the offers that nobody answered in time; how many. Costs by what is due."""
    today = local_day(now).isoformat()
    due = store["enrolments"].find({"due": {"$lt": today}}, limit=SWEPT_AT_ONCE)
    return sum(_lapsed(store, one, now) for one in due)


def _lapsed(store: Any, before: Document, now: datetime) -> bool:
    round_ = store["rounds"].require(before["round"])
    try:
        after = enrolments.lapsed(before, now, moving=rounds.is_moving(round_))
        keep(store, before, after, round_, now)
    except Stale:
        return False
    return True


def follow(store: Any, event: Event, now: datetime) -> None:
    """The case has moved: the enrolment knows whether it waits for an official, is accepted, or is
    out of the round (then its place goes on). What counts is how the case stands now."""
    for before in store["enrolments"].find({"case": event.subject}):
        state = store["cases"].require(event.subject)["state"]
        out = state == "refused" and before["state"] == "entered"
        if out or state in ("withdrawn", "declined"):
            round_ = store["rounds"].require(before["round"])
            keep(store, before, _noted(enrolments.withdrawn(before, now), state), round_, now)
        elif before["state"] == "entered" and _noted(before, state) != before:
            store["enrolments"].save(before, _noted(before, state))


def _noted(enrolment: Mapping[str, Any], state: str) -> dict[str, Any]:
    after = {**enrolment, "accepted": state in IN_THE_DRAW, "unanswered": enrolment["round"]}
    if state != "submitted":
        del after["unanswered"]
    return after


def end(store: Any, event: Event, now: datetime) -> None:
    """The round is finished: whoever waits has no place; an open objection is answered first."""
    round_ = store["rounds"].require(event.subject)
    wanted = {"round": round_["_id"], "state": "waiting"}
    while waiting := _uncontested(store, wanted):
        for before in waiting:
            keep(store, before, enrolments.ended(before, now), round_, now)


def _uncontested(store: Any, wanted: Mapping[str, Any]) -> list[Document]:
    found = store["enrolments"].find({**wanted, "contested": {"$exists": False}}, limit=10_000)
    return list(found)
