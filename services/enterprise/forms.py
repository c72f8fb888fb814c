"""The forms of enterprise registration.

Guarantees: what they load can be kept as BSON and JSON; amounts are whole yuan, shares whole basis
points. Does not: apply the rules that need other facts (`domain`).
"""

from __future__ import annotations

from typing import Any

from services.enterprise.domain.kinds import FORMS, KINDS
from services.enterprise.domain.names import LONGEST_INDUSTRY, LONGEST_TRADE_NAME
from services.enterprise.domain.ownership import LARGEST_CAPITAL, WHOLE
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    Phone,
    ResidentId,
    Schema,
    SocialCreditCode,
    String,
    ValidationError,
    fields,
    validate,
)
from shared.text import Text

MOST_OWNERS = 1000
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)"


def reference(**kwargs: Any) -> fields.String:
    """The id of something that was made before."""
    error = Text("编号格式不正确", "Not an id")
    return fields.String(validate=validate.Regexp(UUID, error=error), **kwargs)


class PartyNumber(fields.String):
    """A resident identity number (GB 11643) or a unified social credit code (GB 32100)."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        for each in (ResidentId(), SocialCreditCode()):
            try:
                return each.deserialize(value, attr, data, **kwargs)
            except ValidationError:
                continue
        raise ValidationError(
            Text(
                "应为有效的身份证号码或者统一社会信用代码",
                "Must be a valid resident identity number or unified social credit code",
            )
        )


class NameParts(Schema):
    """The parts of a company name (Provisions on Enterprise Name Registration, Art. 6)."""

    division = DivisionCode(required=True)
    trade_name = String(required=True, longest=LONGEST_TRADE_NAME)
    industry = String(required=True, longest=LONGEST_INDUSTRY)
    form = fields.String(required=True, validate=validate.OneOf(sorted(FORMS)))


class HandedIn(Schema):
    """A material: its code, and the uploaded file with the SHA-256 (hexadecimal) it had."""

    code = String(required=True, longest=60)
    file = reference(required=True)
    digest = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}$(?!\n)"))


def handed_in() -> fields.List[Any]:
    """The materials of an application."""
    return fields.List(fields.Nested(HandedIn), required=True, validate=validate.Length(max=50))


class Owner(Schema):
    """Who owns a share. amount: whole yuan; share: basis points; due: paid in by."""

    kind = fields.String(required=True, validate=validate.OneOf(["person", "organisation"]))
    name = String(required=True, longest=100)
    identity = PartyNumber(required=True)
    role = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(["general", "limited"])
    )
    amount = Integer(required=True, minimum=0, maximum=LARGEST_CAPITAL)
    share = Integer(required=True, minimum=1, maximum=WHOLE)
    due = Day(required=True)


class Representative(Schema):
    """The legal representative, managing partner or investor."""

    name = String(required=True, longest=50)
    identity = ResidentId(required=True)
    phone = Phone(required=True)


class Address(Schema):
    """The seat."""

    division = DivisionCode(required=True)
    detail = String(required=True, longest=200, shortest=4)


def capital() -> Integer:
    """Registered capital in whole yuan; null where the type has none."""
    return Integer(allow_none=True, load_default=None, minimum=1, maximum=LARGEST_CAPITAL)


def owners(**kwargs: Any) -> fields.List[Any]:
    """Shareholders, promoters, partners or the investor."""
    return fields.List(
        fields.Nested(Owner), validate=validate.Length(min=1, max=MOST_OWNERS), **kwargs
    )


def scope(**kwargs: Any) -> fields.List[Any]:
    """The scope of business, one activity each."""
    return fields.List(
        String(longest=100, shortest=2), validate=validate.Length(min=1, max=100), **kwargs
    )


class Establishment(Schema):
    """The form of an establishment; `reservation`: the id of the case that reserved the name."""

    reservation = reference(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(sorted(KINDS)))
    registered_capital = capital()
    owners = owners(required=True)
    representative = fields.Nested(Representative, required=True)
    address = fields.Nested(Address, required=True)
    business_scope = scope(required=True)
    term_until = Day(allow_none=True, load_default=None)
    materials = handed_in()


class Change(Schema):
    """The form of a change: what is to be different, and nothing else."""

    reservation = reference()
    registered_capital = Integer(minimum=1, maximum=LARGEST_CAPITAL)
    owners = owners()
    representative = fields.Nested(Representative)
    address = fields.Nested(Address)
    business_scope = scope()
    term_until = Day(allow_none=True)
    materials = handed_in()


class Deregistration(Schema):
    """The form of a deregistration (Regulation on Market Entity Registration, Art. 31 and 33)."""

    reason = fields.String(
        required=True, validate=validate.OneOf(["resolution", "term-ended", "merger", "bankruptcy"])
    )
    debts_settled = fields.Boolean(
        required=True,
        validate=validate.Equal(
            True,
            error=Text("债权债务清偿完结后方可注销", "Debts must be settled before deregistration"),
        ),
    )
    notice_until = Day(required=True)
    materials = handed_in()


class AnnualReport(Schema):
    """The form of an annual report; money in whole yuan, null where it is not to be published."""

    year = Integer(required=True, minimum=2000, maximum=2100)
    contact_phone = Phone(required=True)
    in_business = fields.Boolean(required=True)
    employees = Integer(required=True, minimum=0, maximum=10_000_000)
    total_assets = Integer(allow_none=True, load_default=None, minimum=0)
    total_liabilities = Integer(allow_none=True, load_default=None, minimum=0)
    revenue = Integer(allow_none=True, load_default=None, minimum=0)
    taxes_paid = Integer(allow_none=True, load_default=None, minimum=0)
