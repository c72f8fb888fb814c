"""Teacher qualifications: who may have which, and the numbers of certificates (pure).

Source: Teachers Law (教师法, 2009) Art. 10, 11, 13, 14; Regulation on Teacher Qualifications
(教师资格条例) Art. 4, 6, 16; its implementing measures (《教师资格条例》实施办法) Art. 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from shared.division import level
from shared.errors import FieldError
from shared.text import Text

EDUCATION: Mapping[str, Text] = {
    "secondary-normal": Text("中等师范学校毕业", "Secondary normal school"),
    "college": Text("大学专科毕业", "Junior college"),
    "bachelor": Text("大学本科毕业", "Bachelor"),
    "master": Text("硕士研究生毕业", "Master"),
    "doctor": Text("博士研究生毕业", "Doctor"),
}
"""Degrees in ascending order."""
MANDARIN: Mapping[str, Text] = {
    "1A": Text("一级甲等", "Level 1, grade A"),
    "1B": Text("一级乙等", "Level 1, grade B"),
    "2A": Text("二级甲等", "Level 2, grade A"),
    "2B": Text("二级乙等", "Level 2, grade B"),
    "3A": Text("三级甲等", "Level 3, grade A"),
    "3B": Text("三级乙等", "Level 3, grade B"),
}
"""Levels of the Mandarin test, the best first (普通话水平测试等级标准)."""


class Kind(NamedTuple):
    """A kind of qualification: name, least degree, level of the authority, digit in the number."""

    name: Text
    degree: str
    authority: str
    digit: int


KINDS: Mapping[str, Kind] = {
    "kindergarten": Kind(Text("幼儿园教师资格", "Kindergarten"), "secondary-normal", "county", 1),
    "primary": Kind(Text("小学教师资格", "Primary school"), "secondary-normal", "county", 2),
    "junior": Kind(Text("初级中学教师资格", "Junior middle school"), "college", "county", 3),
    "senior": Kind(Text("高级中学教师资格", "Senior middle school"), "bachelor", "city", 4),
}
"""Teachers Law, Art. 11 (degrees) and 13 (authorities)."""
KIND_NAMES: Mapping[str, Text] = {code: kind.name for code, kind in KINDS.items()}

LEAST_MANDARIN = "2B"
CHINESE_MANDARIN = "2A"
"""Of those who teach Chinese (语文), by the Mandarin test's own rules."""
CHINESE = ("语文", "Chinese")


def faults(form: Mapping[str, Any], division: str, today: date) -> Iterator[FieldError]:
    """What is wrong with an application to the authority of `division`."""
    kind = KINDS[form["kind"]]
    if level(division) != kind.authority:
        yield _fault(
            "/kind", "authority",
            "高级中学教师资格由市级、其余由县级教育行政部门认定（《教师法》第十三条）",
            "Senior school is for the city, the others for the county (Teachers Law, Art. 13)",
        )  # fmt: skip
    if _place(EDUCATION, form["degree"]) < _place(EDUCATION, kind.degree):
        yield _fault(
            "/degree", "degree", "学历未达到规定要求（《教师法》第十一条）",
            "Not the degree that this kind asks for (Teachers Law, Art. 11)",
        )  # fmt: skip
    if _place(MANDARIN, form["mandarin"]) > _place(MANDARIN, _least_mandarin(form["subject"])):
        yield _fault(
            "/mandarin", "mandarin", "普通话水平未达到规定等级（《教师资格条例》实施办法第八条）",
            "Below the level that is asked for (Implementing Measures, Art. 8)",
        )  # fmt: skip
    if form["examination"]["valid_until"] < today.isoformat():
        yield _fault(
            "/examination/valid_until", "expired", "考试合格证明已过有效期",
            "The examination certificate has expired",
        )  # fmt: skip
    if not form["no_conviction"]:
        yield _fault(
            "/no_conviction", "conviction",
            "受剥夺政治权利或者故意犯罪受有期徒刑以上刑罚的，不能取得教师资格（《教师法》第十四条）",
            "Whoever was sentenced as Teachers Law, Art. 14 says cannot be a teacher",
        )  # fmt: skip


def _place(scale: Mapping[str, Text], code: str) -> int:
    return list(scale).index(code)


def _least_mandarin(subject: str) -> str:
    return CHINESE_MANDARIN if subject in CHINESE else LEAST_MANDARIN


def number(division: str, kind: str, year: int, case: str, attempt: int) -> str:
    """The number of a certificate, 17 digits: year, division, kind, and six that follow from the
    case; `attempt` gives another one where it is taken."""
    drawn = int(sha256(f"{case}:{attempt}".encode()).hexdigest()[:12], 16) % 1_000_000
    return f"{year}{division}{KINDS[kind].digit}{drawn:06}"


def _fault(pointer: str, rule: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer, Text(zh, en), rule)
