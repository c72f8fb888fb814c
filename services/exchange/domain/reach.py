"""Whose records of evidence somebody may read (pure).

Officials and systems read those of their own node; officials who supervise also those of the nodes
in their division and what lies in it, at the province's level all.
"""

from __future__ import annotations

from collections.abc import Collection

from services.exchange.domain.authority import members_of
from services.exchange.domain.members import PROVINCE, member_division, member_of
from shared.access import Caller
from shared.division import covers


def own_node(caller: Caller) -> str | None:
    """The node that the official acts for, or that the system belongs to."""
    if caller.kind == "official":
        return next(iter(members_of(caller)), None)
    return member_of(caller.department, caller.division) if caller.division else None


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
