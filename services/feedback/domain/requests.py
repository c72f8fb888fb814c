"""Requests of the public (complaint, consultation, report, suggestion) and their life.

    open --answer--> closed;  open --transfer--> open (another desk);  open --note--> open
    open --uphold--> closed;  open --dismiss--> closed     (complaints about a case, power approve)

Guarantees: every move is kept and is one event; the deadline for the answer never moves; what a
person writes is sealed at rest, and what is public is masked first and only where they agreed.
Does not: judge a complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from services.feedback.domain.cases import desks
from services.feedback.domain.open311.reading import Place
from services.feedback.domain.open311.services import DEPARTMENT, PUBLIC, Service
from services.feedback.domain.screening import screened
from shared import division
from shared.clock import Lamp, deadline, lamp, local_day
from shared.errors import Conflict, IllegalMove
from shared.text import Text

Request = Mapping[str, Any]
"""_id, service_code, kind, department, division, status, state, requested_at, updated_at, day,
due (day), late, account (or null), case (id, or null), agreed (to publication), client (of the
API key), sealed (`Told` and personal fields), shown (the masked public part, where agreed),
status_notes, history [{sequence, action, at, by, note, ...}], token; desk, watch (while open)."""

WARN_DAYS = 2
PERSONAL = ("email", "device_id", "account_id", "first_name", "last_name", "phone")
"""Fields of a submission that are sealed, and never shown to anybody in full."""


class Move(NamedTuple):
    """A move: where it leads, what its event says happened, and to what."""

    target: str
    noun: str
    participle: str
    powers: tuple[str, ...]


ANY = ("accept", "review", "approve")
MOVES: Mapping[str, Move] = {
    "note": Move("open", "request", "noted", ANY),
    "transfer": Move("open", "request", "transferred", ANY),
    "answer": Move("closed", "request", "answered", ANY),
    "uphold": Move("closed", "complaint", "upheld", ("approve",)),
    "dismiss": Move("closed", "complaint", "dismissed", ("approve",)),
}


def id_of(derived: str, now: datetime) -> str:
    """The number that people are told: day and twelve letters of the derived id."""
    return f"{local_day(now):%Y%m%d}-{derived.replace('-', '')[:12].upper()}"


def submitted(
    id_: str,
    service: Service,
    answered: Mapping[str, Any],
    place: Place,
    told: Mapping[str, Any],
    case: Mapping[str, Any] | None,
    by: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """A new request. told: {description, media_url}. by: {account or null, client or null}.

    A complaint about a case lies at the desk of that case. Not sealed yet: `told`, `personal`.
    """
    today = local_day(now)
    due = deadline(today, service.days).due
    agreed = answered.get(PUBLIC) == "yes"
    department = case["department"] if case else service.department or answered[DEPARTMENT]
    code = case["division"] if case else place.division
    request = {
        "_id": id_,
        "service_code": service.code,
        "kind": service.kind,
        "department": department,
        "division": code,
        "status": "open",
        "requested_at": now,
        "updated_at": now,
        "day": today.isoformat(),
        "due": due.isoformat() if due else None,
        "late": False,
        "account": by.get("account"),
        "client": by.get("client"),
        "case": case["_id"] if case else None,
        "agreed": agreed,
        "shown": _shown(told, place) if agreed else None,
        "status_notes": None,
        "history": [
            _entry(1, "submit", now, {"kind": "person" if by.get("account") else "anyone"})
        ],
        "media": told.get("media"),
    }
    return _at_desk(request)


def _shown(told: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """What is public of the request, numbers of people masked."""
    return {
        "description": screened(told["description"]) if told.get("description") else None,
        "address": screened(place.address) if place.address else None,
        "address_id": place.address_id,
        "lat": place.lat,
        "long": place.long,
        "media_url": told.get("media_url"),
    }


def _at_desk(request: dict[str, Any]) -> dict[str, Any]:
    """On the work list of its desk and watched for its deadline, while it is open."""
    month = request["day"][:7]
    where = request["department"], request["division"]
    request["handled_by"] = desks(*where, month)
    if request["status"] == "open":
        request |= {"desk": desks(*where)}
        if not request["late"]:
            request["watch"] = request["due"]
    else:
        for name in ("desk", "watch"):
            request.pop(name, None)
    return request


def moved(
    before: Request,
    action: str,
    by: Mapping[str, str],
    now: datetime,
    *,
    note: str | None = None,
    **told: Any,
) -> dict[str, Any]:
    """`before` after an official's `action`.

    note: the answer, the reasons, or why it is passed on. told: {department, division} of a
    transfer, {reasons} of a decision. `IllegalMove` where it is closed, `Conflict` where a
    decision is asked for that only a complaint about a case has, or the other way round.
    """
    move = MOVES[action]
    if before["status"] != "open":
        raise IllegalMove(legal=[])
    _require_decidable(before, action)
    text = screened(note) if note else None
    number = len(before["history"]) + 1
    after = {
        **before,
        "status": move.target,
        "updated_at": now,
        "history": [*before["history"], _entry(number, action, now, by, text, **told)],
    }
    if action == "transfer":
        after |= {"department": told["department"], "division": told["division"]}
    if move.target == "closed":
        after |= {"status_notes": text, "outcome": move.participle}
    return _at_desk(after)


def _require_decidable(before: Request, action: str) -> None:
    decision = action in ("uphold", "dismiss")
    if decision and not before["case"]:
        raise Conflict(
            Text("未涉及办件的诉求应直接答复", "It is about no case: answer it"),
            type="not-about-a-case",
        )
    if action in ("answer", "transfer") and before["case"]:
        raise Conflict(
            Text("对办件的投诉应作出成立或不成立的决定", "About a case: uphold it or dismiss it"),
            type="about-a-case",
        )


def legal_moves(one: Request) -> list[str]:
    """What can be done with it now."""
    if one["status"] != "open":
        return []
    return ["note", "uphold", "dismiss"] if one["case"] else ["note", "transfer", "answer"]


def missed(before: Request, now: datetime) -> dict[str, Any]:
    """`before` once its deadline has passed without an answer."""
    number = len(before["history"]) + 1
    entry = _entry(number, "miss", now, {"kind": "system", "account": "system"})
    after = {**before, "late": True, "history": [*before["history"], entry]}
    after.pop("watch", None)
    return after


def lamp_of(one: Request, today: date) -> Lamp:
    """The lamp of the answer: of the day it was given, or of today."""
    due = date.fromisoformat(one["due"])
    if one["status"] == "closed":
        return "red" if local_day(one["updated_at"]) > due else "green"
    return lamp(due, today, WARN_DAYS)


def agency(one: Request, language: str) -> str:
    """The agency responsible: division and department by their names."""
    names = {d.code: d.name for d in division.departments()}
    department = names[one["department"]].say(language)
    gap = "" if language == "zh" else " "
    return f"{division.name(one['division']).say(language)}{gap}{department}"


def _entry(
    sequence: int,
    action: str,
    now: datetime,
    by: Mapping[str, str],
    note: str | None = None,
    **told: Any,
) -> dict[str, Any]:
    entry = {"sequence": sequence, "action": action, "at": now, "by": dict(by), "note": note}
    return {**entry, **{name: value for name, value in told.items() if value is not None}}
