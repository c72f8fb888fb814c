"""What the HTTP surface of every department takes and gives of registers: what was filled in from
them, and what they are asked to confirm.
"""

from __future__ import annotations

from shared.case import STATES
from shared.department.checks import STATES as CHECK_STATES
from shared.department.facts import REASONS
from shared.schema import (
    BilingualText,
    DivisionCode,
    Integer,
    Schema,
    SocialCreditCode,
    String,
    fields,
    validate,
)


class PrefillBody(Schema):
    """As an application; `form`: what the person says already, so that the rest can be found."""

    item = String(required=True, longest=100)
    division = DivisionCode(required=True)
    legal_person = SocialCreditCode()
    form = fields.Dict(keys=fields.String(), load_default=dict)


class FieldSource(Schema):
    """Where a value was read: provider (node), resource and its version, time, and the receipt of
    the evidence {request, attempt, index, leaf}; what identity says of an account has none."""

    provider = fields.String(required=True)
    resource = fields.String(required=True)
    version = Integer(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    record = fields.Dict(required=True, allow_none=True)


class FieldMark(Schema):
    """Whether a field of the form is held by the government or stated by the applicant.

    field: JSON pointer. differs: stated, although something else was read (`source`).
    """

    field = fields.String(required=True)
    origin = fields.String(required=True, validate=validate.OneOf(["held", "stated"]))
    differs = fields.Boolean(required=True)
    source = fields.Nested(FieldSource, required=True, allow_none=True)


class Missing(Schema):
    """A field that stays open, and why; refused: the type of a refusal."""

    field = fields.String(required=True)
    resource = fields.String(required=True)
    reason = fields.String(required=True, validate=validate.OneOf(list(REASONS)))
    refused = fields.String(required=True, allow_none=True)
    detail = BilingualText(required=True)


class Choice(Schema):
    """Rows of which one is meant: each gives values by JSON pointer, numbers masked. Send those of
    the one that is meant in `form`, masks as they are."""

    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)


class Prefilled(Schema):
    """A draft whose form holds what is given and what could be read; numbers are masked."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    item = fields.String(required=True)
    division = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    version = Integer(required=True, minimum=1)
    form = fields.Dict(required=True)
    sources = fields.List(fields.Nested(FieldMark), required=True)
    choices = fields.List(fields.Nested(Choice), required=True)
    missing = fields.List(fields.Nested(Missing), required=True)


class Override(Schema):
    at = fields.String(required=True, metadata={"format": "date-time"})
    by = fields.Dict(required=True)
    reasons = fields.List(fields.String(), required=True)


class CheckDetail(Schema):
    """A claim of the application that a register confirms or denies, by yes or no.

    about: JSON pointer into the form. before: the moves that wait for it, where it is mandatory.
    record: receipt of the evidence. problem: type of the error for which it is still pending.
    needs: the check that must hold before this one is asked. override_basis: the law by which
    officials may decide without it.
    """

    id = fields.String(required=True)
    name = fields.String(required=True)
    resource = fields.String(required=True)
    about = fields.String(required=True)
    claim = BilingualText(required=True)
    state = fields.String(required=True, validate=validate.OneOf(CHECK_STATES))
    mandatory = fields.Boolean(required=True)
    before = fields.List(fields.String(), required=True)
    needs = fields.String(required=True)
    at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    source = fields.Dict(required=True, allow_none=True)
    record = fields.Dict(required=True, allow_none=True)
    problem = fields.String(required=True, allow_none=True)
    override_basis = BilingualText(required=True, allow_none=True)
    override = fields.Nested(Override, required=True, allow_none=True)


class CheckFields(Schema):
    """What a department tells itself so that the registers are asked at once (published)."""

    number = fields.String(required=True)
    item = fields.String(required=True)
