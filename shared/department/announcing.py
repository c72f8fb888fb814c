"""How a department tells the catalogue which items it offers.

Guarantees: as `shared.announcing`. Does not: take items back; an item ends with its
`effective_until`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared import announcing
from shared.announcing import Announcement
from shared.documents import Storage
from shared.item import Item
from shared.openapi import json_schema


def announce(store: Storage, service: str, items: Iterable[Item], now: datetime) -> None:
    """Announce all items; one that has changed gets the next sequence, the others repeat theirs."""
    type_ = f"{service}.item.announced.v1"
    told = (Announcement(i.code, type_, i.code, i.announcement(json_schema)) for i in items)
    announcing.announce(store, told, now)
