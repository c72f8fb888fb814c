"""Which nodes give no sign of life by themselves, so that the exchange looks after them.

Guarantees: a system that is asked for data anyway is not asked whether it is there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from services.exchange.usecases import pulses
from services.exchange.usecases.directory import MOST_NODES
from shared.documents import Document, Storage

SILENCE = timedelta(seconds=60)
"""After which a node is looked after."""


def silent(store: Storage, now: datetime) -> list[Document]:
    """The connected nodes of existing systems that were not heard of for `SILENCE`."""
    found = store["nodes"].find({"state": "connected"}, limit=MOST_NODES)
    outside = [node for node in found if node["adapter"] == "http"]
    beats = pulses.of(store, [node["_id"] for node in outside])
    return [node for node in outside if _is_silent(beats.get(node["_id"]), now)]


def _is_silent(pulse: Document | None, now: datetime) -> bool:
    last = None if pulse is None else pulse["heartbeat_at"]
    return last is None or now - last > SILENCE
