"""Entries of the public registers: numbered once, found by number, ruled on by officials.

Guarantees: the same case gets the same number, however often it is asked for; a ruling is one
write with its event. Does not: act on a ruling (who hears the event does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.health.domain import reviews
from services.health.domain.practitioners import RULINGS
from services.health.items import DEPARTMENT
from shared.access import Caller
from shared.clock import local_day
from shared.department.usecases import actor
from shared.division import covers
from shared.documents import Collection, Document, Storage
from shared.entrypoints.request import Call
from shared.errors import Conflict, NotFound, Stale
from shared.text import Text

Told = Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]]


def numbered(
    register: Collection, numbers: Iterator[str], entry: Mapping[str, Any], told: Told
) -> Document:
    """`entry` under the first of `numbers` that no other case has; `entry["case"]` is its cause."""
    for number in numbers:
        document = {"_id": number, **entry}
        kept = register.ensure(document, told(document))
        if kept["case"] == entry["case"]:
            return kept
    raise Conflict(Text("编号已用尽", "No number is left"), type="numbers-exhausted")


def entry(store: Storage, collection: str, number: str) -> Document:
    """The entry of this number, or `NotFound`."""
    found = store[collection].get(number)
    if found is None:
        raise NotFound(Text("没有这个编号", "There is no such number"))
    return found


def supervises(caller: Caller | None, division: str) -> bool:
    """Whether `caller` is an official of health whose division covers `division`."""
    return (
        caller is not None
        and caller.kind == "official"
        and caller.department == DEPARTMENT
        and covers(caller.division or "", division)
    )


def rule(
    store: Storage,
    collection: str,
    call: Call,
    number: str,
    ruling: str,
    told: Callable[[Mapping[str, Any], datetime], Sequence[Mapping[str, Any]]],
) -> Document:
    """An official's ruling, with reasons, on an entry of their division; `told`: its events."""
    before = entry(store, collection, number)
    if not supervises(call.signed_in, before["division"]):
        raise NotFound(Text("没有这个编号", "There is no such number"))
    if before["version"] != call.if_match:
        raise Stale(version=before["version"])
    sources, status = RULINGS[ruling]
    if before["status"] not in sources:
        raise Conflict(
            Text(f"当前状态为{before['status']}", f"It is {before['status']}"), type="entry-status"
        )
    noted = {
        "ruling": ruling,
        "on": local_day(call.now).isoformat(),
        "at": call.now,
        "by": actor(call.signed_in),
        "reasons": call.body["reasons"],
    }
    after = {**before, "status": status, "rulings": [*before["rulings"], noted]}
    if ruling in reviews.ENDING:
        after = reviews.closed(after, ruling, noted["by"], noted["reasons"], call.now)
    return store[collection].save(before, after, told(after, call.now))
