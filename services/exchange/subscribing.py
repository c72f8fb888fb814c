"""Changes of records, told by their providers and noted for those who follow them.

Services open, read and end subscriptions by signed RPC, existing systems over HTTP with X-Road's
headers; both are told by the same use cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from eventlet.greenpool import GreenPool

from services.exchange import subscribing_schemas as schemas
from services.exchange.usecases import feeding, noticing, subscribing, telling, wiring
from services.exchange.usecases.office import Office, Signature, Token
from services.exchange.xroad_route import xroad
from services.exchange.xroad_schemas import UseHeaders
from shared.access import service
from shared.entrypoints import Call, Reply, every, hears, http, rpc
from shared.events import Event
from shared.exchange.events import RecordsChanged
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "subscriptions": [Index.on("open_of", sparse=True), Index.on("grant")],
    "followed": [Index.on("key")],
    "reports": [Index.on("expires")],
}
CONSUMER, PROVIDER = service("exchange.consume"), service("exchange.provide")
AT_ONCE, SIDE_BY_SIDE = 100, 32
"""Events taken in hand together; subscriptions, and records of one, at a time."""
LIMIT = 256 * 2**10
"""Bytes of a body."""
ONE = "/subscriptions/<subscription>"
KEY = {"identity_number": "430104199001010019", "profession": "doctor"}
FOLLOW = {"resource": "professional-qualification", "keys": [KEY], "fields": ["status"]}
CHANGED = {"changes": [{"key": KEY, "fields": ["status"]}]}


class Subscribing:
    """Entrypoints; see the module."""

    office: Office

    @rpc
    def subscribe(self, request: Mapping[str, Any], signature: str) -> dict[str, Any]:
        """The subscription that a signed request opens."""
        return subscribing.opened(self.office, request, Signature(signature))

    @rpc
    def subscription(self, request: Mapping[str, Any], signature: str) -> dict[str, Any]:
        """A subscription of the consumer that signed."""
        return feeding.read(self.office, request, Signature(signature))

    @rpc
    def changes(self, request: Mapping[str, Any], signature: str) -> dict[str, Any]:
        """What has changed after a number, to the consumer that signed."""
        return feeding.changes(self.office, request, Signature(signature))

    @rpc
    def unsubscribe(self, request: Mapping[str, Any], signature: str) -> dict[str, Any]:
        """The subscription, ended."""
        return feeding.unsubscribed(self.office, request, Signature(signature))

    @xroad("POST", "/subscriptions", who=CONSUMER, headers=UseHeaders, raw=True, limit=LIMIT,
           body=schemas.Following, reply=schemas.Subscription, status=HTTPStatus.CREATED,
           example=FOLLOW, summary="Follow records: changes are noted from now on")  # fmt: skip
    def open_subscription(self, call: Call) -> Reply:
        asked = wiring.opening(self.office, call)
        found = subscribing.opened(self.office, asked, _token(call))
        return Reply(found, location=f"/exchange/subscriptions/{found['id']}")

    @xroad("GET", ONE, who=CONSUMER, reply=schemas.Subscription,
           summary="A subscription of the system")  # fmt: skip
    def read_subscription(self, call: Call, subscription: str) -> dict[str, Any]:
        asked = wiring.about(self.office, call, "subscription", subscription)
        return feeding.read(self.office, asked, _token(call))

    @xroad("GET", f"{ONE}/changes", who=CONSUMER, query=schemas.ChangesQuery,
           reply=schemas.Changes, summary="What has changed after a number")  # fmt: skip
    def read_changes(self, call: Call, subscription: str) -> dict[str, Any]:
        asked = wiring.about(self.office, call, "changes", subscription, **call.query)
        return feeding.changes(self.office, asked, _token(call))

    @xroad("DELETE", ONE, who=CONSUMER, reply=schemas.Subscription,
           summary="End a subscription: nothing is noted any more")  # fmt: skip
    def end_subscription(self, call: Call, subscription: str) -> dict[str, Any]:
        asked = wiring.about(self.office, call, "unsubscribe", subscription)
        return feeding.unsubscribed(self.office, asked, _token(call))

    @http(
        "POST",
        "/resources/<code>/changes",
        who=PROVIDER,
        body=schemas.Report,
        reply=schemas.Reported,
        creates=True,
        status=HTTPStatus.ACCEPTED,
        limit=LIMIT,
        summary="Records of a resource of one's own have changed (a provider's system)",
        example=CHANGED,
    )
    def report_changes(self, call: Call, code: str) -> dict[str, Any]:
        found = telling.told(self.office, call, code)
        return {"id": found["_id"], "resource": found["resource"], "changes": found["count"]}

    @hears("*.record.changed.v1", queue="record-changes", reads=RecordsChanged, at_once=AT_ONCE)
    def note_changes(self, events: Sequence[Event]) -> None:
        noticing.heard(self.office, events, _side_by_side)

    @hears(
        "{service}.grant.revoked.v1",
        "{service}.grant.expired.v1",
        queue="revocations",
        reads=schemas.GrantNamed,
    )
    def end_subscriptions(self, event: Event) -> None:
        noticing.over(self.office, event.subject)

    @every(seconds=60)
    def forget_reports(self) -> None:
        telling.sweep(self.office.store, self.office.now())


def _side_by_side(work: Callable[[Any], Any], things: Iterable[Any]) -> Iterable[Any]:
    """As `map`, several at once: what they write to the log then shares its pages."""
    return GreenPool(SIDE_BY_SIDE).imap(work, things)


def _token(call: Call) -> Token:
    return Token(call.signed_in.subject, call.signed_in.token_id)
