"""Who takes part, by the names that X-Road gives (pure).

    member    <class>/<code>              GOV/education, CITY/430100, COUNTY/430104
    consumer  <class>/<code>/<subsystem>  GOV/education/education

Guarantees: a name is well formed and says which authority stands behind it. Does not: say whether
that authority is connected (`nodes`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from shared.division import level

INSTANCE, PROVINCE = "HUNAN", "430000"
DATA = "data"
"""The department that looks after sharing in each division (数据管理部门)."""
CLASSES = ("GOV", "CITY", "COUNTY")
"""Provincial departments; governments of cities and prefectures; governments of counties."""
LEVEL_OF = {"GOV": "province", "CITY": "city", "COUNTY": "county"}

CODE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
MEMBER = re.compile(rf"(?:{'|'.join(CLASSES)})/{CODE}", re.ASCII)
SUBSYSTEM = re.compile(r"[A-Za-z0-9_.~-]{1,64}", re.ASCII)
ANY = "*"
"""In place of the subsystem of a grant's consumer: every system of that member."""


class Consumer(NamedTuple):
    """A system at a member: `member` is a node's id, `subsystem` a service or a client_id."""

    member: str
    subsystem: str


def consumer(name: str) -> Consumer | None:
    """The consumer that `name` names; None where it is not well formed."""
    member, _, subsystem = name.rpartition("/")
    if MEMBER.fullmatch(member) and (subsystem == ANY or SUBSYSTEM.fullmatch(subsystem)):
        return Consumer(member, subsystem)
    return None


def is_of(user: str, granted: str) -> bool:
    """Whether the consumer `user` is the one that `granted` names, or one of all it names."""
    return user == granted or granted == f"{user.rpartition('/')[0]}/{ANY}"


def member_division(member: str) -> str:
    """The division whose authority the member is."""
    class_, _, code = member.partition("/")
    return PROVINCE if class_ == "GOV" else code


def member_department(member: str) -> str:
    """The department that answers for the member: its own, or for a government data's."""
    class_, _, code = member.partition("/")
    return code if class_ == "GOV" else DATA


CLASS_OF = {"city": "CITY", "county": "COUNTY"}


def member_of(department: str | None, division: str | None) -> str:
    """The member that a system of this department in this division belongs to: of the province, the
    department's; else the government of the division."""
    class_ = CLASS_OF.get(level(division or ""))
    return f"{class_}/{division}" if class_ else f"GOV/{department}"
