"""Medical institutions: what a licence needs, and how long it lasts (pure).

Sources: 《医疗机构管理条例》 (Regulation on Medical Institutions, 2022) Art. 14, 15, 18; its
Detailed Rules Art. 35 (verification every three years from 100 beds on, else every year);
《医疗机构基本标准》 (Basic Standards, 1994 and later) for the least beds of each category.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.health.domain.practitioners import years_after
from services.health.domain.refusals import refusal
from shared.errors import FieldError
from shared.text import Text


class Category(NamedTuple):
    """A kind of institution: its code in the register number, and the beds it needs at least."""

    code: str
    name: Text
    beds: int


CATEGORIES: Mapping[str, Category] = {
    "general-hospital": Category("A10", Text("综合医院", "General hospital"), 20),
    "tcm-hospital": Category("A20", Text("中医医院", "Hospital of traditional medicine"), 20),
    "maternity": Category("G10", Text("妇幼保健院", "Maternal and child health hospital"), 20),
    "community-centre": Category("B10", Text("社区卫生服务中心", "Community health centre"), 0),
    "township": Category("C10", Text("卫生院", "Township health centre"), 0),
    "outpatient": Category("D10", Text("门诊部", "Outpatient department"), 0),
}
CATEGORY_NAMES: Mapping[str, Text] = {code: one.name for code, one in CATEGORIES.items()}

MANY_BEDS, LONG_YEARS, SHORT_YEARS = 100, 15, 5


def refusals(form: Mapping[str, Any]) -> Iterator[FieldError]:
    """What is wrong with an application beyond its schema."""
    least = CATEGORIES[form["category"]].beds
    if form["beds"] < least:
        yield refusal(
            "/beds",
            "too-few-beds",
            f"该类医疗机构床位不得少于 {least} 张",
            f"An institution of this category needs {least} beds at least",
        )
    if form["doctors"] + form["nurses"] == 0:
        yield refusal(
            "/doctors",
            "no-staff",
            "应当有与其业务相适应的卫生专业技术人员",
            "Qualified staff is needed",
        )


def valid_until(beds: int, issued: date) -> date:
    """The last day of a licence: fifteen years from 100 beds on, else five."""
    years = LONG_YEARS if beds >= MANY_BEDS else SHORT_YEARS
    return years_after(issued, years) - timedelta(days=1)


def verification_years(beds: int) -> int:
    """Detailed Rules, Art. 35: how often the licence is verified (校验)."""
    return 3 if beds >= MANY_BEDS else 1
