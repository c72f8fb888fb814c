"""An enrolment: one child in one round, from the application to a place or the end (pure).

Shape: {_id, round, case, guardian (who applied), child (keyed lookup), choices [school code],
coordinate, facts, state, accepted (whether its case is), classes {code: class}, lot,
offer {school, number (of the giving), given_on, answer_by} | absent, waits_at [code],
objection | absent, history [{number, at, action, ...}]}. And what is looked by, only while it is
so: `unanswered` (the round: the case waits for an official), `due` (the last day to answer; not
while an objection is open), `unsettled` (the round: an offer or objection is open), `contested`
(the round: an objection is open).

Guarantees: `TABLE` is the whole life; a move that is not in it raises `IllegalMove`. There is one
document for a child in a round, and one offer in it: one place for each child. Every move is one
entry of the history, whose number is the sequence of what is told of it.
Does not: hold a name, a number or an address outside the sealed form of the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from shared.errors import Conflict, IllegalMove
from shared.text import Text

Enrolment = Mapping[str, Any]


class Move(NamedTuple):
    sources: frozenset[str]
    target: str | None
    """None: the state stays, or follows from what is left."""


def _move(sources: str, target: str | None) -> Move:
    return Move(frozenset(sources.split()), target)


TABLE: Mapping[str, Move] = {
    "offer": _move("entered waiting offered ended", "offered"),
    "wait": _move("entered", "waiting"),
    "accept": _move("offered", "admitted"),
    "decline": _move("offered", None),
    "lapse": _move("offered", None),
    "object": _move("waiting offered", None),
    "answer": _move("waiting offered", None),
    "grant": _move("entered waiting offered ended", None),
    "pass": _move("entered waiting offered admitted ended withdrawn", None),
    "end": _move("waiting", "ended"),
    "withdraw": _move("entered waiting offered admitted ended", "withdrawn"),
}
PARENTS = ("accept", "decline", "object")
STATES = ("entered", "offered", "waiting", "admitted", "ended", "withdrawn")


def moved(
    enrolment: Enrolment, action: str, now: datetime, target: str | None = None, **told: Any
) -> dict[str, Any]:
    """`enrolment` after `action`; `told` goes into the history."""
    move = legal(enrolment, action)
    entry = {"number": len(enrolment["history"]) + 1, "at": now, "action": action, **told}
    after = {
        **enrolment,
        "state": target or move.target or enrolment["state"],
        "history": [*enrolment["history"], entry],
    }
    return _listed(after)


def legal(enrolment: Enrolment, action: str) -> Move:
    """The move `action`, or `IllegalMove` naming what a parent can do."""
    move, state = TABLE[action], enrolment["state"]
    if state not in move.sources:
        raise IllegalMove(
            Text(
                f"当前状态“{state}”不能“{action}”",
                f"An enrolment that is {state} cannot {action}",
            ),
            legal=[name for name in PARENTS if state in TABLE[name].sources],
        )
    return move


def _listed(after: dict[str, Any]) -> dict[str, Any]:
    """With the keys that the sweeps and the officials look by."""
    contested = is_contested(after)
    offered = after["state"] == "offered"
    due = after["offer"]["answer_by"] if offered and not contested else None
    open_ = after["round"] if offered or contested else None
    keys = {"due": due, "unsettled": open_, "contested": after["round"] if contested else None}
    kept = {k: v for k, v in after.items() if k not in keys}
    return {**kept, **{k: v for k, v in keys.items() if v is not None}}


def is_contested(enrolment: Enrolment) -> bool:
    """Whether an objection is open."""
    live = enrolment["state"] in ("waiting", "offered")
    return live and enrolment.get("objection", {}).get("state") == "open"


class Given(NamedTuple):
    """A place that a school (code) gives: the number of the giving, and how long it is offered."""

    school: str
    number: int
    answer_by: date


def offered(
    enrolment: Enrolment, given: Given, waits_at: Sequence[str], now: datetime
) -> dict[str, Any]:
    """A place is offered; one that it had elsewhere goes back, and an objection about nothing
    better has become moot.

    waits_at: the schools it still waits for.
    """
    old, school = enrolment.get("offer"), given.school
    answer_by = given.answer_by.isoformat()
    offer = {"school": school, "number": given.number, "given_on": now, "answer_by": answer_by}
    after = {**enrolment, "offer": offer, "waits_at": list(waits_at)}
    if is_contested(enrolment) and not prefers(
        enrolment["choices"], enrolment["objection"]["school"], school
    ):
        after["objection"] = {**enrolment["objection"], "state": "moot"}
    back = releasing(old["school"], old["number"]) if old else {}
    return moved(after, "offer", now, school=school, answer_by=answer_by, **back)


def releasing(school: str, number: int) -> dict[str, Any]:
    """What the history says of a place that goes back."""
    return {"released": school, "giving": number}


def waiting(enrolment: Enrolment, waits_at: Sequence[str], now: datetime) -> dict[str, Any]:
    """No place in the draw; it waits."""
    return moved({**enrolment, "waits_at": list(waits_at)}, "wait", now)


def takes(enrolment: Enrolment, school: str) -> bool:
    """Whether a place that `school` gives is taken: nothing better is held, and it is still open.

    An accepted place is final; an unanswered one gives way to a choice that comes before it.
    """
    if enrolment["state"] == "offered":
        return prefers(enrolment["choices"], school, enrolment["offer"]["school"])
    return bool(enrolment["state"] == "waiting")


def prefers(choices: Sequence[str], one: str, other: str) -> bool:
    """Whether school `one` comes before `other` in the choices; a place elsewhere comes last."""
    rank = {school: place for place, school in enumerate(choices)}
    return rank.get(one, len(rank)) < rank.get(other, len(rank))


def moved_up(
    enrolment: Enrolment, given: Given, now: datetime, *, granted: bool = False
) -> dict[str, Any]:
    """A school gives a place: it is offered, or passed on where it is not wanted any more.

    granted: by an official beyond capacity, which one that was not in the draw, has ended or holds
    another unanswered place can take as well.
    """
    school = given.school
    if has_place(enrolment, school):
        return {**enrolment}
    open_to_grant = granted and enrolment["state"] in TABLE["grant"].sources
    if not (open_to_grant or takes(enrolment, school)):
        return moved(enrolment, "pass", now, **releasing(school, given.number))
    choices = enrolment["choices"]
    better = choices[: choices.index(school)] if school in choices else choices
    still = [code for code in enrolment["waits_at"] if code in better]
    return offered(enrolment, given, still, now)


def has_place(enrolment: Enrolment, school: str | None = None) -> bool:
    """Whether it holds a place (at `school`), answered or not."""
    held = enrolment["state"] in ("offered", "admitted")
    return held and school in (None, enrolment["offer"]["school"])


def accepted(enrolment: Enrolment, today: date, now: datetime) -> dict[str, Any]:
    """The parent takes the place; that is final, and ends an open objection."""
    legal(enrolment, "accept")
    _in_time(enrolment, today)
    school = enrolment["offer"]["school"]
    after = {**enrolment, "waits_at": []}
    if is_contested(enrolment):
        after["objection"] = {**enrolment["objection"], "state": "withdrawn"}
    return moved(after, "accept", now, school=school)


def declined(
    enrolment: Enrolment, today: date, now: datetime, *, moving: bool = True
) -> dict[str, Any]:
    """The parent does not take the place; while the round is `moving`, the child still waits for
    what comes before it."""
    legal(enrolment, "decline")
    _in_time(enrolment, today)
    return _given_up(enrolment, "decline", now, moving)


def lapsed(enrolment: Enrolment, now: datetime, *, moving: bool = True) -> dict[str, Any]:
    """Nobody answered in time."""
    legal(enrolment, "lapse")
    return _given_up(enrolment, "lapse", now, moving)


def _given_up(enrolment: Enrolment, action: str, now: datetime, moving: bool) -> dict[str, Any]:
    back = releasing(enrolment["offer"]["school"], enrolment["offer"]["number"])
    waits = enrolment["waits_at"] if moving else []
    target = "waiting" if waits or is_contested(enrolment) else "ended"
    after = {k: v for k, v in enrolment.items() if k != "offer"} | {"waits_at": waits}
    return moved(after, action, now, target, **back)


def _in_time(enrolment: Enrolment, today: date) -> None:
    answer_by = enrolment["offer"]["answer_by"]
    if not is_contested(enrolment) and answer_by < today.isoformat():
        raise Conflict(
            Text(f"答复期限为 {answer_by}，已过期", f"It was to be answered by {answer_by}"),
            type="offer-lapsed",
        )


def withdrawn(enrolment: Enrolment, now: datetime) -> dict[str, Any]:
    """The application was withdrawn; a place goes back."""
    if enrolment["state"] == "withdrawn":
        return {**enrolment}
    held = enrolment["offer"] if has_place(enrolment) else None
    told = releasing(held["school"], held["number"]) if held else {}
    kept = {k: v for k, v in enrolment.items() if k != "offer"}
    return moved({**kept, "waits_at": []}, "withdraw", now, **told)


def ended(enrolment: Enrolment, now: datetime) -> dict[str, Any]:
    """The round is over, and there was no place."""
    return moved({**enrolment, "waits_at": []}, "end", now)
