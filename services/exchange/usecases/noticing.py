"""What changed at a provider is noted in the subscriptions that follow it, and told.

Guarantees: nobody is told without a record in the log of who was told about whom, within the
grant's quota; a subscription notes a change once, however often it is heard (the record's id
follows from the change, and the save carries its receipt); one whose grant is revoked or expired is
ended, one whose consumer, provider or resource takes no part at the moment, or whose quota is used
up, gets a gap that its consumer sees. Does not: say what a record holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.exchange import events
from services.exchange.domain import subscriptions as rules
from services.exchange.domain.resources import version_of
from services.exchange.usecases import reading
from services.exchange.usecases.feeding import end, entry_of, refusal
from services.exchange.usecases.office import Json, Office
from services.exchange.usecases.proving import located
from services.exchange.usecases.refusing import refuse
from shared.documents import Document, Storage
from shared.errors import Conflict, Forbidden, NotFound, ServiceError
from shared.events import Event, derived_id
from shared.races import until_fresh
from shared.text import Text

TOLD_HERE = "/exchange"
"""Source of what systems have told over HTTP."""
HASHES = 32
"""Of one read: the embedded database takes time by their square."""
Map = Callable[[Callable[[str], None], Iterable[str]], Iterable[None]]
MOST = 10_000
"""Subscriptions that follow one of so many records."""


def heard(office: Office, events_: Sequence[Event], side_by_side: Map = map) -> None:
    """Note the changes that providers tell; those of one subscription one after the other.

    side_by_side: as `map`, for several subscriptions at once.
    """
    due: dict[str, list[Event]] = {}
    for event in events_:
        _check_speaker(office.store, event)
        for id_ in _followers(office.store, [one["key"] for one in event.data["changes"]]):
            due.setdefault(id_, []).append(event)

    def work(id_: str) -> None:
        for event in due[id_]:
            until_fresh(lambda event=event: _noted(office, id_, event))  # type: ignore[misc]

    for _ in side_by_side(work, due):
        pass


def _check_speaker(store: Storage, event: Event) -> None:
    """A service speaks of its own resources; `NotFound` where they are not listed (yet)."""
    resource = reading.listed(store, event.data["resource"])
    if event.source not in (TOLD_HERE, f"/{resource['subsystem']}"):
        raise Forbidden(Text("只能通报自己的资源", "A service tells of its own resources only"))


def _followers(store: Storage, hashes: Sequence[str]) -> Iterator[str]:
    """The subscriptions that follow one of these records, each once."""
    seen: set[str] = set()
    for start in range(0, len(hashes), HASHES):
        some = {"follows": {"$in": list(hashes[start : start + HASHES])}}
        found = store["subscriptions"].find(some, limit=MOST, fields=("state",))
        new = [one["_id"] for one in found if one["_id"] not in seen]
        seen.update(new)
        yield from new


def _noted(office: Office, id_: str, event: Event) -> None:
    told = [{"key": one["key"], "fields": one["fields_"]} for one in event.data["changes"]]
    found = office.store["subscriptions"].get(id_)
    if found is None or found["state"] != "active" or _knows(found, event):
        return
    hits = rules.hits(found, told)
    if hits:
        after, notices = _after(office, found, hits, event)
        office.store["subscriptions"].save(found, after, notices, received=event)


def _knows(subscription: Document, event: Event) -> bool:
    return subscription.has_received(event.id) or rules.knows(subscription, event.id)


def _after(
    office: Office, found: Document, hits: Sequence[rules.Hit], event: Event
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The subscription afterwards, and what its consumer is told."""
    entry = _entry(office, found, hits, event)
    if error := refusal(office, found):
        _refused(office, entry, error)
        return rules.ended(found, "exchange", error.type, office.now()), []
    error = _absent(office, found)
    if error is not None:
        _refused(office, entry, error)
    else:
        error = _over_quota(office, found, entry)
    if error is not None:
        return rules.withheld(found), []
    after = rules.noted(found, hits, event.id, event.time)
    return after, list(_notices(after, len(hits), office.now()))


def _entry(
    office: Office, found: Document, hits: Sequence[rules.Hit], event: Event
) -> dict[str, Any]:
    return {
        **entry_of(office, found, "notice"),
        "id": derived_id("exchange", "notice", found["_id"], event.id),
        "subjects": sorted({subject for hit in hits for subject in found["about"][hit.place]}),
        "fields": sorted({name for hit in hits for name in hit.fields}),
        "count": len(hits),
    }


def _refused(office: Office, entry: Json, error: ServiceError) -> None:
    if not located(office.store, entry["id"]):
        refuse(office, entry, error)


def _absent(office: Office, found: Document) -> ServiceError | None:
    """Why the consumer may not be told now, though it may again."""
    member = found["consumer"].rpartition("/")[0]
    nodes: Mapping[str, Any] = office.reading.nodes({member, found["provider"]})
    if any(nodes[id_]["state"] != "connected" for id_ in (member, found["provider"])):
        return reading.not_connected()
    try:
        resource = office.reading.resource(found["resource"])
    except NotFound as error:
        return error
    listed = version_of(resource, found["resource_version"])
    return reading.resource_unknown() if listed is None else None


def _over_quota(office: Office, found: Document, entry: dict[str, Any]) -> ServiceError | None:
    """Put the notice on record, unless it is there; the log's word where it is beyond the quota."""
    granted = office.reading.grant(found["grant"])
    before = {each.record["outcome"] for each in located(office.store, entry["id"])}
    if "noticed" in before:
        return None
    try:
        office.log.append({**entry, "outcome": "noticed", "quota": granted["quota"]})
    except Conflict as error:
        return None if error.type == "replayed" else error
    return None


def _notices(after: Json, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(after["number"] - count + 1, after["number"] + 1):
        yield events.change_noticed(after, number, now)


def over(office: Office, grant: str) -> None:
    """End every subscription under a grant that was revoked."""
    for one in office.store["subscriptions"].find({"grant": grant}, limit=MOST, fields=("state",)):
        if one["state"] == "active":
            end(office, one["_id"], "exchange", "grant-revoked", {})
