"""What changed at a provider is noted in the subscriptions that follow it, and told.

Guarantees: nobody is told without a record in the log of who was told about whom, within the
grant's quota; a subscription notes a change once, however often it is heard, as far back as it
keeps changes (each names its event), and has one record of it for good (its id follows from the
change); one whose grant is revoked or expired is ended; one whose consumer, provider or resource
takes no part at the moment, or whose quota is used up, gets a gap that its consumer sees.
Does not: say what a record holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from services.exchange import events
from services.exchange.domain import log, lookups
from services.exchange.domain import subscriptions as rules
from services.exchange.domain.resources import version_of
from services.exchange.usecases import reading
from services.exchange.usecases.feeding import end, entry_of, forget, refusal
from services.exchange.usecases.office import Json, Office
from services.exchange.usecases.refusing import refuse
from shared.documents import Document, Storage
from shared.errors import Conflict, Forbidden, NotFound, ServiceError
from shared.events import Event, derived_id
from shared.races import until_fresh
from shared.text import Text

TOLD_HERE = "/exchange"
"""Source of what systems have told over HTTP."""
AT_ONCE = 32
"""Values of one read: the embedded database takes time by their square."""
MOST = 10_000
"""Followed ones of a read's records, and pages with their records."""

OVER = {"revoked": "grant-revoked", "expired": "grant-expired"}

Due = list[tuple[Event, list[Document]]]
"""Events, each with the followed ones of its records."""


class SideBySide(Protocol):
    """As `map`, but several at once."""

    def __call__(self, work: Callable[[Any], Any], things: Iterable[Any], /) -> Iterable[Any]: ...


def heard(office: Office, events_: Sequence[Event], side_by_side: SideBySide = map) -> None:
    """Note the changes that providers tell: one save for each subscription that follows any."""
    due: dict[str, Due] = {}
    believed = _believed(office.store, events_)
    followed = _followed(office.store, believed)
    for event in believed:
        own: dict[str, list[Document]] = {}
        for key in {one["key"] for one in event.data["changes"]}:
            for record in followed.get(key, ()):
                own.setdefault(record["subscription"], []).append(record)
        for id_, records in own.items():
            due.setdefault(id_, []).append((event, records))

    def work(id_: str) -> None:
        until_fresh(lambda: _noted(office, id_, due[id_], side_by_side))

    for _ in side_by_side(work, due):
        pass


def _believed(store: Storage, events_: Sequence[Event]) -> list[Event]:
    """Each event once, of resources that are listed: nobody follows others. `Forbidden` where a
    service speaks of another's."""
    listed = store["resources"].get_many({event.data["resource"] for event in events_})
    found = [one for one in {e.id: e for e in events_}.values() if one.data["resource"] in listed]
    for event in found:
        own = f"/{listed[event.data['resource']]['subsystem']}"
        if event.source not in (TOLD_HERE, own):
            raise Forbidden(Text("只能通报自己的资源", "A service tells of its own resources only"))
    return found


def _followed(store: Storage, events_: Sequence[Event]) -> dict[str, list[Document]]:
    """The followed ones of these records, by their hashes."""
    hashes = sorted({one["key"] for event in events_ for one in event.data["changes"]})
    found: dict[str, list[Document]] = {}
    for start in range(0, len(hashes), AT_ONCE):
        some = {"key": {"$in": hashes[start : start + AT_ONCE]}}
        for one in store["followed"].find(some, limit=MOST):
            found.setdefault(one["key"], []).append(one)
    return found


def _noted(office: Office, id_: str, due: Due, side_by_side: SideBySide) -> None:
    found = office.store["subscriptions"].get(id_)
    if found is None or found["state"] != "active":
        return
    new = [
        (_entry(office, found, hits, event), hits, event)
        for event, records in due
        if not rules.knows(found, event.id) and (hits := _hits(found, records, event))
    ]
    if not new:
        return
    after = _after(office, found, new, side_by_side)
    office.store["subscriptions"].save(found, after, _told(office, found, after))
    if after["state"] == "ended":
        forget(office, found)


def _told(office: Office, found: Document, after: Json) -> list[dict[str, Any]]:
    """What the consumer hears of it: that there is something to read, or that it is over."""
    if after["state"] == "ended":
        return [events.subscription_ended(after)]
    told = after["number"] > found["number"] and after["changes"]
    return [events.change_noticed(after, office.now())] if told else []


def _hits(found: Document, records: Sequence[Document], event: Event) -> list[rules.Hit]:
    told = [{"key": one["key"], "fields": one["fields_"]} for one in event.data["changes"]]
    return rules.hits(found, records, told)


New = tuple[dict[str, Any], list[rules.Hit], Event]
"""What is to be noted: its entry for the log, which records, and by which event."""


def _after(
    office: Office, found: Document, new: Sequence[New], side_by_side: SideBySide
) -> dict[str, Any]:
    """The subscription afterwards, once all that is told of it is on record."""
    entries = [entry for entry, _, _ in new]
    before = _recorded(office.store, [entry["id"] for entry in entries])
    over = refusal(office, found)
    if error := over or _absent(office, found):
        for entry in entries:
            if entry["id"] not in before:
                refuse(office, entry, error)
        if over:
            return rules.ended(found, "exchange", over.type, office.now())
        return rules.withheld(found)
    quota = (office.reading.grant(found["grant"]) or {}).get("quota")
    due = [entry for entry in entries if "noticed" not in before.get(entry["id"], ())]
    refused = set(side_by_side(lambda entry: _over_quota(office, entry, quota), due))
    after: dict[str, Any] = found
    for entry, hits, event in new:
        if entry["id"] in refused:
            after = rules.withheld(after)
        else:
            after = rules.noted(after, hits, event.id, event.time)
    return after


def _entry(
    office: Office, found: Document, hits: Sequence[rules.Hit], event: Event
) -> dict[str, Any]:
    return {
        **entry_of(office, found, "notice"),
        "id": derived_id("exchange", "notice", found["_id"], event.id),
        "subjects": sorted({subject for hit in hits for subject in hit.about}),
        "fields": sorted({name for hit in hits for name in hit.fields}),
        "count": len(hits),
    }


def _recorded(store: Storage, ids: Sequence[str]) -> dict[str, set[str]]:
    """Outcomes that are on record already, by the notice's id."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        wanted = {"lookups": {"$in": [lookups.of_request(id_) for id_ in some]}}
        for page in store["pages"].find(wanted, limit=MOST):
            for record in log.records(page):
                if record["id"] in some:
                    found.setdefault(record["id"], set()).add(record["outcome"])
    return found


def _over_quota(office: Office, entry: Json, quota: Json | None) -> str | None:
    """Put the notice on record; its id where the log's word is that it is beyond the quota."""
    try:
        office.log.append({**entry, "outcome": "noticed", "quota": quota})
    except Conflict as error:
        return None if error.type == "replayed" else str(entry["id"])
    return None


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


def over(office: Office, grant: str) -> None:
    """End every subscription under a grant that was revoked or has expired."""
    found = office.store["grants"].require(grant)
    reason = OVER[found["state"]]
    for one in office.store["subscriptions"].find({"grant": grant}, limit=MOST, fields=("state",)):
        if one["state"] == "active":
            end(office, one["_id"], "exchange", reason, {})
