"""What others are told differently after a change of a household (pure).

Guarantees: every record of every resource whose row differs is named, with the fields that do; all
of them where it came or went. Does not: notice that time passes (a guardianship that ends with the
minority), or open sealed numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.household.domain import facts
from services.household.domain.households import Household, members_now

Persons = tuple[str, ...]
"""Keyed lookups of the persons of a resource's key, in its order."""
Rows = Mapping[Persons, Mapping[str, Any]]


def differences(
    before: Household | None, after: Household, today: date
) -> dict[str, dict[Persons, set[str]]]:
    """By "membership", "guardianship", "wards": the records that differ, and in which fields."""
    old, new = (_told(one, today) if one else {} for one in (before, after))
    return {name: _differing(old.get(name, {}), rows) for name, rows in new.items()}


def _told(household: Household, today: date) -> dict[str, Rows]:
    present = members_now(household)
    children = {m["person"]: facts.guardians_of(household, m["person"], today) for m in present}
    guardians = {g["person"] for found in children.values() for g in found}
    return {
        "membership": {
            (m["person"],): facts.membership(household, m["person"]) or {} for m in present
        },
        "guardianship": {
            (child, g["person"]): {"relation": g["relation"], "in_force": True}
            for child, found in children.items()
            for g in found
        },
        "wards": {(person,): _wards(household, person, today) for person in guardians},
    }


def _wards(household: Household, guardian: str, today: date) -> dict[str, Any]:
    found = facts.wards_in(household, guardian, today)
    return {"wards": [(m["person"], m["name"], m["born"], relation) for m, relation in found]}


def _differing(old: Rows, new: Rows) -> dict[Persons, set[str]]:
    found = {key: _fields(old.get(key, {}), new.get(key, {})) for key in old.keys() | new.keys()}
    return {key: fields for key, fields in found.items() if fields}


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    names = old.keys() | new.keys()
    return {name for name in names if not (name in old and name in new and old[name] == new[name])}
