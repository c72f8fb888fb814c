"""What random inspection takes from officials, and tells them."""

from __future__ import annotations

import re

from services.supervision.domain.inspection import GROUNDS, RESULTS, RISKS
from services.supervision.open_schemas import Task
from services.supervision.schemas import code_field
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    Paged,
    Schema,
    SocialCreditCode,
    String,
    fields,
    validate,
)

HASH = validate.Regexp(re.compile(r"[0-9a-f]{64}$(?!\n)", re.ASCII))
NUMBER = validate.Regexp(re.compile(r"[A-Z0-9-]{4,40}$(?!\n)", re.ASCII))
MOST_INTERESTS = 500


class Interest(Schema):
    """An enterprise that the inspector acts for, owns, works for or is related to."""

    code = SocialCreditCode(required=True)
    ground = fields.String(required=True, validate=validate.OneOf(GROUNDS))


class Inspector(Schema):
    """number: of the law-enforcement certificate; it is what the public sees. account: of the
    official, who reports the findings."""

    number = fields.String(required=True, validate=NUMBER)
    account = String(required=True, longest=100)
    department = code_field(required=True)
    division = DivisionCode(required=True)
    unit = String(required=True, longest=100)
    interests = fields.List(
        fields.Nested(Interest), required=True, validate=validate.Length(max=MOST_INTERESTS)
    )
    active = fields.Boolean(required=True)


class InspectorQuery(Paged):
    department = code_field()
    division = DivisionCode()


class Stratum(Schema):
    """A share of enterprises: empty lists take in all risks, or all kinds."""

    name = String(required=True, longest=60)
    risks = fields.List(
        fields.String(validate=validate.OneOf(RISKS)),
        required=True,
        validate=validate.Length(max=3),
    )
    kinds = fields.List(String(longest=60), required=True, validate=validate.Length(max=50))
    per_mille = Integer(required=True, minimum=1, maximum=1000)


class Rules(Schema):
    """An enterprise is drawn from the first stratum it fits, while it is under the yearly cap."""

    strata = fields.List(
        fields.Nested(Stratum), required=True, validate=validate.Length(min=1, max=20)
    )
    yearly_cap = Integer(required=True, minimum=1, maximum=12)


class PlanBody(Schema):
    """A plan of random inspection.

    commitment: SHA-256 of the seed, in hexadecimal. beacon_source: which public value, known to
    nobody before the day of the draw, is mixed in ("双色球 2026136 期").
    """

    department = code_field(required=True)
    division = DivisionCode(required=True)
    title = String(required=True, longest=200)
    subject = String(required=True, longest=500)
    rules = fields.Nested(Rules, required=True)
    commitment = fields.String(required=True, validate=HASH)
    beacon_source = String(required=True, longest=200)
    draw_on = Day(required=True)


class Plan(PlanBody):
    """A plan as the public sees it."""

    id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("announced", "drawn")))
    announced_at = fields.String(required=True, metadata={"format": "date-time"})
    drawn_at = fields.String(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    beacon = fields.String(required=True, allow_none=True)
    digest = fields.String(required=True, allow_none=True)
    tasks = Integer(required=True, allow_none=True)
    unassigned = Integer(required=True, allow_none=True)
    file = fields.String(required=True, allow_none=True)
    version = Integer(required=True, minimum=1)


class Reveal(Schema):
    """The seed that was committed to, and the value of the beacon."""

    seed = String(required=True, shortest=16, longest=200)
    beacon = String(required=True, longest=200)


class FindingBody(Schema):
    """What was found; `notes` stay with the authority."""

    results = fields.List(
        fields.String(validate=validate.OneOf(list(RESULTS))),
        required=True,
        validate=validate.Length(min=1, max=len(RESULTS)),
    )
    notes = String(required=True, shortest=0, longest=4000)
    inspected_on = Day(required=True)


class Finding(FindingBody):
    reported_by = fields.String(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)


class OwnTask(Task):
    """A task as its inspectors see it."""

    state = fields.String(required=True)
    finding = fields.Nested(Finding, required=True, allow_none=True)
    version = Integer(required=True, minimum=1)
