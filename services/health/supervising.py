"""Registrations after their approval: the ground they stand on is followed, and reviewed when it
changes."""

from __future__ import annotations

from typing import Any, ClassVar

from services.health import views
from services.health.schemas import Reviewed, Ruling
from services.health.tools import vault
from services.health.usecases import following, reviewing
from services.health.usecases.following import Watch
from shared.access import SIGNED_IN, official
from shared.documents import Document
from shared.entrypoints import Call, Reply, every, http
from shared.exchange.answers import Change
from shared.exchange.follower import Follower
from shared.schema import Paged

NUMBER = "/practitioners/<number>"


class Supervising(Follower):
    """Mixed into the service; `store` and `clock` are the service's own."""

    store: ClassVar[Any]
    clock: Any

    @http(
        "GET",
        "/reviews",
        who=official("accept", "review", "approve"),
        query=Paged,
        reply=Reviewed,
        summary="Registrations of one's division whose qualification is no longer in force",
    )
    def reviews(self, call: Call) -> Reply:
        page = reviewing.work_list(self.store, call)
        return Reply.page([views.reviewed(one, call.now) for one in page.items], page.next_cursor)

    @http(
        "GET",
        f"{NUMBER}/reviews",
        who=SIGNED_IN,
        reply=Reviewed,
        summary="The reviews of a registration: the holder's own, or of an official's division",
    )
    def read_reviews(self, call: Call, number: str) -> Reply:
        return self._reviewed(call, reviewing.seen(self.store, call.signed_in, number))

    @http(
        "POST",
        f"{NUMBER}/review/closure",
        who=official("approve"),
        body=Ruling,
        reply=Reviewed,
        moves=True,
        summary="End the review of a registration that stands, with reasons",
    )
    def close_review(self, call: Call, number: str) -> Reply:
        return self._reviewed(call, reviewing.keep(self.store, call, number))

    @every(seconds=30, listening=True)
    def follow_qualifications(self) -> None:
        following.follow(self._watch(), self.clock())

    def record_changed(self, subscription: str, change: Change) -> None:
        following.changed(self._watch(), subscription, change, self.clock())

    def changes_lost(self, subscription: str) -> None:
        following.lost(self._watch(), subscription, self.clock())

    def following_ended(self, subscription: str, reason: str) -> None:
        following.ended(self.store, subscription)

    def _watch(self) -> Watch:
        return Watch(self.store, vault(), self.exchange)

    def _reviewed(self, call: Call, found: Document) -> Reply:
        return Reply(views.reviewed(found, call.now), version=found["version"])
