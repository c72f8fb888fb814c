"""What the public asks supervision, and what it gets."""

from __future__ import annotations

from services.supervision.schemas import code_field
from services.supervision.views import OUTCOMES
from shared.item import LEVELS
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Integer,
    Paged,
    Schema,
    SocialCreditCode,
    fields,
    validate,
)


class CompanyHeard(Schema):
    """What is read of an enterprise; not who represents it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    division = fields.String(required=True)
    status = fields.String(required=True)


class LicenceHeard(Schema):
    number = fields.String(required=True)
    code = fields.String(required=True)
    status = fields.String(required=True)
    issued_on = Day(required=True)


class PowerHeard(Schema):
    item = fields.String(required=True)
    from_division = fields.String(required=True)
    delegates = fields.List(fields.String(), required=True)
    from_day = Day(required=True)
    until_day = Day(required=True, allow_none=True)
    legal_basis = BilingualText(required=True)


class ItemQuery(Paged):
    """As at the catalogue."""

    division = DivisionCode()
    department = code_field()
    level = fields.String(validate=validate.OneOf(LEVELS))


class Days(Paged):
    """A division's own authorities, and at most 31 days (the last seven where none is named)."""

    division = DivisionCode(required=True)
    from_day = Day()
    until = Day()


class DecisionQuery(Days):
    department = code_field()
    item = code_field()


class DelegationQuery(Paged):
    item = code_field()


class PlanQuery(Paged):
    division = DivisionCode()
    department = code_field()


class DataSet(Schema):
    """formats: where it is to be had."""

    code = fields.String(required=True)
    name = BilingualText(required=True)
    source = fields.String(required=True)
    formats = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Item(Schema):
    code = fields.String(required=True)
    name = BilingualText(required=True)
    departments = fields.List(fields.String(), required=True)
    audience = fields.List(fields.String(), required=True)
    divisions = Integer(required=True)
    fully_online_divisions = Integer(required=True)


class Power(Schema):
    item = fields.String(required=True)
    name = BilingualText(required=True)
    departments = fields.List(fields.String(), required=True)
    exercised_by = fields.List(fields.String(), required=True)
    delegations = Integer(required=True)


class Delegation(Schema):
    """`until_day`: the last day on which it is in force; None: open."""

    id = fields.String(required=True)
    item = fields.String(required=True)
    from_division = fields.String(required=True)
    delegates = fields.List(fields.String(), required=True)
    from_day = Day(required=True)
    until_day = Day(required=True, allow_none=True)
    legal_basis = BilingualText(required=True)
    revoked = fields.Boolean(required=True)


class Decision(Schema):
    """A decision in force, without whom it is about."""

    number = fields.String(required=True)
    item = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(list(OUTCOMES)))
    outcome_name = BilingualText(required=True)
    received_on = Day(required=True)
    accepted_on = Day(required=True, allow_none=True)
    on = Day(required=True)
    delivered_on = Day(required=True, allow_none=True)
    reasoned = fields.Boolean(required=True)


class Licence(Schema):
    """A licence of a legal person; `register`: where the legal person is found."""

    number = fields.String(required=True)
    code = SocialCreditCode(required=True)
    status = fields.String(required=True)
    issued_on = Day(required=True)
    register = fields.String(required=True)


class Result(Schema):
    code = fields.String(required=True)
    name = BilingualText(required=True)


class Task(Schema):
    """An inspection: inspectors by their numbers; results once both have signed them."""

    id = fields.String(required=True)
    plan = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    stratum = fields.String(required=True)
    inspectors = fields.List(fields.String(), required=True)
    inspected_on = Day(required=True, allow_none=True)
    results = fields.List(fields.Nested(Result), required=True)


class Draw(Schema):
    """What a draw went by (`pool`), and the tasks that follow from it (see domain/draw.py)."""

    pool = fields.Dict(required=True)
    tasks = fields.List(fields.Dict(), required=True)
