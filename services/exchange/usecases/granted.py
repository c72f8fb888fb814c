"""The grants that a consumer holds, for one that has just come."""

from __future__ import annotations

from typing import Any

from services.exchange.domain.members import consumer, is_of
from shared.documents import Storage

TOLD = ("consumer", "resource", "fields", "kinds", "purposes", "items", "from_day", "until_day")
MOST = 1_000


def granted(store: Storage, name: str) -> list[dict[str, Any]]:
    """{_id, state, sequence, and `TOLD`} of each grant of the consumer `name`; sequence: as that of
    the events that tell them."""
    named = consumer(name)
    if named is None:
        return []
    found = store["grants"].find({"consumer_member": named.member}, limit=MOST)
    return [
        {
            "_id": one["_id"],
            "state": one["state"],
            "sequence": len(one["history"]),
            **{field: one[field] for field in TOLD},
        }
        for one in found
        if is_of(name, one["consumer"])
    ]
