"""Marshmallow for the platform: strict schemas whose messages speak both languages.

Guarantees: unknown fields are refused; everything loaded can be kept in BSON and JSON; every
refusal becomes a `FieldError` with a JSON pointer (RFC 6901).
Does not: know any one service's forms.
"""

from __future__ import annotations

import re
from datetime import UTC, date
from typing import Any, ClassVar

import marshmallow
from marshmallow import EXCLUDE, RAISE, ValidationError, fields, validate
from stdnum.cn import uscc

from shared import division
from shared.errors import Invalid
from shared.labels import label, one_of
from shared.personal import is_identity
from shared.text import Text
from shared.wording import field_errors

__all__ = [
    "BilingualText",
    "Day",
    "DivisionCode",
    "Foreign",
    "Instant",
    "Integer",
    "Nothing",
    "Paged",
    "Phone",
    "ResidentId",
    "Schema",
    "SocialCreditCode",
    "String",
    "ValidationError",
    "fields",
    "label",
    "load",
    "one_of",
    "validate",
]

SAFE_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2)."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
OUTSIDE = Text("应在 1900 年至 2100 年之间", "Must lie between 1900 and 2100")


def _also(given: Any, rule: Any) -> list[Any]:
    if given is None:
        return [rule]
    return [*(given if isinstance(given, (list, tuple)) else [given]), rule]


def printable(text: str) -> None:
    """The validator that refuses control characters, but for line ends and tabs."""
    if any(ord(c) < 32 and c not in "\n\t" for c in text):
        raise ValidationError(Text("含有控制字符", "Contains control characters"))


def _formatted(format_: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a field is made with, its JSON Schema `format` among it."""
    return {**given, "metadata": {"format": format_, **given.get("metadata", {})}}


class Schema(marshmallow.Schema):
    """Unknown fields are errors, and fields keep the order in which they are declared.

    repeats: fields of a query or a form that may be given several times; they load as lists.
    """

    repeats: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        unknown = RAISE


class Foreign(Schema):
    """What the clients of a foreign standard (FHIR, Open311) send: what we don't read is dropped.

    Only below the addresses of that standard; whatever is our own refuses what it doesn't know.
    """

    class Meta:
        unknown = EXCLUDE


class Integer(fields.Integer):
    """A JSON integer (no strings, no fractions) within `minimum` and `maximum`."""

    def __init__(
        self, *, minimum: int = -SAFE_INTEGER, maximum: int = SAFE_INTEGER, **kwargs: Any
    ) -> None:
        kwargs["validate"] = _also(kwargs.get("validate"), validate.Range(minimum, maximum))
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryInteger(Integer):
    """An integer in a query string, where everything is text."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,16}", value, re.ASCII):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(int(value), attr, data, **kwargs)


class String(fields.String):
    """Text of `shortest` to `longest` characters, without control characters."""

    def __init__(self, *, longest: int = 200, shortest: int = 1, **kwargs: Any) -> None:
        rules = _also(kwargs.get("validate"), validate.Length(min=shortest, max=longest))
        kwargs["validate"] = [printable, *rules]
        super().__init__(**kwargs)


class _Patterned(fields.String):
    """Text that must match `pattern`; the subclass names the rule, and the format in contracts."""

    pattern = re.compile("")
    refusal = Text("格式不正确", "Not in the right format")
    format: ClassVar[str]

    def __init__(self, **kwargs: Any) -> None:
        rule = validate.Regexp(self.pattern, error=self.refusal)
        rules = _also(kwargs.pop("validate", None), rule)
        super().__init__(validate=rules, **_formatted(self.format, kwargs))


class DivisionCode(_Patterned):
    """An administrative division (GB/T 2260), six digits."""

    pattern = re.compile(rf"{division.PATTERN.pattern}$(?!\n)", re.ASCII)
    refusal = Text("应为六位行政区划代码", "Must be a six-digit division code (GB/T 2260)")
    format = "division-code"


class Phone(_Patterned):
    """A mobile number of mainland China, eleven digits."""

    pattern = re.compile(r"1[3-9]\d{9}$(?!\n)", re.ASCII)
    refusal = Text("应为十一位手机号码", "Must be a mobile number of eleven digits")
    format = "mobile-number"


class _Checked(fields.String):
    """Text with a check character; the subclass says whether it `fits`, and the format."""

    refusal: ClassVar[Text]
    format: ClassVar[str]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_formatted(self.format, kwargs))

    def fits(self, text: str) -> bool:
        raise NotImplementedError

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self.fits(text):
            raise ValidationError(self.refusal)
        return text


class ResidentId(_Checked):
    """A resident identity number: birth date and check digit (GB 11643).

    Its division is not looked up: a number names the division that gave it, which may have begun
    after the birth and ended since.
    """

    refusal = Text("身份证号码无效（GB 11643）", "Not a valid resident identity number (GB 11643)")
    format = "resident-identity-number"

    def fits(self, text: str) -> bool:
        return is_identity(text) and text == text.upper()


class SocialCreditCode(_Checked):
    """A unified social credit code with its check character (GB 32100)."""

    refusal = Text(
        "统一社会信用代码无效（GB 32100）", "Not a valid unified social credit code (GB 32100)"
    )
    format = "social-credit-code"

    def fits(self, text: str) -> bool:
        return text.isascii() and uscc.is_valid(text) and uscc.compact(text) == text


class Day(fields.String):
    """A calendar day ``YYYY-MM-DD`` from 1900 to 2100; loads to the same text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**_formatted("date", kwargs))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValidationError(Text("应为日期 YYYY-MM-DD", "Must be a day, YYYY-MM-DD"))
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValidationError(Text("没有这一天", "There is no such day")) from None
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(OUTSIDE)
        return text


class Instant(fields.AwareDateTime):
    """A point in time with its offset (RFC 3339), years 1900 to 2100; loads to UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", default_timezone=None, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_DAY.year <= moment.year <= LAST_DAY.year:
            raise ValidationError(OUTSIDE)
        return moment.astimezone(UTC)


class _Bilingual(Schema):
    zh = String(required=True, longest=4000)
    en = String(required=True, longest=4000)


class BilingualText(fields.Nested):
    """``{"zh": ..., "en": ...}``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_Bilingual, **kwargs)


class Nothing(Schema):
    """A body that is an empty object; or, of an event, that none of its data is read."""


class Paged(Schema):
    """The query of every list: how many, and from where on."""

    limit = QueryInteger(minimum=1, maximum=200, load_default=50)
    cursor = fields.String(validate=validate.Length(max=400))


def load(schema: marshmallow.Schema, data: Any, pointer: str = "") -> Any:
    """`data` as `schema` loads it; `Invalid` names every faulty field below `pointer`."""
    try:
        return schema.load(data)
    except ValidationError as refusal:
        raise Invalid(errors=field_errors(refusal.messages, pointer)) from None
