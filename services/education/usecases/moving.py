"""What moves after the draw: places that come back, are given, corrected, and lapse.

Guarantees: each step is one write to one school or one enrolment and tells the other by an event;
a repeat changes nothing. Who moves up is decided at the school, whether it is taken at the child.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.education.domain import enrolments, places, rounds
from services.education.events import given_event
from services.education.usecases.keeping import keep
from shared.clock import local_day
from shared.documents import Document
from shared.errors import Stale, Unavailable
from shared.events import Event

SWEPT_AT_ONCE = 200


def take_back(store: Any, event: Event, now: datetime) -> None:
    """A place comes back to its school; the first who waits gets it while the round moves."""
    school = store["schools"].require(event.data["school"])
    moving = rounds.is_moving(store["rounds"].require(school["round"]))
    after = places.released(school, event.data["enrolment"], moving=moving)
    _kept(store, school, after, event, now)


def correct(store: Any, event: Event, now: datetime) -> None:
    """An objection was upheld: rank the child anew, or give a place beyond capacity."""
    school, told = store["schools"].require(event.data["school"]), event.data
    if told["remedy"] == "extra-place":
        note = {"reasons": told["reasons"], "by": told["by"], "at": event.time}
        _kept(store, school, places.granted(school, told["enrolment"], note), event, now, True)
        return
    moving = rounds.is_moving(store["rounds"].require(school["round"]))
    standing = [told["rank"], told["lot"], told["enrolment"]]
    _kept(store, school, places.ranked_anew(school, standing, moving=moving), event, now)


def _kept(
    store: Any,
    before: Document,
    after: Mapping[str, Any],
    event: Event,
    now: datetime,
    granted: bool = False,
) -> None:
    if before.has_received(event.id):
        return
    up = places.given(before, after)
    told = [
        given_event(after, enrolment, granted, before["given"] + place, now)
        for place, enrolment in enumerate(up, 1)
    ]
    counted = {**after, "given": before["given"] + len(up)}
    store["schools"].save(before, counted, told, received=event)


def offer(store: Any, event: Event, now: datetime) -> None:
    """A school has given a place: it is offered to the child, or goes back.

    `Unavailable` (so it comes again) while the draw has not reached the child yet.
    """
    before = store["enrolments"].require(event.data["enrolment"])
    if before.has_received(event.id):
        return
    if not before.get("drawn"):
        raise Unavailable()
    round_ = store["rounds"].require(before["round"])
    until = answer_by(round_, now)
    after = enrolments.moved_up(
        before, event.data["code"], until, now, granted=event.data["granted"]
    )
    keep(store, before, after, round_, now, received=event)


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


def withdraw(store: Any, event: Event, now: datetime) -> None:
    """The case was withdrawn or declined: the child is out of the round, and its place goes on."""
    for before in store["enrolments"].find({"case": event.subject}):
        if not before.has_received(event.id):
            round_ = store["rounds"].require(before["round"])
            keep(store, before, enrolments.withdrawn(before, now), round_, now, received=event)


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
