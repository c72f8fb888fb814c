"""The shape of items as they are announced and imported.

Guarantees: what loads has every key of a content, defaults filled in, ready for `domain.lint`.
"""

from __future__ import annotations

from typing import Any

from shared.item import AUDIENCES, LEVELS, STAGES
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Integer,
    Schema,
    String,
    fields,
    validate,
)
from shared.text import Text

# `$` alone would let a last line feed through here, and `\Z` means the letter Z to JSON Schema.
CODE = r"^[a-z0-9]+(?:-[a-z0-9]+)*$(?!\n)"
PHONE = r"^(?:(?:0[0-9]{2,3}-)?[0-9]{5,8}|1[3-9][0-9]{9})$(?!\n)"
RESULTS = ("licence", "certificate", "decision")
LONGEST_CODE = 60


def code_field(**kwargs: Any) -> String:
    """A slug: of an item, a department or a material."""
    refusal = Text("应为小写字母、数字和连字符", "Must be lower-case letters, digits and hyphens")
    return String(longest=LONGEST_CODE, validate=validate.Regexp(CODE, error=refusal), **kwargs)


def _phone() -> String:
    refusal = Text("电话号码格式不正确", "Not a phone number")
    return String(required=True, longest=20, validate=validate.Regexp(PHONE, error=refusal))


def _chosen(values: tuple[str, ...], least: int) -> fields.List[Any]:
    rules = [validate.Length(min=least, max=len(values))]
    one = fields.String(validate=validate.OneOf(values))
    return fields.List(one, required=True, validate=rules)


class Material(Schema):
    code = code_field(required=True)
    name = BilingualText(required=True)
    required = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class Content(Schema):
    """An item's content (domain terms as in `shared.item.Item`); money in fen, limits in days."""

    code = code_field(required=True)
    name = BilingualText(required=True)
    department = code_field(required=True)
    legal_basis = BilingualText(required=True)
    audience = _chosen(AUDIENCES, 1)
    conditions = BilingualText(required=True)
    materials = fields.List(
        fields.Nested(Material), load_default=list, validate=validate.Length(max=100)
    )
    fee = Integer(minimum=0, maximum=10**10, load_default=0)
    fee_basis = BilingualText(load_default=None, allow_none=True)
    statutory_days = Integer(required=True, minimum=0, maximum=1000)
    promised_days = Integer(required=True, minimum=0, maximum=1000)
    instant = fields.Boolean(required=True, truthy={True}, falsy={False})
    visits = Integer(required=True, minimum=0, maximum=20)
    visits_reason = BilingualText(load_default=None, allow_none=True)
    online = _chosen(STAGES, 0)
    result = fields.String(required=True, validate=validate.OneOf(RESULTS))
    result_name = BilingualText(required=True)
    result_sample = String(load_default="", shortest=0, longest=2000)
    consultation_phone = _phone()
    complaint_phone = _phone()
    effective_from = Day(required=True)
    effective_until = Day(load_default=None, allow_none=True)


class ImportedItem(Content):
    """A row of an import: what one division's authority exercises."""

    division = DivisionCode(required=True)


class AnnouncedItem(Content):
    """What a department service announces: exercised alike by every division of `levels`."""

    levels = _chosen(LEVELS, 1)
    form = fields.Dict(required=True)
    example = fields.Dict(load_default=dict)
    version = Integer(required=True, minimum=1)
