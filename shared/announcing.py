"""How a service tells the others what it has: its items, its node, its resources.

Guarantees: whichever of the two starts first, the listener hears everything: a service announces
all when it starts and whenever the listener opens; a repeat has the same sequence, and an id of its
own, so that the relay does not take it for published already.
Does not: take anything back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from shared.documents import Storage
from shared.events import derived_id, event


class Announcement(NamedTuple):
    """What is told: the event's type, subject and data; `id` under which it is remembered."""

    id: str
    type: str
    subject: str
    data: Mapping[str, Any]


def announce(store: Storage, told: Iterable[Announcement], now: datetime) -> None:
    """Announce all; what has changed since the last time gets the next sequence.

    `store` has a collection "announcements".
    """
    for one in told:
        _announce(store, one, now)


def _announce(store: Storage, one: Announcement, now: datetime) -> None:
    digest = sha256(orjson.dumps(one.data, option=orjson.OPT_SORT_KEYS)).hexdigest()
    known = store["announcements"].get(one.id)
    sequence = 1 if known is None else known["sequence"] + (known["digest"] != digest)
    told = event(one.type, one.subject, sequence, one.data, now)
    told["id"] = derived_id(told["id"], told["time"])
    after = {"_id": one.id, "sequence": sequence, "digest": digest, "told_at": now}
    if known is None:
        store["announcements"].ensure(after, [told])
    else:
        store["announcements"].save(known, after, [told])
