"""The register of qualifications is followed for everybody who is registered because of it.

    sheet  {_id, numbers [of entries], subscription | None, opening, small, replaces [sheets]}
    A subscription follows up to 500 records, so entries share one, by sheets. opening: its
    subscription is yet to be opened. small: it is less than half full.

Guarantees: who is registered is followed from the next tick on for which the exchange is there, and
what changed before is asked for then; each step can be repeated. Where there are many small sheets
they become one. A sheet whose subscription has ended is made anew as soon as there is a grant.
Does not: follow whose registration is over, beyond the next sheet that they would come to.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.health.domain import reviews
from services.health.sources import QUALIFICATION_FIELDS, RESOURCE, SUPERVISION
from services.health.usecases import reviewing
from shared.documents import Change as Write
from shared.documents import Document, Storage
from shared.errors import Forbidden, NotFound
from shared.events import derived_id
from shared.exchange.answers import Change, Following, Sharing
from shared.exchange.order import KEYS_AT_ONCE
from shared.personal import Vault

log = logging.getLogger(__name__)

SMALL, FULL_ENOUGH = 50, KEYS_AT_ONCE // 2
"""So many small sheets become one, those with fewer entries first; from how many on none is."""
AT_ONCE = 100


class Exchange(Sharing, Following, Protocol):
    """What asks and follows: `shared.exchange.client.Client`."""


@dataclass(frozen=True, slots=True)
class Watch:
    """store, vault: the department's. exchange: what it asks and follows by."""

    store: Storage
    vault: Vault
    exchange: Exchange


def follow(watch: Watch, now: datetime) -> None:
    """One tick: who waits is followed, sheets that wait are opened, small ones gathered."""
    _gather_waiting(watch.store, now)
    try:
        for sheet in watch.store["sheets"].find({"opening": True}):
            _open(watch, sheet, now)
    except (Forbidden, NotFound) as refusal:
        log.info("qualifications are not followed: %s", refusal)


def _gather_waiting(store: Storage, now: datetime) -> None:
    waiting = store["practitioners"].find({"unfollowed": True}, limit=KEYS_AT_ONCE)
    if not waiting:
        return
    _sheet(store, [one["_id"] for one in waiting if reviews.follows(one, now)], [])
    bare = [{k: v for k, v in one.items() if k != "unfollowed"} for one in waiting]
    for start in range(0, len(waiting), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        store["practitioners"].save_many(list(map(Write, waiting[some], bare[some])))
    _gather_small(store, now)


def _gather_small(store: Storage, now: datetime) -> None:
    small = store["sheets"].find({"small": True}, limit=SMALL)
    if len(small) < SMALL:
        return
    taken, numbers = [], dict[str, None]()
    for sheet in sorted(small, key=lambda one: len(one["numbers"])):
        if len(numbers) + len(sheet["numbers"]) <= KEYS_AT_ONCE:
            taken.append(sheet["_id"])
            numbers |= dict.fromkeys(sheet["numbers"])
    known = store["practitioners"].get_many(numbers)
    in_force = [id_ for id_, one in known.items() if reviews.follows(one, now)]
    _sheet(store, in_force, taken)


def _sheet(store: Storage, numbers: Sequence[str], replaces: Sequence[str]) -> None:
    if not numbers and not replaces:
        return
    made = _made(derived_id("sheet", *numbers, *replaces), numbers, replaces)
    store["sheets"].ensure(made)


def _made(id_: str, numbers: Sequence[str], replaces: Sequence[str] = ()) -> dict[str, Any]:
    told = {"numbers": list(numbers), "replaces": list(replaces)}
    return {"_id": id_, **told, "subscription": None, "opening": True}


def _open(watch: Watch, sheet: Document, now: datetime) -> None:
    """Open its subscription; ask for what has changed before; end those that it replaces."""
    keys = _keys(watch, sheet["numbers"])
    opened = _subscribed(watch, sheet, keys)
    if not sheet["replaces"]:
        _ask_all(watch, sheet, keys, derived_id(sheet["_id"], "first"), now)
    _end(watch, sheet["replaces"])
    same = {name: value for name, value in sheet.items() if name != "opening"}
    small = {"small": True} if len(keys) < FULL_ENOUGH else {}
    after = {**same, **small, "subscription": opened, "replaces": []}
    watch.store["sheets"].save(sheet, after)


def _subscribed(watch: Watch, sheet: Document, keys: Mapping[str, Any]) -> str | None:
    if not keys:
        return None
    return watch.exchange.subscribe(
        RESOURCE,
        list(keys.values()),
        fields=QUALIFICATION_FIELDS,
        purpose=SUPERVISION,
        case=_case(sheet),
        id=sheet["_id"],
    ).id


def _end(watch: Watch, sheets: Sequence[str]) -> None:
    for former in watch.store["sheets"].get_many(sheets).values():
        if former["subscription"]:
            watch.exchange.unsubscribe(former["subscription"])
    watch.store["sheets"].remove_many(sheets)


def _keys(watch: Watch, numbers: Iterable[str]) -> dict[str, dict[str, str]]:
    """By the entry's number, the key of its qualification; its case knows whose number it is."""
    entries = watch.store["practitioners"].get_many(numbers)
    cases = watch.store["cases"].get_many({one["case"] for one in entries.values()})
    found = {}
    for number, one in entries.items():
        if (case := cases.get(one["case"])) is not None:
            form = watch.vault.open_json(bytes(case["form"]), case["_id"].encode())
            found[number] = {"identity_number": form["identity"], "profession": one["kind"]}
    return found


def changed(watch: Watch, subscription: str, change: Change, now: datetime) -> None:
    """A qualification has changed: ask what it is now, for each registration that stands on it."""
    person = watch.vault.lookup(change.key["identity_number"])
    for one in watch.store["practitioners"].find({"person": person}):
        if one["kind"] == change.key["profession"] and reviews.follows(one, now):
            found = watch.exchange.query(
                RESOURCE,
                change.key,
                fields=QUALIFICATION_FIELDS,
                purpose=SUPERVISION,
                case=f"health/{one['case']}",
                id=derived_id("change", subscription, change.number, one["_id"]),
            )
            reviewing.take(watch.store, one["_id"], found, now)


def lost(watch: Watch, subscription: str, now: datetime) -> None:
    """Some changes were missed: ask for all that the subscription follows."""
    for sheet in watch.store["sheets"].find({"subscription": subscription}):
        _ask_all(watch, sheet, _keys(watch, sheet["numbers"]), "", now)


def _ask_all(
    watch: Watch, sheet: Document, keys: Mapping[str, Mapping[str, str]], id_: str, now: datetime
) -> None:
    if not keys:
        return
    answers = watch.exchange.batch(
        RESOURCE,
        list(keys.values()),
        fields=QUALIFICATION_FIELDS,
        purpose=SUPERVISION,
        case=_case(sheet),
        id=id_,
    )
    for number, found in zip(keys, answers, strict=True):
        reviewing.take(watch.store, number, found, now)


def ended(store: Storage, subscription: str) -> None:
    """The subscription is no more: another is opened under the next grant."""
    for sheet in store["sheets"].find({"subscription": subscription}):
        id_ = derived_id("sheet", sheet["_id"], subscription)
        store["sheets"].ensure(_made(id_, sheet["numbers"]))
        store["sheets"].remove(sheet["_id"])


def _case(sheet: Mapping[str, Any]) -> str:
    """What the log names as the case of a sheet's subscription."""
    return f"health/practitioners-{sheet['_id']}"
