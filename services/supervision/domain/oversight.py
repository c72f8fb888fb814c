"""Who oversees what (pure): officials with the power to supervise, by department and subtree.

Guarantees: the department for government services oversees all departments, every other one its
own; a division oversees itself and what lies in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.access import Caller
from shared.division import covers

OVERSIGHT = "government-services"
"""The department that runs government services and supervises the others (政务服务管理局)."""
ALL = "*"


def oversees(caller: Caller, department: str, division: str) -> bool:
    """Whether `caller` supervises that department there."""
    return "supervise" in caller.powers and _has(caller, department, division)


def sees(caller: Caller, department: str, division: str) -> bool:
    """Whether an alert of that department there is any affair of the official's."""
    return _has(caller, department, division)


def answers(caller: Caller, alert: Mapping[str, Any]) -> bool:
    """Whether `caller` may answer for the department that an alert is about."""
    return caller.department == alert["department"] and sees(
        caller, alert["department"], alert["division"]
    )


def closes(caller: Caller, alert: Mapping[str, Any]) -> bool:
    """Whether `caller` is the superior to whom an alert is addressed, or stands above."""
    return oversees(caller, alert["department"], alert["to_division"])


def department_of(caller: Caller) -> str:
    """The department whose affairs `caller` sees: "*" for all."""
    return ALL if caller.department == OVERSIGHT else str(caller.department)


def _has(caller: Caller, department: str, division: str) -> bool:
    if caller.division is None or not covers(caller.division, division):
        return False
    return caller.department in (department, OVERSIGHT)
