"""What the HTTP surface of every department takes and gives."""

from __future__ import annotations

from marshmallow import INCLUDE

from shared.case import STATES
from shared.clock import GROUNDS
from shared.department.register_schemas import CheckDetail, FieldMark
from shared.schema import (
    BilingualText,
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


def texts(longest: int = 500) -> fields.List[str]:
    """One to fifty short texts."""
    return fields.List(
        String(longest=longest), required=True, validate=validate.Length(min=1, max=50)
    )


class ApplicationBody(Schema):
    """An application. `division`: where the affair lies; it is routed to who has the power."""

    item = String(required=True, longest=100)
    division = DivisionCode(required=True)
    legal_person = SocialCreditCode()
    form = fields.Dict(keys=fields.String(), required=True)


class DraftBody(ApplicationBody):
    """An application whose form may still be incomplete."""


class FormBody(Schema):
    form = fields.Dict(keys=fields.String(), required=True)


class ReturnBody(Schema):
    """Everything that is missing, told once (Administrative Licensing Law, Art. 32)."""

    missing = texts()


class ReasonsBody(Schema):
    reasons = texts()


class SuspendBody(Schema):
    """The legal ground of a special procedure (Art. 45) and the notice of the time it needs."""

    ground = fields.String(required=True, validate=validate.OneOf(sorted(GROUNDS)))
    notice = String(required=True, longest=500)


class OpinionBody(Schema):
    opinion = String(longest=1000)


class WithdrawBody(Schema):
    reason = String(longest=500)


class Receipt(Schema):
    """That an application exists, as it was when it was made."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    item = fields.String(required=True)
    division = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    opened_at = fields.String(required=True, metadata={"format": "date-time"})
    deemed_accepted_after = Day()


class CaseSummary(Schema):
    """A case in a list, or after a move."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    item = fields.String(required=True)
    item_name = BilingualText(required=True)
    division = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    applicant_name = fields.String(required=True)
    legal_person = fields.String(allow_none=True)
    opened_at = fields.String(required=True, metadata={"format": "date-time"})
    received_on = Day(allow_none=True)
    version = Integer(required=True, minimum=1)
    legal_moves = fields.List(fields.String(), required=True)


class _Open(Schema):
    class Meta:
        unknown = INCLUDE


class TimelineEntry(_Open):
    sequence = Integer(required=True, minimum=1)
    action = fields.String(required=True)
    name = BilingualText(required=True)
    state = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    by = fields.Dict(required=True)


class Timeline(Schema):
    """Every move, and every deadline with its explanation."""

    moves = fields.List(fields.Nested(TimelineEntry), required=True)
    deadlines = fields.Dict(keys=fields.String(), required=True)


class CaseDetail(CaseSummary):
    """A case with its form, personal numbers masked, its timeline and its result.

    sources: which fields were read from registers. checks: what registers are asked to confirm.
    """

    form = fields.Dict(required=True)
    timeline = fields.List(fields.Nested(TimelineEntry), required=True)
    deadlines = fields.Dict(keys=fields.String(), required=True)
    sources = fields.List(fields.Nested(FieldMark), required=True)
    checks = fields.List(fields.Nested(CheckDetail), required=True)
    result = fields.Dict(required=True)
    reasons = fields.List(fields.Raw(), required=True)
    remedies = BilingualText(allow_none=True)


class MineQuery(Paged):
    legal_person = SocialCreditCode()


class WorkListQuery(Paged):
    division = DivisionCode()


class DelegationFields(Schema):
    """What routing reads of a delegation of powers."""

    item = fields.String(required=True)
    delegates = fields.List(fields.String(), required=True)
    from_day = Day(required=True)
    until_day = Day(allow_none=True)


class CaseFields(Schema):
    """The data of every case event (published)."""

    number = fields.String(required=True)
    item = fields.String(required=True)
    item_version = Integer(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    applicant = fields.String(required=True)
    legal_person = fields.String(allow_none=True)
    action = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    received_on = Day(allow_none=True)
    accepted_on = Day(allow_none=True)
    decided_on = Day(allow_none=True)
    statutory_days = Integer(required=True)
    promised_days = Integer(required=True)
    acceptance_days = Integer(required=True)
    ground = fields.String(allow_none=True)
    reasoned = fields.Boolean(required=True)
    deemed = fields.Boolean(required=True)
    internal = fields.Boolean(required=True)


class UpheldFields(Schema):
    """What a department reads of an upheld complaint: the case it reopens, and why."""

    service = fields.String(required=True)
    case = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)


class MaterialFields(Schema):
    code = fields.String(required=True)
    name = BilingualText(required=True)
    required = fields.Boolean(required=True)


class ItemFields(Schema):
    """The data of an item's announcement: `shared.item.Item.announcement` (published)."""

    code = fields.String(required=True)
    name = BilingualText(required=True)
    department = fields.String(required=True)
    levels = fields.List(fields.String(), required=True)
    legal_basis = BilingualText(required=True)
    audience = fields.List(fields.String(), required=True)
    conditions = BilingualText(required=True)
    form = fields.Dict(keys=fields.String(), required=True)
    materials = fields.List(fields.Nested(MaterialFields), required=True)
    fee = Integer(required=True)
    fee_basis = BilingualText(required=True, allow_none=True)
    statutory_days = Integer(required=True)
    promised_days = Integer(required=True)
    instant = fields.Boolean(required=True)
    visits = Integer(required=True)
    visits_reason = BilingualText(required=True, allow_none=True)
    online = fields.List(fields.String(), required=True)
    result = fields.String(required=True)
    result_name = BilingualText(required=True)
    result_sample = fields.String(required=True)
    consultation_phone = fields.String(required=True)
    complaint_phone = fields.String(required=True)
    version = Integer(required=True)
    effective_from = Day(required=True)
    effective_until = Day(required=True, allow_none=True)
    example = fields.Dict(keys=fields.String(), required=True)
