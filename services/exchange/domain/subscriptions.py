"""A subscription: which records a consumer follows, and what it was told of them (pure).

    subscription  {_id, digest, consumer, open_of, resource, resource_version, provider, grant,
                   purpose, case, item, fields, count, number, floor, changes [Change], state,
                   ended {at, by, reason}, opened_at, receipt}
    Followed      {_id "<subscription>/<place>", subscription, place, key (hash), about [subject],
                   sealed}
    Change        {number, place, fields, at, event}
    A followed record is a document of its own, which never changes: it is found by its key's hash,
    and what is told of it is written to the subscription alone. place: of its key among those of
    the subscription; sealed: the key. open_of: its consumer, while it is active.
    number: of the last change; floor: up to which changes are not kept. Between them all are.

Guarantees: a consumer that reads on from the number it has read sees each change once and in order,
or is told that there is a gap (`gone`), never less. Does not: carry what a record says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.errors import FieldError, Gone, Invalid
from shared.text import Text

Subscription = Mapping[str, Any]

STATES = ("active", "ended")
KEPT = 500
"""Changes that can be read."""
MOST_OPEN = 1_000
"""Subscriptions that one consumer has at a time."""


class Hit(NamedTuple):
    """A followed record that has changed: its key's place, which of the followed fields, and whom
    it is about."""

    place: int
    fields: list[str]
    about: Sequence[str] = ()


class Feed(NamedTuple):
    """changes: in order. next: by which to read on. more: whether there are more now."""

    changes: list[dict[str, Any]]
    next: int
    more: bool


def opened(id_: str, request: Mapping[str, Any], now: datetime, **more: Any) -> dict[str, Any]:
    """A new subscription, as `request` asks for it. more: what it keeps besides."""
    same = ("consumer", "resource", "grant", "purpose", "case", "item")
    return {
        "_id": id_,
        **{name: request[name] for name in same},
        "fields": list(request["fields"]),
        "open_of": request["consumer"],
        "count": len(request["keys"]),
        "number": 0,
        "floor": 0,
        "changes": [],
        "state": "active",
        "ended": None,
        "opened_at": now,
        **more,
    }


def followed_id(id_: str, place: int) -> str:
    """The `_id` of the record in that place of the subscription `id_`."""
    return f"{id_}/{place}"


def hits(
    subscription: Subscription,
    followed: Sequence[Mapping[str, Any]],
    changes: Sequence[Mapping[str, Any]],
) -> list[Hit]:
    """What of `changes` [{key, fields}] in the records `followed` the subscription is told."""
    changed: dict[str, set[str]] = {}
    for change in changes:
        new = set(change["fields"]).intersection(subscription["fields"])
        changed.setdefault(change["key"], set()).update(new)
    return [
        Hit(one["place"], sorted(changed[one["key"]]), one["about"])
        for one in sorted(followed, key=lambda each: int(each["place"]))
        if changed.get(one["key"])
    ]


def knows(subscription: Subscription, event: str) -> bool:
    """Whether the subscription was told of this event, as far back as it remembers."""
    return any(change["event"] == event for change in subscription["changes"])


def noted(
    subscription: Subscription, found: Sequence[Hit], event: str, at: datetime
) -> dict[str, Any]:
    """The subscription with these changes, numbered on."""
    first = subscription["number"] + 1
    new = [
        {"number": number, "place": hit.place, "fields": hit.fields, "at": at, "event": event}
        for number, hit in enumerate(found, first)
    ]
    every = [*subscription["changes"], *new]
    dropped, kept = every[:-KEPT], every[-KEPT:]
    return {
        **subscription,
        "number": subscription["number"] + len(new),
        "floor": dropped[-1]["number"] if dropped else subscription["floor"],
        "changes": kept,
    }


def withheld(subscription: Subscription) -> dict[str, Any]:
    """The subscription after something that its consumer may not be told now: a gap, which shows
    when it reads again."""
    number = subscription["number"] + 1
    return {**subscription, "number": number, "floor": number, "changes": []}


def ended(subscription: Subscription, by: str, reason: str, now: datetime) -> dict[str, Any]:
    """The subscription that is told nothing any more. by: a consumer, or "exchange"; reason:
    "asked", or the type of the refusal that ended it."""
    kept = {name: value for name, value in subscription.items() if name != "open_of"}
    end = {"at": now, "by": by, "reason": reason}
    return {**kept, "state": "ended", "ended": end, "changes": []}


def feed(subscription: Subscription, after: int, limit: int) -> Feed:
    """At most `limit` changes after the number `after`; `Gone` where some of them are not kept."""
    number = subscription["number"]
    if after > number:
        told = Text(f"最新编号为 {number}", f"The newest number is {number}")
        raise Invalid(errors=[FieldError("/after", told, "cursor")])
    if after < subscription["floor"]:
        raise gone(number)
    changes = [change for change in subscription["changes"] if change["number"] > after][:limit]
    last = changes[-1]["number"] if changes else after
    return Feed(changes, last, last < number)


def gone(number: int) -> Gone:
    """Changes are not kept so far back."""
    told = Text(
        f"所需的变更已不再保存：请重新查询全部键，然后从编号 {number} 之后继续",
        f"These changes are kept no longer: query all keys again, then go on after {number}",
    )
    return Gone(told, type="changes-gone", next=number)


def over(subscription: Subscription) -> Gone:
    """The subscription has ended."""
    reason = subscription["ended"]["reason"]
    told = Text(f"该订阅已结束（{reason}）", f"The subscription has ended ({reason})")
    return Gone(told, type="subscription-ended", reason=reason)
