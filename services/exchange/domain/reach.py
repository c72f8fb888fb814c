"""Whose records of evidence somebody may read (pure).

Officials and systems read those of their own node; officials who supervise also those of the nodes
in their division and what lies in it, at the province's level all.
"""

from __future__ import annotations

from collections.abc import Collection

from services.exchange.domain.members import PROVINCE, member_division
from shared.access import Caller
from shared.division import covers, level


def own_node(caller: Caller) -> str | None:
    """The node of the caller's authority: a department of the province, or a local government."""
    if caller.division is None:
        return None
    where = level(caller.division)
    if where == "province":
        return f"GOV/{caller.department}"
    return f"{where.upper()}/{caller.division}"


def reads_all(caller: Caller) -> bool:
    """Whether the caller may read every record."""
    return "supervise" in caller.powers and caller.division == PROVINCE


def reads_node(caller: Caller, node: str) -> bool:
    """Whether the caller may read the records of `node`."""
    if node == own_node(caller):
        return True
    return (
        "supervise" in caller.powers
        and caller.division is not None
        and covers(caller.division, member_division(node))
    )


def reads_record(caller: Caller, parties: Collection[str]) -> bool:
    """Whether the caller may read a record with these parties."""
    return reads_all(caller) or any(reads_node(caller, node) for node in parties)
