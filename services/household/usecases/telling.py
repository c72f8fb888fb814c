"""The exchange is told which records of the register have changed, in the save that changes them.

Guarantees: whoever follows a record hears of every entry that changes what it says, and of no
other; people are named by keyed hashes. Does not: tell what it says now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.household.domain.differences import Persons, differences
from services.household.domain.households import Household
from services.household.resources import GUARDIANSHIP, MEMBERSHIP, WARDS
from services.household.usecases.sealing import numbers_in
from shared.clock import local_day
from shared.exchange.changes import Changed, record_changed
from shared.exchange.resource import Key, Resource
from shared.personal import Vault

Keyed = Callable[[Persons, Mapping[str, str]], Key]
KEYS: Mapping[str, tuple[Resource, Keyed]] = {
    "membership": (MEMBERSHIP, lambda who, numbers: {"identity_number": numbers[who[0]]}),
    "guardianship": (
        GUARDIANSHIP,
        lambda who, numbers: {"child": numbers[who[0]], "guardian": who[1]},
    ),
    "wards": (WARDS, lambda who, numbers: {"guardian": numbers[who[0]]}),
}


def told(
    before: Household | None, after: Household, vault: Vault, now: datetime
) -> list[dict[str, Any]]:
    """The events of the change from `before` (None: it is new) to `after`."""
    numbers = numbers_in(vault, after) | (numbers_in(vault, before) if before else {})
    found = differences(before, after, local_day(now))
    return [
        event
        for name, (resource, key) in KEYS.items()
        for event in record_changed(
            "household",
            resource,
            [Changed(key(who, numbers), fields) for who, fields in sorted(found[name].items())],
            after["_id"],
            len(after["history"]),
            vault,
            now,
        )
    ]
