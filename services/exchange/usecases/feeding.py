"""A consumer reads what has changed in the records it follows, and ends its subscription.

Guarantees: a feed is read by its consumer alone, while its grant is in force, and each change once
and in order or with the gap told; to end is always possible, and on record.
Does not: record each reading of the feed; that a consumer was told of a change has its record when
the change is noted (`noticing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from services.exchange import events
from services.exchange.domain import grants
from services.exchange.domain import subscriptions as rules
from services.exchange.usecases.asking import asker
from services.exchange.usecases.office import Json, Office, Proof
from services.exchange.usecases.refusing import refuse, sketch
from services.exchange.usecases.subscribing import context, shown
from shared.clock import local_day
from shared.documents import Document
from shared.errors import FieldError, Invalid, NotFound, ServiceError
from shared.exchange.messages import digest, instant
from shared.races import until_fresh
from shared.text import Text

Done = TypeVar("Done")
ASKED = "asked"
"""Reason of an end that the consumer wants."""
AT_ONCE = 32
"""Keys removed at once: the embedded database takes time by their square."""
LIMIT, MOST = 100, rules.KEPT
"""Changes of one answer: unless something else is asked for, and at the most."""


def changes(office: Office, given: Any, proof: Proof) -> dict[str, Any]:
    """{subscription, resource, changes [{number, key, fields, at}], next, more}.

    given: {"kind": "changes", "consumer", "subscription", "after", "limit", "at", "salt"}.
    """
    token = asker(office, given, proof, "changes")
    found, page = _on_record(office, given, token, lambda: _page(office, given))
    places = {change["place"] for change in page.changes}
    keys = _keys(office, found["_id"], places)
    if keys.keys() != places:
        raise rules.over(office.store["subscriptions"].require(found["_id"]))
    return {
        "subscription": found["_id"],
        "resource": found["resource"],
        "changes": [_told(change, keys) for change in page.changes],
        "next": page.next,
        "more": page.more,
    }


def _page(office: Office, given: Json) -> tuple[Document, rules.Feed]:
    found = _own(office, given)
    _check_cursor(given)
    _check_open(office, found)
    return found, rules.feed(found, given["after"], given["limit"])


def _on_record(office: Office, given: Json, token: Json, work: Callable[[], Done]) -> Done:
    """What `work` returns; its refusal has a record."""
    try:
        return work()
    except ServiceError as error:
        entry = {**sketch(office, given, office.now()), **token, "kind": given["kind"]}
        refuse(office, entry, error)
        raise


def _keys(office: Office, id_: str, places: Iterable[int]) -> dict[int, Json]:
    """The keys in those places of the subscription; not all where it has just ended."""
    ids = [rules.followed_id(id_, place) for place in places]
    found = office.store["followed"].get_many(ids).values()
    return {
        one["place"]: office.vault.open_json(bytes(one["sealed"]), context(one["_id"]))
        for one in found
    }


def _told(change: Json, keys: Mapping[int, Json]) -> dict[str, Any]:
    named = {"number": change["number"], "key": dict(keys[change["place"]])}
    return {**named, "fields": change["fields"], "at": instant(change["at"])}


def _own(office: Office, given: Json) -> Document:
    id_ = given.get("subscription")
    found = office.store["subscriptions"].get(id_) if isinstance(id_, str) else None
    if found is None or found["consumer"] != given["consumer"]:
        told = Text("没有这项订阅", "There is no such subscription")
        raise NotFound(told, type="subscription-unknown")
    return found


def _check_cursor(given: Json) -> None:
    for name, least, most in (("after", 0, 2**53 - 1), ("limit", 1, MOST)):
        value = given.get(name)
        if type(value) is not int or not least <= value <= most:
            told = Text(f"应为 {least} 至 {most} 的整数", f"A whole number, {least} to {most}")
            raise Invalid(errors=[FieldError(f"/{name}", told, "range")])


def _check_open(office: Office, found: Document) -> None:
    """What was revoked cannot be read, from that moment on."""
    if error := refusal(office, found):
        raise error
    if found["state"] == "ended":
        raise rules.over(found)


def refusal(office: Office, subscription: Json) -> ServiceError | None:
    """Why its grant does not cover the subscription any more."""
    granted = office.reading.grant(subscription["grant"])
    use = {**subscription, "kind": "subscribe", "claims": None}
    return grants.refusal(granted, use, local_day(office.now()))


def read(office: Office, given: Any, proof: Proof) -> dict[str, Any]:
    """`shown`. given: {"kind": "subscription", "consumer", "subscription", "at", "salt"}."""
    token = asker(office, given, proof, "subscription")
    return shown(_on_record(office, given, token, lambda: _own(office, given)))


def unsubscribed(office: Office, given: Any, proof: Proof) -> dict[str, Any]:
    """`shown`, of the subscription that has ended now, or had before.

    given: {"kind": "unsubscribe", "consumer", "subscription", "at", "salt"}.
    """
    token = asker(office, given, proof, "unsubscribe")
    found = _on_record(office, given, token, lambda: _own(office, given))
    return shown(end(office, found["_id"], given["consumer"], ASKED, token))


def end(office: Office, id_: str, by: str, reason: str, proof: Json) -> Document:
    """The subscription, ended and on record; as it is, where it has ended. Its consumer is told
    where it has not `ASKED` for it. proof: what the record keeps of it."""
    recorded: list[Any] = []

    def work() -> Document:
        found = office.store["subscriptions"].require(id_)
        if found["state"] == "ended":
            forget(office, found)
            return found
        if not recorded:
            entry = {**entry_of(office, found, "unsubscribe"), **proof, "outcome": "ended"}
            recorded.append(office.log.append(entry))
        after = rules.ended(found, by, reason, office.now())
        told = [] if reason == ASKED else [events.subscription_ended(after)]
        saved = office.store["subscriptions"].save(found, after, told)
        forget(office, found)
        return saved

    return until_fresh(work)


def forget(office: Office, subscription: Json) -> None:
    """Remove the keys of a subscription that has ended."""
    ids = [rules.followed_id(subscription["_id"], n) for n in range(subscription["count"])]
    for start in range(0, len(ids), AT_ONCE):
        office.store["followed"].remove_many(ids[start : start + AT_ONCE])


def entry_of(office: Office, subscription: Json, kind: str) -> dict[str, Any]:
    """An entry about what was opened before, without its outcome."""
    same = ("consumer", "resource", "provider", "grant", "purpose", "case", "item", "fields")
    salt = office.new_salt()
    return {
        **{name: subscription[name] for name in same},
        "id": office.new_id(),
        "attempt": 1,
        "kind": kind,
        "at": instant(office.now()),
        "version": subscription["resource_version"],
        "subjects": [],
        "count": 0,
        "salt": office.new_salt(),
        "request": digest(salt, {"subscription": subscription["_id"]}),
        "request_salt": salt,
    }
