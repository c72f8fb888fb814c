"""What feedback tells the others, and what it reads of what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.feedback.domain.evaluation import SCORES
from services.feedback.domain.requests import MOVES
from shared.clock import local_day
from shared.events import event
from shared.published import Published, Publishes
from shared.schema import BilingualText, Day, Integer, Schema, String, fields

EVALUATION_GIVEN = "feedback.evaluation.given.v1"
COMPLAINT_UPHELD = "feedback.complaint.upheld.v1"
MAIL_REQUESTED = "feedback.mail.requested.v1"

RECTIFICATION = ("opened", "called-back", "replied", "closed", "delayed")
REQUEST = ("submitted", "noted", "transferred", "answered", "delayed")


class Scores(Schema):
    efficiency = Integer(required=True, allow_none=True)
    accuracy = Integer(required=True, allow_none=True)
    convenience = Integer(required=True, allow_none=True)
    usability = Integer(required=True, allow_none=True)


class EvaluationGiven(Schema):
    """A closed case was evaluated; subject: the case; sequence 2: evaluated again."""

    service = String(required=True)
    case_number = String(required=True)
    department = String(required=True)
    division = String(required=True)
    item = String(required=True)
    level = Integer(required=True)
    scores = fields.Nested(Scores, required=True)
    bad = fields.Boolean(required=True)
    given_on = Day(required=True)


class RectificationFields(Schema):
    """The step of a rectification; subject: its id; sequence: the step's place in its history."""

    service = String(required=True)
    case = String(required=True)
    number = String(required=True)
    department = String(required=True)
    division = String(required=True)
    item = String(required=True)
    call_back_due = Day(required=True)
    rectify_due = Day(required=True)
    on = Day(required=True)


class RequestFields(Schema):
    """The step of a request of the public; subject: its id. account: who may be told, or null."""

    service_code = String(required=True)
    kind = String(required=True)
    department = String(required=True)
    division = String(required=True)
    account = String(required=True, allow_none=True)
    about_case = fields.Boolean(required=True)
    due = Day(required=True)
    on = Day(required=True)


class ComplaintDismissed(RequestFields):
    pass


class ComplaintUpheld(RequestFields):
    """A complaint about a case is upheld: its department reopens it. service, case: which."""

    service = String(required=True)
    case = String(required=True)
    reasons = fields.List(String(longest=500), required=True)
    decided_on = Day(required=True)


class MailRequested(Schema):
    """A message is to go out by e-mail; subject: the notice, or the account whose address it is.

    kind: "notice" or "code". No address is in the event.
    """

    kind = String(required=True)
    account = String(required=True)


class CaseMoved(Schema):
    """What is read of a case's move."""

    number = fields.String(required=True)
    item = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    applicant = fields.String(required=True)
    legal_person = fields.String(allow_none=True)
    action = fields.String(required=True)
    promised_days = Integer(required=True)
    internal = fields.Boolean()


class NoticeIssued(Schema):
    account = String(required=True)
    about = String(required=True)
    title = BilingualText(required=True)
    body = BilingualText(required=True)


class Alert(Schema):
    """What is read of supervision's warnings and escalations."""

    service = String(required=True)
    case = String(required=True)
    number = String(required=True)
    department = String(required=True)
    division = String(required=True)
    to_division = String(required=True, allow_none=True)
    clock = String(required=True)
    due = Day(required=True, allow_none=True)


PUBLISHES: Publishes = {
    EVALUATION_GIVEN: Published(EvaluationGiven, public=True),
    **{f"feedback.rectification.{p}.v1": Published(RectificationFields) for p in RECTIFICATION},
    **{f"feedback.request.{p}.v1": Published(RequestFields) for p in REQUEST},
    COMPLAINT_UPHELD: Published(ComplaintUpheld, public=True),
    "feedback.complaint.dismissed.v1": Published(ComplaintDismissed),
    MAIL_REQUESTED: Published(MailRequested),
}


def evaluation_given(case: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The evaluation in `case` was given."""
    evaluation = case["evaluation"]
    data = {
        **{name: case[name] for name in ("service", "department", "division", "item")},
        "case_number": case["number"],
        "level": evaluation["level"],
        "scores": {name: evaluation["scores"][name] for name in SCORES},
        "bad": evaluation["bad"],
        "given_on": evaluation["on"],
    }
    return event(EVALUATION_GIVEN, case["_id"], evaluation["sequence"], data, now)


def rectification(participle: str, one: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The newest step of the rectification `one`."""
    same = ("service", "case", "number", "department", "division", "item")
    dues = ("call_back_due", "rectify_due")
    data = {name: one[name] for name in (*same, *dues)} | {"on": local_day(now).isoformat()}
    type_ = f"feedback.rectification.{participle}.v1"
    return event(type_, one["_id"], len(one["history"]), data, now)


def request(action: str, one: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The newest move of the request `one`; action: of `MOVES`, or "submit" or "miss"."""
    participles = {"submit": "submitted", "miss": "delayed"}
    participle = participles.get(action) or MOVES[action].participle
    noun = MOVES[action].noun if action in MOVES else "request"
    same = ("service_code", "kind", "department", "division", "account", "due")
    data: dict[str, Any] = {name: one[name] for name in same}
    data |= {"about_case": bool(one["case"]), "on": local_day(now).isoformat()}
    if action == "uphold":
        told = one["history"][-1]
        data |= {
            "service": one["case_service"],
            "case": one["case"],
            "reasons": list(told["reasons"]),
            "decided_on": data["on"],
        }
    return event(f"feedback.{noun}.{participle}.v1", one["_id"], len(one["history"]), data, now)


def mail_requested(kind: str, subject: str, sequence: int, account: str, now: datetime) -> Any:
    """A message of this kind is to go out to the account's confirmed (or new) address."""
    return event(MAIL_REQUESTED, subject, sequence, {"kind": kind, "account": account}, now)
