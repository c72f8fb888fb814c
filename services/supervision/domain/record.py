"""The record that supervision keeps of a case (pure).

    record  {_id: case, service, number, department, division, item, limits, moves,
             state, lamp, lamps: [entry], until, next_change, lit, counts,
             decision, decided, evaluation}
    until: the day up to which lamps are settled. next_change: when a lamp will change by time alone
    (missing: never). lit, decided: what the record is found by.

Guarantees: `heard`, `passed` and `evaluated` give the same record for the same moves, evaluation
and day, in whatever order they came; what was known already changes nothing.
Does not: keep the applicant, who moved what for the applicant, or any text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from services.supervision.domain import lamps
from services.supervision.domain.clocks import NEGATIVE
from services.supervision.domain.counts import Subject, contribution
from services.supervision.domain.lamps import Case
from shared.case import NEW, TABLE, move_of
from shared.clock import CHINA
from shared.division import ancestors
from shared.events import Event

Record = dict[str, Any]

GRACE = timedelta(minutes=10)
"""How long after the last word about a case no lamp changes by time alone: more may be on its way
(a replay, a broker that was away)."""
SPREAD = 600
"""Seconds after midnight over which the changes of a day are spread, by the case's id."""
ALL = "*"
"""Stands for every department in what records are found by."""

SUBJECT = ("number", "department", "division", "item")
LIMITS = ("statutory", "promised", "acceptance")
OUTCOMES = {"approve": "approved", "refuse": "refused", "decline": "declined"}


def blank(id_: str, service: str, subject: Mapping[str, Any]) -> Record:
    """A record of which nothing is known yet but whose it is."""
    return {
        "_id": id_,
        "service": service,
        **{name: subject[name] for name in SUBJECT},
        "limits": None,
        "moves": [],
        "state": NEW,
        "lamp": "green",
        "lamps": [],
        "until": "",
        "counts": {},
    }


def heard(before: Record | None, events: Sequence[Event], now: datetime) -> Record:
    """The record with the moves that `events` (of this case) tell."""
    first = events[0]
    record = before or blank(first.subject, first.source.strip("/"), first.data)
    known = {move["sequence"]: move for move in record["moves"]}
    fresh = {e.sequence: _move(e) for e in events if e.sequence not in known}
    if not fresh:
        return record
    limits = {name: first.data[f"{name}_days"] for name in LIMITS if f"{name}_days" in first.data}
    moves = [move for _, move in sorted((known | fresh).items())]
    return settled({**record, "limits": limits, "moves": moves}, now)


def _move(event: Event) -> dict[str, Any]:
    """The move, without the account of an applicant."""
    move = move_of(event)
    if "applicant" in TABLE[move["action"]].who:
        del move["by"]
    return move


def evaluated(before: Record | None, event: Event, now: datetime) -> Record:
    """The record with its evaluation; a later one takes the place of an earlier one."""
    data = event.data
    subject = {**data, "number": data["case_number"]}
    record = before or blank(event.subject, data["service"], subject)
    if record.get("evaluation", {"sequence": 0})["sequence"] >= event.sequence:
        return record
    evaluation = {"sequence": event.sequence, "level": data["level"], "on": data["given_on"]}
    return settled({**record, "evaluation": evaluation}, now)


def passed(before: Record, today: str, now: datetime) -> Record:
    """The record when `today` has come."""
    return settled({**before, "until": max(before["until"], today)}, now)


def settled(record: Record, now: datetime) -> Record:
    """The record with all that follows from its moves up to `until`."""
    of = lamps.stages(record["moves"], record["limits"]) if record["moves"] else []
    last = of[-1] if of else None
    until = max(record["until"], lamps.day_of(last) if last else "")
    entries = lamps.kept(record["lamps"], lamps.timeline(of, until), until)
    whole = last is not None and len(of) == len(record["moves"])
    due = lamps.next_change(last, until) if last and whole else None
    after = {
        **record,
        "state": last["state"] if last else NEW,
        "until": until,
        "lamps": entries,
        "lamp": lamps.worst(entries),
        "counts": contribution(_subject(record), of, record.get("evaluation")),
        "next_change": _moment(record["_id"], due, now) if due else None,
        **_decision(record, of),
    }
    after["lit"] = lit(after)
    return {k: v for k, v in after.items() if v is not None}


def _subject(record: Record) -> Subject:
    return Subject(record["department"], record["division"], record["item"])


def _moment(id_: str, day: str, now: datetime) -> datetime:
    """When to look at the case because of `day`."""
    seconds = sum(map(ord, id_)) * 7919 % SPREAD
    midnight = datetime.combine(date.fromisoformat(day), time(), CHINA)
    return max(midnight + timedelta(seconds=seconds), now + GRACE)


def lit(record: Mapping[str, Any]) -> list[str] | None:
    """What a record with a yellow or red lamp is found by: lamp, department, division."""
    if record["lamp"] == "green":
        return None
    departments = (record["department"], ALL)
    places = ancestors(record["division"])
    return [f"{record['lamp']}:{d}:{place}" for d in departments for place in places]


def _decision(record: Record, of: Sequence[Case]) -> dict[str, Any]:
    """The decision in force, and the day it is found by; neither where there is none."""
    history = of[-1]["history"] if of else ()
    for place in range(len(history) - 1, -1, -1):
        action = history[place]["action"]
        if action == "reopen":
            break
        if action in OUTCOMES:
            decision = _decided(of, place, action)
            return {"decision": decision, "decided": f"{record['division']}:{decision['on']}"}
    return {"decision": None, "decided": None}


def _decided(of: Sequence[Case], place: int, action: str) -> dict[str, Any]:
    case, last = of[place], of[-1]
    delivered = last["history"][-1]["action"] == "deliver"
    return {
        "outcome": OUTCOMES[action],
        "received_on": case["received_on"],
        "accepted_on": case.get("accepted_on"),
        "on": lamps.day_of(case),
        "delivered_on": lamps.day_of(last) if delivered else None,
        "reasoned": action not in NEGATIVE or bool(case["history"][-1].get("reasoned")),
    }


def news(before: Record | None, after: Record) -> Iterable[dict[str, Any]]:
    """The entries of the lamps' history that `after` has and `before` has not."""
    entries: list[dict[str, Any]] = after["lamps"][len(before["lamps"]) if before else 0 :]
    return entries
