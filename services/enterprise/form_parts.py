"""What the forms of enterprise registration are made of: people, contributions, seats, materials.

Guarantees: what they load can be kept as BSON and JSON; amounts are whole yuan, shares whole basis
points. Does not: apply the rules that need other facts (`domain`).
"""

from __future__ import annotations

from typing import Any

from services.enterprise.domain.kinds import ROLES
from services.enterprise.domain.ownership import LARGEST_CAPITAL, OWNERS, WHOLE
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
    label,
    one_of,
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


class HandedIn(Schema):
    """A material: its code, and the uploaded file with the SHA-256 (hexadecimal) it had."""

    code = String(
        required=True,
        longest=60,
        metadata=label("材料（办事指南所列代码）", "Material (its code in the guide)"),
    )
    file = reference(required=True, metadata=label("已上传文件的编号", "Id of the uploaded file"))
    digest = fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9a-f]{64}$(?!\n)"),
        metadata=label(
            "文件摘要（SHA-256，十六进制）", "Digest of the file (SHA-256, hexadecimal)"
        ),
    )


def handed_in() -> fields.List[Any]:
    """The materials of an application."""
    return fields.List(
        fields.Nested(HandedIn),
        required=True,
        validate=validate.Length(max=50),
        metadata=label("申请材料", "Materials"),
    )


class Owner(Schema):
    """Who owns a share. amount: whole yuan; share: basis points; due: paid in by."""

    kind = fields.String(
        required=True, validate=one_of(OWNERS), metadata=label("出资人类型", "Kind of owner")
    )
    name = String(required=True, longest=100, metadata=label("姓名或者名称", "Name"))
    identity = PartyNumber(
        required=True,
        metadata=label(
            "证件号码（公民身份号码或者统一社会信用代码）",
            "Resident identity number or unified social credit code",
        ),
    )
    role = fields.String(
        load_default=None,
        allow_none=True,
        validate=one_of(ROLES),
        metadata=label(
            "合伙人类型", "Kind of partner", Text("仅合伙企业填写", "Of partnerships only")
        ),
    )
    amount = Integer(
        required=True,
        minimum=0,
        maximum=LARGEST_CAPITAL,
        metadata=label("认缴出资额（元）", "Subscribed contribution (yuan)"),
    )
    share = Integer(
        required=True,
        minimum=1,
        maximum=WHOLE,
        metadata=label("出资比例（万分数，10000 即 100%）", "Share (basis points: 10000 is 100 %)"),
    )
    due = Day(required=True, metadata=label("认缴出资期限", "Contribution paid in by"))


class Representative(Schema):
    """The legal representative, managing partner or investor."""

    name = String(required=True, longest=50, metadata=label("姓名", "Name"))
    identity = ResidentId(required=True, metadata=label("公民身份号码", "Resident identity number"))
    phone = Phone(required=True, metadata=label("移动电话", "Mobile phone"))


class Address(Schema):
    """The seat."""

    division = DivisionCode(
        required=True, metadata=label("所在行政区划（六位代码）", "Division (six-digit code)")
    )
    detail = String(
        required=True, longest=200, shortest=4, metadata=label("详细地址", "Street and number")
    )


def capital(**kwargs: Any) -> Integer:
    """Registered capital in whole yuan."""
    return Integer(minimum=1, maximum=LARGEST_CAPITAL, **kwargs)


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
