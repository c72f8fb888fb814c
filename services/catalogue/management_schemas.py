"""What the entrypoints of officials read and answer."""

from __future__ import annotations

from services.catalogue.domain.contents import code_field
from services.catalogue.schemas import division_field
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Integer,
    Schema,
    fields,
    validate,
)


class Finding(Schema):
    pointer = fields.String(required=True)
    rule = fields.String(required=True)
    detail = BilingualText(required=True)


class Findings(Schema):
    """`state`: "published", or "rejected" where the last announcement has findings."""

    code = fields.String(required=True)
    state = fields.String(required=True)
    at = Instant(required=True, allow_none=True)
    findings = fields.List(fields.Nested(Finding), required=True)


class NewDelegation(Schema):
    """Days included; without `until_day` until revoked."""

    item = code_field(required=True)
    from_division = division_field(required=True)
    delegates = fields.List(DivisionCode(), required=True, validate=validate.Length(min=1, max=200))
    from_day = Day(required=True)
    until_day = Day(load_default=None, allow_none=True)
    legal_basis = BilingualText(required=True)


class Revocation(Schema):
    """`from_day`: the first day on which the delegation is no longer in force."""

    from_day = Day(required=True)
    legal_basis = BilingualText(required=True)


class Counts(Schema):
    rows = Integer(required=True)
    added = Integer(required=True)
    changed = Integer(required=True)
    unchanged = Integer(required=True)
    faulty = Integer(required=True)


class Import(Schema):
    """`state`: waiting, running, done, failed (nothing of the file was taken, for `reason`)."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    bytes = Integer(required=True)
    submitted_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
    counts = fields.Nested(Counts, required=True, allow_none=True)
    reason = BilingualText(required=True, allow_none=True)


class FaultsPage(Schema):
    cursor = fields.String(validate=validate.Regexp(r"^[0-9]{1,5}$(?!\n)"))


class FaultyRow(Schema):
    line = Integer(required=True)
    errors = fields.List(fields.Nested(Finding), required=True)
