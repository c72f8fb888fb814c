"""How a department tells the catalogue which items it offers.

Guarantees: whichever of department and catalogue starts first, the catalogue hears every item: a
department announces all when it starts and whenever a catalogue opens; a repeat has the same
sequence, and an id of its own, so that the relay does not take it for published already.
Does not: take items back; an item ends with its `effective_until`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

import orjson

from shared.documents import Storage
from shared.events import derived_id, event
from shared.item import Item
from shared.openapi import json_schema


def announce(store: Storage, service: str, items: Iterable[Item], now: datetime) -> None:
    """Announce all items; one that has changed gets the next sequence, the others repeat theirs."""
    for item in items:
        _announce(store, service, item, now)


def _announce(store: Storage, service: str, item: Item, now: datetime) -> None:
    data = item.announcement(json_schema)
    digest = sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
    known = store["announcements"].get(item.code)
    sequence = 1 if known is None else known["sequence"] + (known["digest"] != digest)
    told = event(f"{service}.item.announced.v1", item.code, sequence, data, now)
    told["id"] = derived_id(told["id"], told["time"])
    after = {"_id": item.code, "sequence": sequence, "digest": digest, "told_at": now}
    if known is None:
        store["announcements"].ensure(after, [told])
    else:
        store["announcements"].save(known, after, [told])
