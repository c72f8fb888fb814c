"""What the catalogue's entrypoints read and answer."""

from __future__ import annotations

from typing import Any

from services.catalogue.domain.contents import AnnouncedItem, Material, code_field
from services.catalogue.domain.places import DIVISIONS
from shared.item import AUDIENCES, LEVELS
from shared.schema import (
    BilingualText,
    Day,
    Instant,
    Integer,
    Paged,
    Schema,
    String,
    fields,
    validate,
)
from shared.text import Text


def division_field(**kwargs: Any) -> fields.String:
    refusal = Text("没有这个行政区划", "There is no such division")
    return fields.String(validate=validate.OneOf(sorted(DIVISIONS), error=refusal), **kwargs)


def _one_of(values: tuple[str, ...], **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(values), **kwargs)


def _flag(**kwargs: Any) -> fields.Boolean:
    return fields.Boolean(truthy={"true"}, falsy={"false"}, **kwargs)


AnnouncedFields = Schema.from_dict(
    {
        **{name: fields.Raw(allow_none=True) for name in AnnouncedItem().fields},
        "code": code_field(required=True),
    },
    name="AnnouncedFields",
)
"""What is read of an announcement; its shape is judged later, so that nothing is lost."""


class Divisions(Schema):
    level = _one_of(LEVELS)
    parent = division_field()


class Division(Schema):
    code = fields.String(required=True)
    level = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    name = BilingualText(required=True)


class Department(Schema):
    """A kind of department; `office`: what the provincial one is called."""

    code = fields.String(required=True)
    name = BilingualText(required=True)
    office = BilingualText(required=True)


class Items(Paged):
    """A search; without `q` a list. `division`: what its own authorities offer."""

    q = String(longest=100)
    division = division_field()
    level = _one_of(LEVELS)
    department = code_field()
    audience = _one_of(AUDIENCES)
    fully_online = _flag()
    on = Day()


class Summary(Schema):
    """An item found. Counts: implementing divisions, and those that handle it fully online."""

    code = fields.String(required=True)
    name = BilingualText(required=True)
    departments = fields.List(fields.String(), required=True)
    audience = fields.List(fields.String(), required=True)
    divisions = Integer(required=True)
    fully_online_divisions = Integer(required=True)


class Where(Schema):
    division = division_field()
    on = Day()


class InDivision(Schema):
    division = division_field()


class ExercisedBy(Schema):
    """`division` None: every division of `level`."""

    level = fields.String(required=True)
    division = fields.String(required=True, allow_none=True)
    department = fields.String(required=True)
    promised_days = Integer(required=True)
    fully_online = fields.Boolean(required=True)


class Stage(Schema):
    stage = fields.String(required=True)
    name = BilingualText(required=True)
    online = fields.Boolean(required=True)


class Delegation(Schema):
    """`until_day`: the last day on which it is in force; None: open."""

    id = fields.String(required=True)
    item = fields.String(required=True)
    from_division = fields.String(required=True)
    delegates = fields.List(fields.String(), required=True)
    from_day = Day(required=True)
    until_day = Day(required=True, allow_none=True)
    legal_basis = BilingualText(required=True)
    revoked = fields.Dict(required=True, allow_none=True)


class Guide(Schema):
    """All a person needs to know about an item. Money in fen; limits in working days."""

    code = fields.String(required=True)
    on = Day(required=True)
    served_by = fields.Nested(ExercisedBy, required=True)
    version = Integer(required=True)
    name = BilingualText(required=True)
    department = fields.String(required=True)
    legal_basis = BilingualText(required=True)
    audience = fields.List(fields.String(), required=True)
    conditions = BilingualText(required=True)
    materials = fields.List(fields.Nested(Material), required=True)
    fee = Integer(required=True)
    fee_basis = BilingualText(required=True, allow_none=True)
    statutory_days = Integer(required=True)
    promised_days = Integer(required=True)
    instant = fields.Boolean(required=True)
    visits = Integer(required=True)
    visits_reason = BilingualText(required=True, allow_none=True)
    depth = fields.List(fields.Nested(Stage), required=True)
    fully_online = fields.Boolean(required=True)
    has_form = fields.Boolean(required=True)
    result = fields.String(required=True)
    result_name = BilingualText(required=True)
    result_sample = fields.String(required=True)
    consultation_phone = fields.String(required=True)
    complaint_phone = fields.String(required=True)
    effective_from = Day(required=True)
    effective_until = Day(required=True, allow_none=True)
    exercised_by = fields.List(fields.Nested(ExercisedBy), required=True)
    delegations = fields.List(fields.Nested(Delegation), required=True)


class ItemVersion(Schema):
    """`in_force`: first and last day; None: never, a newer version takes its place.

    `closes`: it says that from its first day on nothing is in force.
    """

    level = fields.String(required=True)
    division = fields.String(required=True, allow_none=True)
    number = Integer(required=True)
    effective_from = Day(required=True)
    effective_until = Day(required=True, allow_none=True)
    in_force = fields.Dict(required=True, allow_none=True)
    recorded_at = Instant(required=True)
    source = fields.String(required=True)
    digest = fields.String(required=True)
    closes = fields.Boolean(required=True)
    fully_online = fields.Boolean(required=True)


class RateQuestion(Schema):
    level = _one_of(LEVELS)
    division = division_field()
    department = code_field()
    on = Day()


class DepartmentRate(Schema):
    department = fields.String(required=True)
    live = Integer(required=True)
    fully_online = Integer(required=True)
    percent = fields.Float(required=True, allow_none=True)


class LevelRate(Schema):
    level = fields.String(required=True)
    live = Integer(required=True)
    fully_online = Integer(required=True)
    percent = fields.Float(required=True, allow_none=True)
    target = Integer(required=True)
    met = fields.Boolean(required=True)
    departments = fields.List(fields.Nested(DepartmentRate), required=True)


class Rate(Schema):
    on = Day(required=True)
    definition = BilingualText(required=True)
    level = fields.String(required=True, allow_none=True)
    division = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    levels = fields.List(fields.Nested(LevelRate), required=True)


class Powers(Paged):
    division = division_field()
    level = _one_of(LEVELS)
    department = code_field()
    on = Day()


class Power(Schema):
    item = fields.String(required=True)
    name = BilingualText(required=True)
    departments = fields.List(fields.String(), required=True)
    exercised_by = fields.List(fields.String(), required=True)
    delegations = fields.List(fields.Nested(Delegation), required=True)
