"""What the register's entrypoints take and give (JSON)."""

from __future__ import annotations

from typing import Any

from services.household.domain.entries import MOST_GUARDIANS
from services.household.domain.households import KINDS, MOST_MEMBERS
from services.household.domain.relations import GUARDS, LEAVING, RELATIONS
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Integer,
    ResidentId,
    Schema,
    String,
    fields,
    validate,
)
from shared.text import Text

NUMBER = r"\d{9}$(?!\n)"
"""A household number (户号) has nine digits."""


def one_of(choices: Any, **kwargs: Any) -> fields.String:
    """One of `choices`."""
    return fields.String(validate=validate.OneOf(list(choices)), **kwargs)


def household_number(**kwargs: Any) -> fields.String:
    """The number of a household in its division."""
    error = Text("户号应为九位数字", "A household number has nine digits")
    return fields.String(validate=validate.Regexp(NUMBER, error=error), **kwargs)


def reason() -> String:
    """Why an entry is changed."""
    return String(required=True, longest=400)


class Address(Schema):
    """street and community as the catchments of schools name them."""

    street = String(required=True, longest=60)
    community = String(load_default=None, allow_none=True, longest=60)
    detail = String(required=True, longest=200)


class GivenGuardian(Schema):
    """Who guards a minor, as on the minor's card."""

    identity = ResidentId(required=True)
    name = String(required=True, longest=50)
    relation = one_of(GUARDS, required=True)


def given_guardians(**kwargs: Any) -> fields.List[Any]:
    """One or two guardians, the first named first."""
    many = validate.Length(max=MOST_GUARDIANS)
    return fields.List(fields.Nested(GivenGuardian), validate=many, **kwargs)


class GivenMember(Schema):
    """relation: to the head. from_day: of the membership, not of birth."""

    identity = ResidentId(required=True)
    name = String(required=True, longest=50)
    relation = one_of(RELATIONS, required=True)
    from_day = Day(required=True)
    guardians = given_guardians(load_default=list)


class NewHousehold(Schema):
    division = DivisionCode(required=True)
    number = household_number(required=True)
    kind = one_of(KINDS, load_default="family")
    address = fields.Nested(Address, required=True)
    members = fields.List(
        fields.Nested(GivenMember),
        required=True,
        validate=validate.Length(min=1, max=MOST_MEMBERS),
    )


class Departure(Schema):
    """until_day: the last day of the membership."""

    until_day = Day(required=True)
    left = one_of(LEAVING, required=True)


class Correction(Schema):
    """What is to be different in the entry of a member, and why (Art. 17)."""

    name = String(longest=50)
    relation = one_of(RELATIONS)
    guardians = given_guardians()
    reason = reason()


class AddressChange(Schema):
    address = fields.Nested(Address, required=True)
    reason = reason()


class HeadChange(Schema):
    """relations: of every member of today (id), to the new head."""

    relations = fields.Dict(
        keys=fields.String(), values=one_of(RELATIONS), required=True,
        validate=validate.Length(min=1, max=MOST_MEMBERS),
    )  # fmt: skip
    reason = reason()


class Search(Schema):
    """By a resident identity number, or by the number of a household in its division."""

    identity = ResidentId()
    division = DivisionCode()
    number = household_number()


class Guardian(Schema):
    identity = fields.String(required=True)
    name = fields.String(required=True)
    relation = fields.String(required=True)


class Member(Schema):
    """A member, numbers masked. code: of the relation in GB/T 4761; left: why, if gone."""

    id = fields.String(required=True)
    identity = fields.String(required=True)
    name = fields.String(required=True)
    born = Day(required=True)
    relation = fields.String(required=True)
    relation_code = fields.String(required=True)
    relation_name = BilingualText(required=True)
    from_day = Day(required=True)
    until_day = Day(required=True, allow_none=True)
    left = fields.String(required=True, allow_none=True)
    guardians = fields.List(fields.Nested(Guardian), required=True)


class Line(Schema):
    """A change: what, when, by whom (account), why, of which member (id)."""

    number = Integer(required=True)
    at = Instant(required=True)
    action = fields.String(required=True)
    by = fields.String(required=True)
    reason = fields.String()
    member = fields.String()


class Household(Schema):
    """A household with all its entries, those who have left too."""

    id = fields.String(required=True)
    division = fields.String(required=True)
    number = fields.String(required=True)
    kind = fields.String(required=True)
    address = fields.Nested(Address, required=True)
    members = fields.List(fields.Nested(Member), required=True)
    history = fields.List(fields.Nested(Line), required=True)
    version = Integer(required=True)
