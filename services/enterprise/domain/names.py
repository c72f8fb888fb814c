"""The composition of a company name: division + trade name + industry + organisation form.

Source: 企业名称登记管理规定 (State Council Decree 734, in force 2021-03-01) and its implementing
measures (市场监管总局令第82号, 2023). Guarantees: every refusal names its rule. Does not: read a
finished name apart (the parts are given), nor compare it with others (`similarity`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from services.enterprise.domain import hanzi, industries, places
from services.enterprise.domain.kinds import FORMS
from services.enterprise.domain.places import Place
from services.enterprise.domain.refusals import refusal
from shared.errors import FieldError

LAW_ZH, LAW_EN = "《企业名称登记管理规定》", "Provisions on Enterprise Name Registration"
LONGEST_TRADE_NAME, LONGEST_INDUSTRY = 30, 30

GROUPS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent.parent / "data" / "forbidden.toml").read_text(encoding="utf-8")
)["group"]


class Name(NamedTuple):
    """The parts of a company name; `form` is one of `kinds.FORMS`."""

    place: Place
    trade_name: str
    industry: str
    form: str

    @property
    def kind(self) -> str:
        """The type of enterprise that its organisation form stands for."""
        return FORMS[self.form]


def compose(name: Name) -> str:
    """The full name: 长沙 + 红光 + 酒业 + 有限公司 (Art. 6)."""
    return places.words(name.place) + name.trade_name + name.industry + name.form


def refusals(name: Name, approved: frozenset[str] = frozenset()) -> list[FieldError]:
    """Why `name` cannot be used; empty where it can.

    approved: rules whose words an authority has approved for this applicant.
    """
    found = [*_trade_name(name.trade_name), *_industry(name.industry), *_form(name.form)]
    return found or list(_words(name, approved))


def _written(pointer: str, text: str) -> Iterator[FieldError]:
    """Art. 5: standard Chinese characters, hence neither letters, digits nor punctuation."""
    others = "".join(dict.fromkeys(c for c in text if not hanzi.is_han(c)))
    if others:
        yield refusal(
            pointer,
            "standard-characters",
            f"只能使用规范汉字，不得含有“{others}”（{LAW_ZH}第五条）",
            f"Only standard Chinese characters, not “{others}” ({LAW_EN}, Art. 5)",
        )
    elif hanzi.standard(text) != text:
        yield refusal(
            pointer,
            "standard-characters",
            f"应使用规范汉字“{hanzi.standard(text)}”（{LAW_ZH}第五条）",
            f"Use the standard characters “{hanzi.standard(text)}” ({LAW_EN}, Art. 5)",
        )


def _trade_name(text: str) -> Iterator[FieldError]:
    pointer = "/trade_name"
    yield from _written(pointer, text)
    if not 2 <= len(text) <= LONGEST_TRADE_NAME:
        yield refusal(
            pointer,
            "trade-name-length",
            f"字号应由两个以上汉字组成（{LAW_ZH}第八条）",
            f"A trade name has two Chinese characters or more ({LAW_EN}, Art. 8)",
        )
    elif places.is_place(text):
        yield refusal(
            pointer,
            "trade-name-is-division",
            f"行政区划名称“{text}”不得作为字号（{LAW_ZH}第八条）",
            f"The division “{text}” cannot be a trade name ({LAW_EN}, Art. 8)",
        )
    elif industries.is_industry(text):
        yield refusal(
            pointer,
            "trade-name-is-industry",
            f"行业或者经营特点“{text}”不得作为字号（{LAW_ZH}第八条）",
            f"The industry “{text}” cannot be a trade name ({LAW_EN}, Art. 8)",
        )


def _industry(text: str) -> Iterator[FieldError]:
    pointer = "/industry"
    yield from _written(pointer, text)
    if not 1 <= len(text) <= LONGEST_INDUSTRY:
        yield refusal(
            pointer,
            "industry-missing",
            f"名称应标明行业或者经营特点（{LAW_ZH}第九条）",
            f"The name states the industry ({LAW_EN}, Art. 9)",
        )


def _form(text: str) -> Iterator[FieldError]:
    if text not in FORMS:
        yield refusal(
            "/form",
            "organisation-form",
            f"组织形式应为：{'、'.join(FORMS)}（{LAW_ZH}第十条）",
            f"The organisation form is one of {', '.join(FORMS)} ({LAW_EN}, Art. 10)",
        )


def _words(name: Name, approved: frozenset[str]) -> Iterator[FieldError]:
    for group in GROUPS:
        if group.get("approval") and group["rule"] in approved:
            continue
        found = _found(group, name)
        if found:
            pointer, word = found
            yield refusal(
                pointer,
                group["rule"],
                f"{group['zh'].format(word=word)}（{group['law']}）",
                f"{group['en'].format(word=word)} ({group['law_en']})",
            )


def _found(group: dict[str, Any], name: Name) -> tuple[str, str] | None:
    for word in group["words"]:
        if word == name.trade_name if group["where"] == "whole" else word in name.trade_name:
            return "/trade_name", word
        if group["where"] == "name" and word in name.industry:
            return "/industry", word
    joined = name.trade_name + name.industry
    across = (w for w in group["words"] if group["where"] == "name" and w in joined)
    return next((("/trade_name", w) for w in across), None)
