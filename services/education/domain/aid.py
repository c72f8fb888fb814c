"""Student aid by published grades (pure). Amounts in fen a school year.

Source: compulsory education: 《城乡义务教育补助经费管理办法》(财教〔2021〕174号), living allowance;
senior schools: 《学生资助资金管理办法》(财教〔2021〕310号), state grants of 1,000 to 3,000 yuan in
two or three grades.
Guarantees: grade and amount follow from the facts; the table is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from shared.text import Text

HARDSHIPS: Mapping[str, Text] = {
    "subsistence": Text("最低生活保障家庭", "Minimum living allowance"),
    "extreme-poverty": Text("特困供养人员", "Support of persons in extreme poverty"),
    "lifted": Text("脱贫家庭（含监测对象）", "Household lifted out of poverty, or monitored"),
    "orphan": Text("孤儿、事实无人抚养儿童", "Orphan, or in fact without care"),
    "disabled": Text("残疾学生", "Student with a disability"),
    "martyr": Text("烈士子女", "Child of a martyr"),
    "none": Text("以上均不是", "None of these"),
}
SUBSISTENCE_LINE = 75_000
"""Fen a month and head: the urban minimum living allowance that incomes are compared with."""


class Grade(NamedTuple):
    """A grade of hardship: name, the rule in words, the most income a head in lines (None: any)."""

    name: Text
    rule: Text
    lines: float


GRADES: Mapping[str, Grade] = {
    "first": Grade(
        Text("特别困难", "Severe"),
        Text("属于特殊困难群体，或者人均月收入不超过低保标准",
             "A special group, or income a head up to the subsistence line"),
        1.0,
    ),
    "second": Grade(
        Text("困难", "Hard"),
        Text("人均月收入不超过低保标准的 1.5 倍", "Income a head up to 1.5 lines"),
        1.5,
    ),
    "third": Grade(
        Text("一般困难", "Moderate"),
        Text("人均月收入不超过低保标准的 2 倍", "Income a head up to 2 lines"),
        2.0,
    ),
}  # fmt: skip

SCHOOLING: Mapping[str, Text] = {
    "primary-boarding": Text("小学（寄宿）", "Primary school, boarding"),
    "primary": Text("小学（非寄宿）", "Primary school, not boarding"),
    "junior-boarding": Text("初中（寄宿）", "Junior middle school, boarding"),
    "junior": Text("初中（非寄宿）", "Junior middle school, not boarding"),
    "senior": Text("高中阶段", "Senior middle school"),
}
AMOUNTS: Mapping[str, Mapping[str, int]] = {
    "primary-boarding": {"first": 100_000, "second": 100_000, "third": 100_000},
    "primary": {"first": 50_000, "second": 50_000},
    "junior-boarding": {"first": 125_000, "second": 125_000, "third": 125_000},
    "junior": {"first": 62_500, "second": 62_500},
    "senior": {"first": 300_000, "second": 200_000, "third": 100_000},
}
"""Schooling: what each grade gets in a school year; a grade that is missing gets nothing."""


def grade_of(form: Mapping[str, Any]) -> str | None:
    """The grade that the facts give, or None."""
    if form["hardship"] != "none":
        return "first"
    lines = form["income"] / SUBSISTENCE_LINE
    return next((code for code, grade in GRADES.items() if lines <= grade.lines), None)


def amount_of(form: Mapping[str, Any]) -> int:
    """Fen a school year; 0 where the facts give none."""
    return AMOUNTS[form["schooling"]].get(grade_of(form) or "", 0)


def school_year(day: date) -> int:
    """The year in which the school year of `day` began, on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def published() -> dict[str, Any]:
    """The table as everybody can read it."""
    return {
        "subsistence_line": SUBSISTENCE_LINE,
        "hardships": {code: text.both() for code, text in HARDSHIPS.items()},
        "grades": [
            {
                "grade": code,
                "name": grade.name.both(),
                "rule": grade.rule.both(),
                "amounts": {s: table[code] for s, table in AMOUNTS.items() if code in table},
            }
            for code, grade in GRADES.items()
        ],
    }
