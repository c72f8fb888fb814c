"""A case as events tell it, and the way back (pure).

Guarantees: every move of a received case is exactly one event, whose `sequence` is its place in the
history; told again later it is the same event; no names and no personal numbers are in it.
Does not: publish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared.case.clocks import acceptance_days
from shared.case.moving import EFFECTS, no_effect
from shared.case.table import NEW, TABLE, Case
from shared.events import Event, event

NOTICE_KEPT = "kept with the case"
"""Events tell that a notice was given (Art. 45), not what it says."""


def last_event(case: Case, service: str) -> dict[str, Any]:
    """The event of the last move."""
    return event_of(case, service, case["history"][-1])


def events_of(case: Case, service: str, known: int = 0) -> list[dict[str, Any]]:
    """The events of all moves after the first `known`; a draft is nobody's affair yet."""
    if "received_on" not in case:
        return []
    return [
        event_of(case, service, entry)
        for entry in case["history"][known:]
        if entry["action"] != "draft"
    ]


def event_of(case: Case, service: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The event of the move that `entry` of the history tells; its days are those of then."""
    then = case if entry is case["history"][-1] else _until(case, entry["sequence"])
    data = {
        "number": case["number"],
        "item": case["item"],
        "item_version": case["item_version"],
        "department": case["department"],
        "division": case["division"],
        "applicant": case["applicant"]["account"],
        "legal_person": case["applicant"].get("legal_person"),
        "action": entry["action"],
        "state": entry["state"],
        "by": entry["by"]["account"],
        "received_on": then.get("received_on"),
        "accepted_on": then.get("accepted_on"),
        "decided_on": then.get("decided_on"),
        "statutory_days": case["limits"]["statutory"],
        "promised_days": case["limits"]["promised"],
        "acceptance_days": acceptance_days(case["limits"]),
        "ground": entry.get("ground"),
        "reasoned": bool(entry.get("reasons")),
        "deemed": bool(entry.get("deemed")),
        "internal": bool(case.get("internal")),
    }
    type_ = f"{service}.case.{TABLE[entry['action']].participle}.v1"
    return event(type_, case["_id"], entry["sequence"], data, entry["at"])


def _until(case: Case, sequence: int) -> dict[str, Any]:
    return _effected([e for e in case["history"] if e["sequence"] <= sequence], case["limits"])


def move_of(event: Event) -> dict[str, Any]:
    """The move that the case event `event` tells, fit to be kept and for `told`."""
    same = ("action", "state", "by", "ground", "reasoned", "deemed")
    return {
        "sequence": event.sequence,
        "at": event.time,
        **{name: event.data[name] for name in same if event.data.get(name) not in (None, False)},
    }


def told(moves: Iterable[Mapping[str, Any]], limits: Mapping[str, int]) -> dict[str, Any]:
    """The case as far as its moves tell it, in whatever order they come.

    moves: of `move_of`; a repeat counts once, and what follows a gap waits until it is filled.
    limits: working days {statutory, promised, acceptance}. Gives what `deadlines` asks for: state,
    days, pauses, limits, `extended`; and `history`, the moves told, in order.
    """
    history = _unbroken([move for _, move in sorted({m["sequence"]: m for m in moves}.items())])
    case = _effected(history, limits)
    return {**case, "state": history[-1]["state"] if history else NEW, "history": history}


def _unbroken(moves: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if not moves or moves[0]["action"] != "submit":
        return []
    first = moves[0]["sequence"]
    return [m for place, m in enumerate(moves) if m["sequence"] == first + place]


def _effected(moves: Iterable[Mapping[str, Any]], limits: Mapping[str, int]) -> dict[str, Any]:
    case: dict[str, Any] = {"limits": dict(limits), "pauses": []}
    for move in moves:
        given = {"notice": NOTICE_KEPT, **move}
        EFFECTS.get(move["action"], no_effect)(case, move["at"], given)
    return case
