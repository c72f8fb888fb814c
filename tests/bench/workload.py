"""What the benchmarks submit: one form, used by the floor and by the department alike."""

from __future__ import annotations

from collections.abc import Sequence

from shared.department import Application, Practice
from shared.documents import Storage
from shared.errors import FieldError
from shared.item import Item
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    ResidentId,
    Schema,
    String,
    fields,
    label,
    validate,
)
from shared.text import Text

WHOLE = 10_000
"""All shares together, in basis points."""


class Owner(Schema):
    name = String(required=True, metadata=label("姓名", "Name"))
    identity = ResidentId(required=True, metadata=label("公民身份号码", "Resident identity number"))
    share = Integer(
        required=True,
        minimum=1,
        maximum=WHOLE,
        metadata=label("出资比例（万分数）", "Share (basis points)"),
    )


class Form(Schema):
    """A form of ordinary size: texts, numbers, a day, lists, nested owners."""

    name = String(required=True, longest=60, metadata=label("名称", "Name"))
    address = String(required=True, metadata=label("住所", "Seat"))
    division = DivisionCode(required=True, metadata=label("行政区划", "Division"))
    capital = Integer(
        required=True,
        minimum=1,
        maximum=10**12,
        metadata=label("注册资本（分）", "Registered capital (fen)"),
    )
    from_day = Day(required=True, metadata=label("成立日期", "Founded on"))
    scope = fields.List(
        String(),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata=label("经营范围", "Scope of business"),
    )
    owners = fields.List(
        fields.Nested(Owner),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata=label("股东", "Shareholders"),
    )


EXAMPLE = {
    "name": "长沙星辰软件有限公司",
    "address": "麓山南路 1 号",
    "division": "430104",
    "capital": 100_000_000,
    "from_day": "2026-12-01",
    "scope": ["软件开发", "信息技术咨询服务"],
    "owners": [
        {"name": "张伟", "identity": "430104199001010019", "share": 6_000},
        {"name": "李娜", "identity": "430104199202020029", "share": 4_000},
    ],
}
SUBMISSION = {"item": "bench-establishment", "division": "430104", "form": EXAMPLE}


def owners_hold_all(store: Storage, application: Application) -> Sequence[FieldError]:
    """The shares add up to the whole."""
    total = sum(owner["share"] for owner in application.form["owners"])
    if total == WHOLE:
        return ()
    detail = Text("持股比例合计应为 100 %", "The shares must add up to 100 %")
    return [FieldError("/owners", detail, "whole")]


PRACTICE = Practice(
    Item(
        code="bench-establishment",
        name=Text("基准事项", "Benchmark item"),
        department="market-regulation",
        levels=frozenset({"county"}),
        legal_basis=Text("无", "None"),
        audience=frozenset({"person"}),
        conditions=Text("无", "None"),
        form=Form,
        statutory_days=20,
        promised_days=10,
        consultation_phone="0731-12345",
        complaint_phone="0731-12315",
        result_sample="-",
        example=EXAMPLE,
    ),
    check=owners_hold_all,
)
