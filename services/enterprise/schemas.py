"""What the surface of enterprise registration takes and gives, beyond that of every department."""

from __future__ import annotations

from services.enterprise.domain.jws import LONGEST
from services.enterprise.domain.licence import STATUSES, VERDICTS
from services.enterprise.domain.representatives import GROUNDS
from services.enterprise.forms import NameParts
from shared.department.schemas import texts
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Integer,
    Paged,
    ResidentId,
    Schema,
    SocialCreditCode,
    String,
    fields,
    validate,
)


def moment() -> fields.String:
    """A point in time, as answers carry it."""
    return fields.String(required=True, metadata={"format": "date-time"})


class NameQuery(NameParts):
    """The parts of a name, in a query; `form` as the name ends."""


class Fault(Schema):
    pointer = fields.String(required=True)
    rule = fields.String(required=True)
    detail = fields.String(required=True)


class NameCheck(Schema):
    name = fields.String(required=True)
    available = fields.Boolean(required=True)
    faults = fields.List(fields.Nested(Fault), required=True)


class ReservedName(Schema):
    """A name of the caller's: `reservation` goes into the establishment form."""

    reservation = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["held", "reserved", "registered", "released"])
    )
    until = moment()


class Materials(Schema):
    """An uploaded material, as forms name it."""

    file = fields.String(required=True)
    digest = fields.String(required=True)
    media_type = fields.String(required=True)
    size = Integer(required=True)
    uploaded_at = moment()


class RegisterQuery(Paged):
    name = String(required=True, longest=120, shortest=2)


class CompanySummary(Schema):
    code = SocialCreditCode(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    division = DivisionCode(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["active", "deregistered"]))
    established_on = Day(required=True)


class PublicOwner(Schema):
    """An owner as the public sees it; organisations with their code, persons without number."""

    name = fields.String(required=True)
    kind = fields.String(required=True)
    role = fields.String(allow_none=True)
    amount = Integer(required=True)
    share = Integer(required=True)
    due = Day(required=True)


class HistoryEntry(Schema):
    action = fields.String(required=True)
    at = moment()
    fields_changed = fields.List(fields.String(), required=True)


class Report(Schema):
    """A published annual report."""

    year = Integer(required=True)
    submitted_on = Day(required=True)
    late = fields.Boolean(required=True)
    in_business = fields.Boolean(required=True)
    employees = Integer(required=True)
    total_assets = Integer(allow_none=True)
    total_liabilities = Integer(allow_none=True)
    revenue = Integer(allow_none=True)
    taxes_paid = Integer(allow_none=True)


class Company(CompanySummary):
    """An entry of the public register."""

    kind_name = BilingualText(required=True)
    authority = BilingualText(required=True)
    representative = fields.String(required=True)
    registered_capital = Integer(allow_none=True)
    owners = fields.List(fields.Nested(PublicOwner), required=True)
    address = fields.String(required=True)
    business_scope = fields.List(fields.String(), required=True)
    term_until = Day(allow_none=True)
    licence = fields.String(required=True)
    history = fields.List(fields.Nested(HistoryEntry), required=True)
    reports = fields.List(fields.Nested(Report), required=True)


class Holder(Schema):
    name = fields.String(required=True)
    code = SocialCreditCode(required=True)


class Issuer(Schema):
    division = DivisionCode(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class Licence(Schema):
    """A licence as the public sees it."""

    type = fields.String(required=True)
    number = fields.String(required=True)
    holder = fields.Nested(Holder, required=True)
    issuer = fields.Nested(Issuer, required=True)
    issued_on = Day(required=True)
    valid_until = Day(allow_none=True)
    fields_ = fields.Dict(keys=fields.String(), data_key="fields", required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    reason = fields.String(allow_none=True)


class SignedLicence(Licence):
    """A licence with its token, for its holder."""

    token = fields.String(required=True)


class TokenQuery(Schema):
    token = String(required=True, longest=LONGEST)


class Verification(Schema):
    verdict = fields.String(required=True, validate=validate.OneOf(list(VERDICTS)))
    meaning = BilingualText(required=True)
    checked_at = moment()
    licence = fields.Nested(Licence, allow_none=True)


class Jwk(Schema):
    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    kid = fields.String(required=True)
    alg = fields.String(required=True)
    use = fields.String(required=True)


class Jwks(Schema):
    keys = fields.List(fields.Nested(Jwk), required=True)


class Ruling(Schema):
    """Why; told to the public with the licence."""

    reasons = texts()


class BarBody(Schema):
    """A person who may not represent an enterprise (Company Law, Art. 178); `until` null: open."""

    name = String(required=True, longest=50)
    identity = ResidentId(required=True)
    ground = fields.String(required=True, validate=validate.OneOf(sorted(GROUNDS)))
    since = Day(required=True)
    until = Day(allow_none=True, load_default=None)
    source = String(required=True, longest=200)


class Bar(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    identity = fields.String(required=True)
    ground = fields.String(required=True)
    since = Day(required=True)
    until = Day(allow_none=True)
    source = fields.String(required=True)
