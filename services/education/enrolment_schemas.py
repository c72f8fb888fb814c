"""What the entrypoints of enrolments take and give, and what they read of events."""

from __future__ import annotations

from services.education.domain.enrolments import STATES as ENROLMENT_STATES
from services.education.domain.objections import REMEDIES
from services.education.domain.priority import CLASSES
from services.education.forms import school_code
from services.education.schemas import reasons
from shared.schema import (
    Day,
    Instant,
    Integer,
    Schema,
    String,
    fields,
    validate,
)


class ObjectionBody(Schema):
    """What the guardian objects to: the class at a school."""

    school = school_code(required=True)
    claimed_class = fields.String(required=True, validate=validate.OneOf(list(CLASSES)))
    grounds = String(required=True, longest=1000)


class GrantBody(Schema):
    """A place beyond capacity at a school of the round."""

    school = school_code(required=True)
    reasons = reasons()


class AnswerBody(Schema):
    """The answer to an objection. Where it is upheld: the class that is right, and the remedy."""

    upheld = fields.Boolean(required=True)
    reasons = reasons()
    class_ = fields.String(
        data_key="class", attribute="class", validate=validate.OneOf(list(CLASSES))
    )
    remedy = fields.String(validate=validate.OneOf(REMEDIES))


class OfferTold(Schema):
    school = fields.String(required=True)
    answer_by = Day(required=True)


class EnrolmentMove(Schema):
    number = Integer(required=True)
    action = fields.String(required=True)
    at = Instant(required=True)
    school = fields.String(allow_none=True)


class EnrolmentTold(Schema):
    """A child in a round, by its pseudonym. positions: on the waiting lists, at the most."""

    id = fields.String(required=True)
    round = fields.String(required=True)
    case = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(ENROLMENT_STATES))
    choices = fields.List(fields.String(), required=True)
    classes = fields.Dict(required=True)
    lot = fields.String(required=True, allow_none=True)
    offer = fields.Nested(OfferTold, required=True, allow_none=True)
    waits_at = fields.List(fields.String(), required=True)
    positions = fields.Dict()
    objection = fields.Dict(required=True, allow_none=True)
    history = fields.List(fields.Nested(EnrolmentMove), required=True)
    version = Integer(required=True)


class CaseHeard(Schema):
    item = fields.String(required=True)


class PlaceHeard(Schema):
    school = fields.String(required=True)
    enrolment = fields.String(required=True)


class ReleasedHeard(PlaceHeard):
    giving = Integer(required=True)


class GivenHeard(Schema):
    enrolment = fields.String(required=True)
    code = fields.String(required=True)
    granted = fields.Boolean(required=True)


class CorrectedHeard(PlaceHeard):
    remedy = fields.String(required=True)
    rank = Integer(required=True)
    lot = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)
    by = fields.String(required=True)


class SettledHeard(Schema):
    case = fields.String(required=True)
    admitted = fields.Boolean(required=True)
