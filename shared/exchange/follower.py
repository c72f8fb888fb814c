"""The mixin by which a service learns that records it follows have changed.

    class Service(Follower, Department):
        store = Store({**CASES, **GRANTS, **FOLLOWED, ...})

        def record_changed(self, subscription, change): ...
        def changes_lost(self, subscription): ...      # query all keys of it again
        def following_ended(self, subscription, reason): ...

Guarantees: every change of a subscription is handed over, in order, at least once; where there is a
gap, `changes_lost` is called instead, before what comes after it. A notice that is late or repeated
hands over nothing again; only a process that dies, or another one at the same moment, can hand over
a change twice, so what the handlers do must be repeatable. An end that the service has not asked
for is handed over, too. Does not: open subscriptions (`self.exchange.subscribe`), or ask what has
changed (`self.exchange.query`, with its own grant and evidence).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from shared.documents import Storage
from shared.entrypoints import hears
from shared.errors import Forbidden, Gone
from shared.events import Event
from shared.exchange.answers import Change, Following
from shared.exchange.consumer import Consumer
from shared.exchange.events import EndFields, NoticeFields
from shared.exchange.node import consumer_of
from shared.store import Collections

FOLLOWED: Collections = {"sharing_cursors": []}
"""The collection that a follower owns beside `GRANTS`: how far each subscription is read."""
AT_ONCE, NOTICES = 500, 100
"""Changes read at once, and notices taken in hand together."""

OVER = ("subscription-ended", "grant-revoked", "grant-expired")
"""Refusals after which there is nothing to read any more."""

Changed = Callable[[str, Change], None]
Lost = Callable[[str], None]


class Follower(Consumer):
    """Derive `Service` from it; define its three handlers. See the module."""

    @hears(
        "exchange.change.noticed.v1", queue="sharing-changes", reads=NoticeFields, at_once=NOTICES
    )
    def take_notices(self, events: Sequence[Event]) -> None:
        newest: dict[str, int] = {}
        for event in events:
            if event.data["consumer"] == consumer_of(type(self)):
                newest[event.subject] = max(event.sequence, newest.get(event.subject, 0))
        for subscription, number in newest.items():
            handlers = (self.record_changed, self.changes_lost)
            read_on(self.store, self.exchange, subscription, number, *handlers)

    @hears("exchange.subscription.ended.v1", queue="sharing-ends", reads=EndFields)
    def take_end(self, event: Event) -> None:
        if event.data["consumer"] == consumer_of(type(self)):
            self.following_ended(event.subject, event.data["reason"])
            self.store["sharing_cursors"].remove(event.subject)

    def record_changed(self, subscription: str, change: Change) -> None:
        """A record that is followed has changed."""
        raise NotImplementedError

    def changes_lost(self, subscription: str) -> None:
        """Some changes are not kept any more; nobody knows of which records."""
        raise NotImplementedError

    def following_ended(self, subscription: str, reason: str) -> None:
        """Nothing is told under the subscription any more. reason: the type of a refusal, such as
        grant-revoked."""
        raise NotImplementedError


def read_on(
    store: Storage,
    exchange: Following,
    subscription: str,
    number: int,
    changed: Changed,
    lost: Lost,
) -> None:
    """Hand over what is new in the feed, at the least up to `number`, and keep how far it was."""
    cursors = store["sharing_cursors"]
    kept = cursors.get(subscription) or cursors.ensure({"_id": subscription, "after": 0})
    while kept["after"] < number:
        after: Any = kept["after"]
        try:
            page = exchange.changes(subscription, after=after, limit=AT_ONCE)
        except (Gone, Forbidden) as error:
            if error.type in OVER:
                return
            if error.type != "changes-gone":
                raise
            lost(subscription)
            kept = cursors.save(kept, {**kept, "after": error.extensions["next"]})
            continue
        for change in page.changes:
            changed(subscription, change)
        kept = cursors.save(kept, {**kept, "after": page.next})
