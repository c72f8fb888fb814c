"""What sharing requests and grants take and give."""

from __future__ import annotations

from typing import Any

from services.exchange.domain import grants
from services.exchange.domain.declarations import field_name, slug
from services.exchange.domain.grants import KINDS, PERIODS
from services.exchange.domain.members import MEMBER
from shared.case import STATES
from shared.schema import Day, Integer, Paged, Schema, String, fields, validate

MEMBER_NAME = validate.Regexp(rf"^{MEMBER.pattern}$(?!\n)")
CONSUMER = rf"^{MEMBER.pattern}/(?:[A-Za-z0-9_.~-]{{1,64}}|\*)$(?!\n)"
MOST = 10**9


def several(one: fields.Field[Any], most: int, least: int = 1, **given: Any) -> fields.List[Any]:
    return fields.List(one, validate=validate.Length(min=least, max=most), **given)


def kinds(**given: Any) -> fields.List[Any]:
    return several(fields.String(validate=validate.OneOf(KINDS)), len(KINDS), **given)


class Quota(Schema):
    """So many keys a day or month (calendar, in China), or in total."""

    amount = Integer(required=True, minimum=1, maximum=MOST)
    period = fields.String(required=True, validate=validate.OneOf(PERIODS))


class AskedBody(Schema):
    """What is asked of a resource. resource_version: the newest where none is named. items: served
    by the use; none for a purpose that serves none. volume: expected. purposes: slugs by which each
    use names what it is for; explanation says why they need the data."""

    resource_version = Integer(minimum=1, maximum=10_000)
    fields_ = several(field_name(), 200, required=True, data_key="fields", attribute="fields")
    kinds = kinds(required=True)
    purposes = several(slug(), 10, required=True)
    items = several(slug(), 50, 0, load_default=list)
    volume = fields.Nested(Quota, required=True)
    until_day = Day(required=True)
    explanation = String(required=True, longest=2000)
    legal_basis = String(required=True, longest=1000)


class RequestBody(AskedBody):
    """consumer: ``<class>/<code>/<subsystem>``, or ``/*`` for every system of the member."""

    consumer = String(required=True, longest=160, validate=validate.Regexp(CONSUMER))
    resource = slug(required=True)


class OpinionBody(Schema):
    opinion = String(longest=1000)


class ApprovalBody(OpinionBody):
    """Less than was asked, where the provider gives less; quota: the expected volume if none."""

    fields_ = several(field_name(), 200, data_key="fields", attribute="fields")
    kinds = kinds()
    purposes = several(slug(), 10)
    items = several(slug(), 50)
    quota = fields.Nested(Quota)
    until_day = Day()


class ReturnBody(Schema):
    """Everything that is missing, told once."""

    missing = several(String(longest=500), 50, required=True)


class ReasonsBody(Schema):
    reasons = several(String(longest=500), 50, required=True)


class WithdrawBody(Schema):
    reason = String(longest=500)


class RevokeBody(Schema):
    reason = String(required=True, longest=1000)


class RequestsQuery(Paged):
    """side: as consumer, as provider, or what waits on the provider's desk. member: another's, for
    those who run the exchange."""

    side = fields.String(
        load_default="consumer", validate=validate.OneOf(["consumer", "provider", "desk"])
    )
    member = String(longest=80, validate=MEMBER_NAME)


class GrantsQuery(Paged):
    side = fields.String(load_default="consumer", validate=validate.OneOf(["consumer", "provider"]))
    member = String(longest=80, validate=MEMBER_NAME)
    resource = slug()
    state = fields.String(validate=validate.OneOf(grants.STATES))


class Requested(Schema):
    resource_version = Integer(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    kinds = fields.List(fields.String(), required=True)
    purposes = fields.List(fields.String(), required=True)
    items = fields.List(fields.String(), required=True)
    volume = fields.Nested(Quota, required=True)
    until_day = Day(required=True)
    explanation = fields.String(required=True)
    legal_basis = fields.String(required=True)


class RequestSummary(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    consumer = fields.String(required=True)
    provider = fields.String(required=True)
    resource = fields.String(required=True)
    opened_at = fields.String(required=True, metadata={"format": "date-time"})
    received_on = Day(required=True)
    version = Integer(required=True, minimum=1)


class RequestDetail(RequestSummary):
    """A sharing request with its moves and its explained deadlines. grant: once it is closed."""

    asked = fields.Nested(Requested, required=True)
    terms = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    grant = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Raw(), required=True)
    moves = fields.List(fields.Dict(), required=True)
    deadlines = fields.Dict(keys=fields.String(), required=True)
    legal_moves = fields.List(fields.String(), required=True)


class Revocation(Schema):
    at = fields.String(required=True, metadata={"format": "date-time"})
    reason = fields.String(required=True)


class GrantDetail(Schema):
    """A grant; `in_force`: whether it can be used now."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    request = fields.String(required=True)
    consumer = fields.String(required=True)
    provider = fields.String(required=True)
    resource = fields.String(required=True)
    resource_version = Integer(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    kinds = fields.List(fields.String(), required=True)
    purposes = fields.List(fields.String(), required=True)
    items = fields.List(fields.String(), required=True)
    quota = fields.Nested(Quota, required=True)
    from_day = Day(required=True)
    until_day = Day(required=True)
    state = fields.String(required=True)
    in_force = fields.Boolean(required=True)
    revoked = fields.Nested(Revocation, required=True, allow_none=True)
    version = Integer(required=True, minimum=1)


class Decided(Schema):
    """Of a decision nothing is read but whose it is."""


class Declared(Schema):
    """Of a resource's change nothing is read but which resource it is."""
