"""How a department tells the catalogue which items it offers.

Guarantees: each version of an item is announced once, by the outbox like every event, also after a
crash or a new deployment. Does not: take items back; an item ends with its `effective_until`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

import orjson

from shared.documents import Storage
from shared.events import event
from shared.item import Item
from shared.openapi import json_schema


def announce(store: Storage, service: str, items: Iterable[Item], now: datetime) -> int:
    """Announce what is new or has changed since it was announced; how many."""
    return sum(_announce(store, service, item, now) for item in items)


def _announce(store: Storage, service: str, item: Item, now: datetime) -> bool:
    data = item.announcement(json_schema)
    digest = sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
    known = store["announcements"].get(item.code)
    if known is not None and known["digest"] == digest:
        return False
    sequence = known["sequence"] + 1 if known else 1
    told = event(f"{service}.item.announced.v1", item.code, sequence, data, now)
    after = {"_id": item.code, "sequence": sequence, "digest": digest}
    if known is None:
        store["announcements"].ensure(after, [told])
    else:
        store["announcements"].save(known, after, [told])
    return True
