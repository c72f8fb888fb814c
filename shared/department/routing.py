"""Which authority handles a case: by the item's levels and the delegations in force (pure).

Guarantees: the most specific authority that has the power is chosen. Does not: know which divisions
exist (`shared.division`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.access import still_in_force
from shared.division import ancestors, level
from shared.errors import FieldError, Invalid
from shared.item import Item
from shared.text import Text


def authority(
    item: Item, division: str, delegations: Iterable[Mapping[str, Any]], today: date
) -> str:
    """The division that handles an affair of `item` in `division`, or `Invalid`."""
    delegated = {
        delegate
        for delegation in delegations
        if in_force(delegation, today)
        for delegate in delegation["delegates"]
    }
    for candidate in ancestors(division):
        if level(candidate) in item.levels or candidate in delegated:
            return candidate
    levels = ", ".join(sorted(item.levels))
    raise Invalid(
        errors=[
            FieldError(
                "/division",
                Text(f"该事项由以下层级办理：{levels}", f"This item is handled at: {levels}"),
                "authority",
            )
        ]
    )


def in_force(delegation: Mapping[str, Any], today: date) -> bool:
    """Whether `delegation` {from_day, until_day} is in force on `today`."""
    until = delegation.get("until_day")
    begun = date.fromisoformat(delegation["from_day"]) <= today
    return begun and still_in_force(date.fromisoformat(until) if until else None, today)
