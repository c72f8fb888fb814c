"""What the register tells others about a person (pure).

Guarantees: only what the entries of today say; a guardianship ends with the minority. Does not:
open sealed numbers; persons are told by their keyed lookup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.household.domain.households import Household, Member, current_member, members_now
from services.household.domain.relations import HEAD
from shared.age import is_minor


def membership(household: Household, person: str) -> dict[str, Any] | None:
    """{division, number, head, relation, since, street, community} of a member, or None."""
    member = current_member(household, person)
    if member is None:
        return None
    return {
        "division": household["division"],
        "number": household["number"],
        "head": member["relation"] == HEAD,
        "relation": member["relation"],
        "since": member["from_day"],
        "street": household["address"]["street"],
        "community": household["address"]["community"],
    }


def guardians_of(household: Household, child: str, today: date) -> list[Mapping[str, Any]]:
    """[{person, relation}]: the guardians of a minor in the household, as far as it knows."""
    member = current_member(household, child)
    if member is None or not _is_minor(member, today):
        return []
    return [{"person": g["person"], "relation": g["relation"]} for g in member["guardians"]]


def wards_in(household: Household, guardian: str, today: date) -> Iterator[tuple[Member, str]]:
    """The minors in the household whom `guardian` guards, each with the relation."""
    for member in members_now(household):
        if _is_minor(member, today):
            yield from (
                (member, g["relation"]) for g in member["guardians"] if g["person"] == guardian
            )


def _is_minor(member: Member, today: date) -> bool:
    return is_minor(date.fromisoformat(member["born"]), today)
