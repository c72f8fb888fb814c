"""Owners and capital: how many, who, and that the shares add up.

Amounts are whole yuan (CNY), shares whole basis points (10000 = 100 %): never floats.
Guarantees: shares add to exactly 100 % and contributions to exactly the registered capital.
Does not: check who a person is, or that money was paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.enterprise.domain.kinds import Kind
from services.enterprise.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text

OWNERS: Mapping[str, Text] = {
    "person": Text("自然人", "Natural person"),
    "organisation": Text("法人或者其他组织", "Legal person or other organisation"),
}

WHOLE = 10_000
"""All shares, in basis points."""

LARGEST_CAPITAL = 1_000_000_000_000
"""Yuan; larger figures are slips of the pen and go to the counter."""

MINIMUM_CAPITAL = (
    ("劳务派遣", 2_000_000, "《劳动合同法》第五十七条", "Labour Contract Law, Art. 57"),
    ("拍卖", 1_000_000, "《拍卖法》第十二条", "Auction Law, Art. 12"),
)
"""Word in the industry or the scope of business, least registered capital in yuan, law."""


def years_later(day: date, years: int) -> date:
    """The same day `years` later; 28 February where it does not exist."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def capital_refusals(
    kind: Kind, capital: int | None, activities: Sequence[str]
) -> Iterator[FieldError]:
    """`capital`: yuan. `activities`: the industry and the items of the scope of business."""
    pointer = "/registered_capital"
    if not kind.capital:
        if capital is not None:
            yield refusal(
                pointer, "no-capital", f"{kind.name.zh}没有注册资本", f"{kind.name} has none"
            )
        return
    if capital is None or not 0 < capital <= LARGEST_CAPITAL:
        yield refusal(
            pointer,
            "capital-range",
            "注册资本应大于零，以人民币元为单位",
            "Registered capital is more than zero, in yuan (CNY)",
        )
        return
    for word, least, zh, en in MINIMUM_CAPITAL:
        if capital < least and any(word in activity for activity in activities):
            yield refusal(
                pointer,
                "capital-minimum",
                f"经营{word}的，注册资本不得少于{least}元（{zh}）",
                f"At least {least} yuan for {word} ({en})",
            )


def owner_refusals(
    kind: Kind, owners: Sequence[Mapping[str, Any]], capital: int | None, today: date
) -> Iterator[FieldError]:
    """`owners`: each {identity, kind "person"|"organisation", role, amount, share, due}.

    amount: whole yuan subscribed. share: basis points. due: the day by which it is paid in.
    """
    fewest, most = kind.owners
    if not fewest <= len(owners) <= most:
        yield refusal(
            "/owners",
            "owners-count",
            f"{kind.owner.zh}应为{fewest}至{most}人（{kind.owners_law.zh}）",
            f"{fewest} to {most} {kind.owner}s ({kind.owners_law})",
        )
        return
    yield from _twice(owners)
    yield from _who(kind, owners)
    yield from _sums(owners, capital)
    for i, owner in enumerate(owners):
        yield from _due(kind, f"/owners/{i}/due", owner["due"], today)


def _twice(owners: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for i, owner in enumerate(owners):
        if owner["identity"] in seen:
            yield refusal(
                f"/owners/{i}/identity", "owner-twice", "重复填报", "The same owner twice"
            )
        seen.add(owner["identity"])


def _who(kind: Kind, owners: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    for i, owner in enumerate(owners):
        if kind.natural_only and owner["kind"] != "person":
            yield refusal(
                f"/owners/{i}/kind",
                "natural-person",
                f"{kind.owner.zh}应为自然人（{kind.owners_law.zh}）",
                f"The {kind.owner} is a natural person ({kind.owners_law})",
            )
        if kind.roles and owner.get("role") not in kind.roles:
            yield refusal(
                f"/owners/{i}/role",
                "partner-role",
                "合伙人承担责任的方式不符合企业类型（《合伙企业法》第二条）",
                "The partner's liability does not fit the type "
                "(Partnership Enterprise Law, Art. 2)",
            )
    if "limited" in kind.roles:
        held = {owner.get("role") for owner in owners}
        if not {"general", "limited"} <= held:
            yield refusal(
                "/owners",
                "partner-roles-missing",
                "有限合伙企业至少应有一个普通合伙人和一个有限合伙人"
                "（《合伙企业法》第六十一条、第七十五条）",
                "At least one general and one limited partner "
                "(Partnership Enterprise Law, Art. 61 and 75)",
            )


def _sums(owners: Sequence[Mapping[str, Any]], capital: int | None) -> Iterator[FieldError]:
    shares = sum(owner["share"] for owner in owners)
    if shares != WHOLE:
        yield refusal(
            "/owners",
            "shares-sum",
            f"出资比例合计应为 100%，现为 {shares // 100}.{shares % 100:02d}%",
            f"Shares add up to 100 %, not {shares // 100}.{shares % 100:02d} %",
        )
    if capital is None:
        return
    amounts = sum(owner["amount"] for owner in owners)
    if amounts != capital:
        yield refusal(
            "/owners",
            "amounts-sum",
            f"认缴出资额合计 {amounts} 元，与注册资本 {capital} 元不符",
            f"Contributions add up to {amounts} yuan, the registered capital is {capital}",
        )
    for i, owner in enumerate(owners):
        if abs(owner["amount"] * WHOLE - owner["share"] * capital) > capital:
            yield refusal(
                f"/owners/{i}/share",
                "share-amount",
                "出资比例与认缴出资额不符",
                "The share does not follow from the amount",
            )


def _due(kind: Kind, pointer: str, due: str, today: date) -> Iterator[FieldError]:
    day = date.fromisoformat(due)
    if kind.due_years == 0 and day > today:
        yield refusal(
            pointer,
            "paid-before-registration",
            "发起人应当在公司成立前缴足股款（《公司法》（2023）第九十八条）",
            "Promoters pay in full before establishment (Company Law (2023), Art. 98)",
        )
    elif kind.due_years and day > years_later(today, kind.due_years):
        yield refusal(
            pointer,
            "paid-within-five-years",
            "认缴的出资额应当自公司成立之日起五年内缴足（《公司法》（2023）第四十七条）",
            "Paid in within five years of establishment (Company Law (2023), Art. 47)",
        )
