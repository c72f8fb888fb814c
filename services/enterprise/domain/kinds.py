"""The types of enterprise: how each is named, owned, funded and represented.

Guarantees: every figure has its article beside it. Does not: cover foreign-funded enterprises,
state-owned ones, branches or individual traders, which are registered under other rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.text import Text


@dataclass(frozen=True)
class Kind:
    """A type of enterprise.

    endings: the organisation forms its name may end with. owners: fewest and most of them.
    natural_only: whether every owner must be a natural person. capital: whether it has a registered
    capital (else subscribed contributions without one). due_years: years from establishment within
    which subscribed capital is paid in; 0: before registration; None: by agreement.
    lowest_level: the lowest level of authority that registers it.
    """

    code: str
    name: Text
    endings: tuple[Text, ...]
    owner: Text
    owners: tuple[int, int]
    owners_law: Text
    head: Text
    natural_only: bool = False
    capital: bool = True
    due_years: int | None = None
    roles: tuple[str, ...] = ()
    lowest_level: str = "county"


COMPANY_LAW_42 = Text("《公司法》（2023）第四十二条", "Company Law (2023), Art. 42")
COMPANY_LAW_92 = Text("《公司法》（2023）第九十二条", "Company Law (2023), Art. 92")
PARTNERSHIP_LAW_14 = Text("《合伙企业法》第十四条", "Partnership Enterprise Law, Art. 14")
PARTNERSHIP_LAW_61 = Text("《合伙企业法》第六十一条", "Partnership Enterprise Law, Art. 61")
SOLE_LAW_8 = Text("《个人独资企业法》第八条", "Sole Proprietorship Enterprise Law, Art. 8")

_SHAREHOLDER = Text("股东", "shareholder")
_PARTNER = Text("合伙人", "partner")
_LEGAL_REPRESENTATIVE = Text("法定代表人", "legal representative")
_MANAGING_PARTNER = Text("执行事务合伙人", "managing partner")

KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "limited-company",
            Text("有限责任公司", "Limited liability company"),
            (
                Text("有限公司", "Limited company"),
                Text("有限责任公司", "Limited liability company"),
            ),
            _SHAREHOLDER,
            (1, 50),
            COMPANY_LAW_42,
            _LEGAL_REPRESENTATIVE,
            due_years=5,
        ),
        Kind(
            "joint-stock-company",
            Text("股份有限公司", "Joint stock company"),
            (Text("股份有限公司", "Joint stock limited company"),),
            Text("发起人", "promoter"),
            (1, 200),
            COMPANY_LAW_92,
            _LEGAL_REPRESENTATIVE,
            due_years=0,
            lowest_level="city",
        ),
        Kind(
            "general-partnership",
            Text("普通合伙企业", "General partnership"),
            (
                Text("合伙企业（普通合伙）", "Partnership enterprise (general partnership)"),
                Text("中心（普通合伙）", "Centre (general partnership)"),
                Text("事务所（普通合伙）", "Firm (general partnership)"),
            ),
            _PARTNER,
            (2, 1000),
            PARTNERSHIP_LAW_14,
            _MANAGING_PARTNER,
            capital=False,
            roles=("general",),
        ),
        Kind(
            "limited-partnership",
            Text("有限合伙企业", "Limited partnership"),
            (
                Text("合伙企业（有限合伙）", "Partnership enterprise (limited partnership)"),
                Text("中心（有限合伙）", "Centre (limited partnership)"),
            ),
            _PARTNER,
            (2, 50),
            PARTNERSHIP_LAW_61,
            _MANAGING_PARTNER,
            capital=False,
            roles=("general", "limited"),
        ),
        Kind(
            "sole-proprietorship",
            Text("个人独资企业", "Sole proprietorship enterprise"),
            tuple(
                Text(f"{zh}（个人独资）", f"{en} (sole proprietorship)")
                for zh, en in (
                    ("厂", "Factory"),
                    ("店", "Shop"),
                    ("工作室", "Studio"),
                    ("中心", "Centre"),
                    ("部", "Trading department"),
                )
            ),
            Text("投资人", "investor"),
            (1, 1),
            SOLE_LAW_8,
            Text("投资人", "investor"),
            natural_only=True,
            capital=False,
        ),
    )
}

KIND_NAMES: dict[str, Text] = {code: kind.name for code, kind in KINDS.items()}
FORMS: dict[str, str] = {ending.zh: kind.code for kind in KINDS.values() for ending in kind.endings}
"""Organisation form, as it ends a company name, to the type of enterprise."""
FORM_NAMES: dict[str, Text] = {
    ending.zh: ending for kind in KINDS.values() for ending in kind.endings
}
ROLES: dict[str, Text] = {
    "general": Text("普通合伙人（承担无限连带责任）", "General partner (unlimited liability)"),
    "limited": Text("有限合伙人（以认缴出资额为限）", "Limited partner (up to the contribution)"),
}
"""How a partner is liable: Partnership Enterprise Law, Art. 2."""
