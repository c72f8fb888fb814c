"""The forms of enterprise registration.

Guarantees: what they load can be kept as BSON and JSON; amounts are whole yuan, shares whole basis
points. Does not: apply the rules that need other facts (`domain`).
"""

from __future__ import annotations

from services.enterprise.domain.kinds import FORM_NAMES, KIND_NAMES
from services.enterprise.domain.names import LONGEST_INDUSTRY, LONGEST_TRADE_NAME
from services.enterprise.domain.register import REASONS
from services.enterprise.form_parts import (
    Address,
    Representative,
    capital,
    handed_in,
    owners,
    reference,
    scope,
)
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    Phone,
    Schema,
    String,
    fields,
    label,
    one_of,
    validate,
)
from shared.text import Text

ONE_EACH = Text("每项填一个经营项目", "One activity in each entry")
INDEFINITE = Text("长期经营的不填", "Left empty where it is indefinite")
UNPUBLISHED = Text("选择不公示的不填", "Left empty where it is not to be published")


class NameParts(Schema):
    """The parts of a company name (Provisions on Enterprise Name Registration, Art. 6)."""

    division = DivisionCode(
        required=True, metadata=label("行政区划（六位代码）", "Division (six-digit code)")
    )
    trade_name = String(
        required=True,
        longest=LONGEST_TRADE_NAME,
        metadata=label(
            "字号",
            "Trade name",
            Text("两个以上规范汉字", "Two or more standard Chinese characters"),
        ),
    )
    industry = String(
        required=True,
        longest=LONGEST_INDUSTRY,
        metadata=label("行业或者经营特点", "Industry or line of business"),
    )
    form = fields.String(
        required=True,
        validate=one_of(FORM_NAMES),
        metadata=label("组织形式", "Organisation form"),
    )


def published_or_not(zh: str, en: str) -> Integer:
    """An amount of the annual report in whole yuan; null where it is not to be published."""
    return Integer(
        allow_none=True, load_default=None, minimum=0, metadata=label(zh, en, UNPUBLISHED)
    )


class Establishment(Schema):
    """The form of an establishment; `reservation`: the id of the case that reserved the name."""

    reservation = reference(
        required=True,
        metadata=label("企业名称（自主申报办件的编号）", "Name (id of the case that reserved it)"),
    )
    kind = fields.String(
        required=True,
        validate=one_of(KIND_NAMES),
        metadata=label("企业类型", "Type of enterprise"),
    )
    registered_capital = capital(
        allow_none=True,
        load_default=None,
        metadata=label(
            "注册资本（元）",
            "Registered capital (yuan)",
            Text("合伙企业、个人独资企业不填", "Not of partnerships and sole proprietorships"),
        ),
    )
    owners = owners(
        required=True,
        metadata=label(
            "股东（发起人）、合伙人或者投资人", "Shareholders (promoters), partners or the investor"
        ),
    )
    representative = fields.Nested(
        Representative,
        required=True,
        metadata=label(
            "法定代表人（执行事务合伙人、投资人）",
            "Legal representative (managing partner, investor)",
        ),
    )
    address = fields.Nested(
        Address,
        required=True,
        metadata=label("住所（主要经营场所）", "Seat (principal place of business)"),
    )
    business_scope = scope(required=True, metadata=label("经营范围", "Scope of business", ONE_EACH))
    term_until = Day(
        allow_none=True,
        load_default=None,
        metadata=label("经营期限至", "Term of business until", INDEFINITE),
    )
    materials = handed_in()


class Change(Schema):
    """The form of a change: what is to be different, and nothing else."""

    reservation = reference(
        metadata=label(
            "变更后的企业名称（自主申报办件的编号）", "New name (id of the case that reserved it)"
        )
    )
    registered_capital = capital(
        metadata=label("变更后的注册资本（元）", "New registered capital (yuan)")
    )
    owners = owners(
        metadata=label(
            "变更后的股东（发起人）、合伙人或者投资人",
            "New shareholders (promoters), partners or investor",
            Text("变更后的全体出资人", "All owners as they will be"),
        )
    )
    representative = fields.Nested(
        Representative,
        metadata=label(
            "变更后的法定代表人（执行事务合伙人、投资人）",
            "New legal representative (managing partner, investor)",
        ),
    )
    address = fields.Nested(
        Address,
        metadata=label("变更后的住所（主要经营场所）", "New seat (principal place of business)"),
    )
    business_scope = scope(metadata=label("变更后的经营范围", "New scope of business", ONE_EACH))
    term_until = Day(
        allow_none=True,
        metadata=label(
            "变更后的经营期限至",
            "New term of business until",
            Text("改为长期经营的填空值", "Null where it is to be indefinite"),
        ),
    )
    materials = handed_in()


class Deregistration(Schema):
    """The form of a deregistration (Regulation on Market Entity Registration, Art. 31 and 33)."""

    reason = fields.String(
        required=True,
        validate=one_of(REASONS),
        metadata=label("注销原因", "Reason of the deregistration"),
    )
    debts_settled = fields.Boolean(
        required=True,
        validate=validate.Equal(
            True,
            error=Text("债权债务清偿完结后方可注销", "Debts must be settled before deregistration"),
        ),
        metadata=label("债权债务已清偿完结", "Claims and debts are settled"),
    )
    notice_until = Day(
        required=True, metadata=label("注销公告截止日期", "Last day of the public notice")
    )
    materials = handed_in()


class AnnualReport(Schema):
    """The form of an annual report; money in whole yuan, null where it is not to be published."""

    year = Integer(
        required=True, minimum=2000, maximum=2100, metadata=label("报告年度", "Year reported on")
    )
    contact_phone = Phone(
        required=True, metadata=label("企业联系电话（手机）", "Contact phone (mobile)")
    )
    in_business = fields.Boolean(required=True, metadata=label("企业已开业", "In business"))
    employees = Integer(
        required=True,
        minimum=0,
        maximum=10_000_000,
        metadata=label("从业人数（人）", "Employees (persons)"),
    )
    total_assets = published_or_not("资产总额（元）", "Total assets (yuan)")
    total_liabilities = published_or_not("负债总额（元）", "Total liabilities (yuan)")
    revenue = published_or_not("营业总收入（元）", "Total revenue (yuan)")
    taxes_paid = published_or_not("纳税总额（元）", "Taxes paid (yuan)")
