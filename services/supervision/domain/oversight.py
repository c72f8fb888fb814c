"""Who oversees what (pure): officials with the power to supervise, by department and subtree.

Guarantees: supervisors of the platform oversee all departments, those of a department their own; a
division oversees itself and what lies in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.access import Caller
from shared.division import covers

OVERSIGHT = "platform"
"""Officials of the platform itself; with the power to supervise, they oversee all departments."""
ALL = "*"


def oversees(caller: Caller, department: str, division: str) -> bool:
    """Whether `caller` supervises that department there; "*": all of them."""
    within = caller.division is not None and covers(caller.division, division)
    own = caller.department in (department, OVERSIGHT)
    return within and own and "supervise" in caller.powers


def sees(caller: Caller, department: str, division: str) -> bool:
    """Whether an alert of that department there is any affair of the official's."""
    within = caller.division is not None and covers(caller.division, division)
    return (within and caller.department == department) or oversees(caller, department, division)


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
