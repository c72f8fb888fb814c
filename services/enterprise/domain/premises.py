"""Where an enterprise is and what it does: its address, its authority, its scope of business."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.enterprise.domain.kinds import Kind
from services.enterprise.domain.refusals import refusal
from shared.division import LEVELS, covers, level
from shared.errors import FieldError

MOST_ITEMS = 100


def authority_refusals(kind: Kind, authority: str, address: str, name: str) -> Iterator[FieldError]:
    """`authority`, `address`, `name`: the divisions of the authority, the seat, and in the name."""
    if not covers(authority, address):
        yield refusal(
            "/address/division",
            "address-outside-authority",
            "住所不在该登记机关辖区内（《市场主体登记管理条例》第五条）",
            "The seat is not in the authority's division "
            "(Regulation on Market Entity Registration, Art. 5)",
        )
    if LEVELS.index(level(authority)) > LEVELS.index(kind.lowest_level):
        yield refusal(
            "/address/division",
            "authority-level",
            f"{kind.name.zh}由设区的市以上登记机关登记（《市场主体登记管理条例实施细则》第四条）",
            f"A {kind.name.lower()} is registered by a city's authority or a higher one "
            "(Implementing Rules of that Regulation, Art. 4)",
        )
    if not covers(name, address):
        yield refusal(
            "/address/division",
            "address-outside-name",
            "住所不在名称所冠行政区划内（《企业名称登记管理规定》第七条）",
            "The seat is not in the division that the name opens with "
            "(Provisions on Enterprise Name Registration, Art. 7)",
        )


def scope_refusals(items: Sequence[str]) -> Iterator[FieldError]:
    """`items`: the scope of business, one activity each, general before licensed ones."""
    if not 1 <= len(items) <= MOST_ITEMS:
        yield refusal(
            "/business_scope",
            "scope-count",
            f"经营范围应有一至{MOST_ITEMS}项（《公司法》（2023）第九条）",
            f"One to {MOST_ITEMS} business activities (Company Law (2023), Art. 9)",
        )
    for i, item in enumerate(items):
        if item in items[:i]:
            yield refusal(f"/business_scope/{i}", "scope-twice", "重复填报", "Stated twice")
