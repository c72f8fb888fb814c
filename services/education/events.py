"""What education tells the others and itself, beyond its cases and items.

No event carries a name or a number of a person; an enrolment is known by its pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.department.events import department_events
from shared.events import event
from shared.exchange.events import node_events
from shared.notice import notices
from shared.published import Published, Publishes
from shared.schema import Day, DivisionCode, Integer, Schema, fields

ANNOUNCED = "education.round.announced.v1"
FROZEN = "education.round.frozen.v1"
DRAWN = "education.round.drawn.v1"
PUBLISHED = "education.round.published.v1"
FINISHED = "education.round.finished.v1"
GIVEN = "education.place.given.v1"
RELEASED = "education.place.released.v1"
CORRECTED = "education.place.corrected.v1"
SETTLED = "education.enrolment.settled.v1"
ISSUED = "education.certificate.issued.v1"
REVOKED = "education.certificate.revoked.v1"

ROUND_EVENTS = {
    "announce": ANNOUNCED,
    "freeze": FROZEN,
    "draw": DRAWN,
    "publish": PUBLISHED,
    "finish": FINISHED,
}
"""Move of a round: what is told."""


class RoundFields(Schema):
    """A round after the move that the event's type names; `seed`: once it is revealed."""

    division = DivisionCode(required=True)
    year = Integer(required=True)
    stage = fields.String(required=True)
    opens_on = Day(required=True)
    closes_on = Day(required=True)
    seed_hash = fields.String(required=True)
    seed = fields.String(allow_none=True)


class PlaceFields(Schema):
    """school: id of a round's school; enrolment: its pseudonym."""

    round = fields.String(required=True)
    school = fields.String(required=True)
    enrolment = fields.String(required=True)


class ReleasedFields(PlaceFields):
    """A place that goes back; giving: the number it was given by (0: in the draw)."""

    giving = Integer(required=True)


class GivenFields(PlaceFields):
    """A place given, the event's sequence is the number; granted: beyond capacity."""

    code = fields.String(required=True)
    granted = fields.Boolean(required=True)


class CorrectedFields(PlaceFields):
    """An upheld objection. rank: of the class that is right; remedy: what is to be done."""

    remedy = fields.String(required=True)
    rank = Integer(required=True)
    lot = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)
    by = fields.String(required=True)


class SettledFields(Schema):
    """An enrolment that has come to its end: admitted or not."""

    case = fields.String(required=True)
    admitted = fields.Boolean(required=True)


class CertificateFields(Schema):
    """A teacher qualification certificate; `status`: valid or revoked."""

    number = fields.String(required=True)
    kind = fields.String(required=True)
    division = DivisionCode(required=True)
    status = fields.String(required=True)


PUBLISHES: Publishes = {
    **department_events("education"),
    **node_events("education"),
    **notices("education"),
    **{type_: Published(RoundFields, public=True) for type_ in ROUND_EVENTS.values()},
    GIVEN: Published(GivenFields),
    RELEASED: Published(ReleasedFields),
    CORRECTED: Published(CorrectedFields),
    SETTLED: Published(SettledFields),
    ISSUED: Published(CertificateFields, public=True),
    REVOKED: Published(CertificateFields, public=True),
}


def round_event(round_: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The last move of `round_`; its sequence is the number of moves."""
    last = round_["history"][-1]
    data = {
        **{name: round_[name] for name in ("division", "year", "stage", "opens_on", "closes_on")},
        "seed_hash": round_["seed"]["hash"],
        "seed": round_.get("revealed"),
    }
    return event(ROUND_EVENTS[last["action"]], round_["_id"], last["number"], data, now)


def given_event(
    school: Mapping[str, Any], enrolment: str, granted: bool, number: int, now: datetime
) -> dict[str, Any]:
    """`enrolment` has got a place at `school`: the how-manieth that it has given since the draw."""
    data = {**_place(school["round"], school["_id"], enrolment), "code": school["code"]}
    return event(GIVEN, school["_id"], number, {**data, "granted": granted}, now)


def released_event(
    enrolment: Mapping[str, Any], school: str, giving: int, number: int, now: datetime
) -> dict[str, Any]:
    """`enrolment` gives back, or has not taken, what `school` (id) gave by the number `giving`."""
    data = _place(enrolment["round"], school, enrolment["_id"])
    return event(RELEASED, enrolment["_id"], number, {**data, "giving": giving}, now)


def corrected_event(
    enrolment: Mapping[str, Any], school: str, told: Mapping[str, Any], number: int, now: datetime
) -> dict[str, Any]:
    """An upheld objection: `told` {remedy, rank, reasons, by} for the school (id)."""
    data = {
        **_place(enrolment["round"], school, enrolment["_id"]),
        "lot": enrolment.get("lot", ""),
        **told,
    }
    return event(CORRECTED, enrolment["_id"], number, data, now)


def settled_event(
    enrolment: Mapping[str, Any], admitted: bool, number: int, now: datetime
) -> dict[str, Any]:
    """What the case is to be decided by."""
    data = {"case": enrolment["case"], "admitted": admitted}
    return event(SETTLED, enrolment["_id"], number, data, now)


def certificate_event(type_: str, certificate: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What has become of `certificate`."""
    names = ("number", "kind", "division", "status")
    data = {name: certificate[name] for name in names}
    return event(type_, certificate["number"], len(certificate["rulings"]) + 1, data, now)


def _place(round_: str, school: str, enrolment: str) -> dict[str, Any]:
    return {"round": round_, "school": school, "enrolment": enrolment}
