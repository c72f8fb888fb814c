"""Who looks after which part of the catalogue (pure).

Guarantees: administrators reach their own department in their division's subtree; those of the
platform reach all departments.
"""

from __future__ import annotations

from shared.access import Caller
from shared.division import covers

PLATFORM = "platform"


def looks_after(caller: Caller, department: str, division: str) -> bool:
    """Whether the administrator `caller` looks after `department` in `division`."""
    same = caller.department in (PLATFORM, department)
    return same and caller.division is not None and covers(caller.division, division)


def runs_platform(caller: Caller) -> bool:
    """Whether the caller administers the platform as a whole."""
    return caller.department == PLATFORM
