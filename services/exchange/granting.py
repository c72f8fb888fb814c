"""Sharing requests and the grants that answer them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from services.exchange import grant_schemas as schemas
from services.exchange import grant_views as views
from services.exchange import items
from services.exchange.usecases import grants, requests, withholding
from shared.access import OFFICIAL, official
from shared.case import TABLE
from shared.clock import local_day
from shared.documents import Document
from shared.entrypoints import Call, Remote, Reply, every, hears, http
from shared.events import Event
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "cases": [
        Index.on("desk", sparse=True),
        Index.on("consumer_member"),
        Index.on("provider"),
    ],
    "grants": [Index.on("consumer_member"), Index.on("provider"), Index.on("ends", sparse=True)],
}
REQUESTER = official("accept", "review", "approve")
REQUEST = "/requests/<request_id>"
EXAMPLE = {
    "consumer": "GOV/education/education",
    "resource": "household-membership",
    "fields": ["address"],
    "kinds": ["query"],
    "purposes": ["enrolment"],
    "items": ["education-enrolment"],
    "volume": {"amount": 10_000, "period": "day"},
    "until_day": "2028-12-31",
    "explanation": "核验适龄儿童的户籍与监护关系",
    "legal_basis": "《义务教育法》第十二条",
}


class Granting:
    """Entrypoints; see the module."""

    store: Any
    clock: Any
    catalogue = Remote("catalogue")

    @http(
        "POST",
        "/requests",
        who=REQUESTER,
        body=schemas.RequestBody,
        reply=schemas.RequestDetail,
        creates=True,
        example=EXAMPLE,
        summary="Ask for a resource, for a consumer of one's own department or government",
    )
    def ask(self, call: Call) -> Reply:
        made = requests.submit(self.store, call, self._unknown)
        location = f"/exchange/requests/{made['_id']}"
        body = views.detail(made, local_day(call.now))
        return Reply(body, version=made["version"], location=location)

    @http(
        "GET",
        "/requests",
        who=OFFICIAL,
        query=schemas.RequestsQuery,
        reply=schemas.RequestSummary,
        summary="Sharing requests of one's department or government, on one side or on the desk",
    )
    def requests(self, call: Call) -> Reply:
        page = requests.listed(self.store, call)
        return Reply.page([views.summary(one) for one in page.items], page.next_cursor)

    @http(
        "GET",
        REQUEST,
        who=OFFICIAL,
        reply=schemas.RequestDetail,
        summary="A sharing request with its moves and explained deadlines",
    )
    def request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.seen(self.store, call, request_id))

    @http(
        "GET",
        "/cases/<request_id>",
        who=OFFICIAL,
        reply=schemas.RequestDetail,
        summary="The same, at the address that notices of cases name",
    )
    def case(self, call: Call, request_id: str) -> Reply:
        return self.request(call, request_id)

    @http(
        "POST",
        f"{REQUEST}/resubmit",
        who=REQUESTER,
        body=schemas.AskedBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="Ask again, corrected, after a return (the consumer)",
    )
    def ask_again(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.resubmit(self.store, call, request_id, self._unknown))

    @http(
        "POST",
        f"{REQUEST}/withdraw",
        who=REQUESTER,
        body=schemas.WithdrawBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="Take a sharing request back (the consumer)",
    )
    def withdraw_request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.withdraw(self.store, call, request_id))

    @http(
        "POST",
        f"{REQUEST}/accept",
        who=official(*TABLE["accept"].powers),
        body=schemas.OpinionBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="The request is complete: its decision is due in five working days (the provider)",
    )
    def accept_request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.accept(self.store, call, request_id))

    @http(
        "POST",
        f"{REQUEST}/return",
        who=official(*TABLE["return"].powers),
        body=schemas.ReturnBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="Return for correction, everything that is missing told once (the provider)",
    )
    def return_request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.answer(self.store, call, request_id, "return"))

    @http(
        "POST",
        f"{REQUEST}/decline",
        who=official(*TABLE["decline"].powers),
        body=schemas.ReasonsBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="Decline what is no request to this provider, with reasons",
    )
    def decline_request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.answer(self.store, call, request_id, "decline"))

    @http(
        "POST",
        f"{REQUEST}/approve",
        who=official(*TABLE["approve"].powers),
        body=schemas.ApprovalBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="Grant what was asked, or less of it (the provider)",
    )
    def approve_request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.approve(self.store, call, request_id, self._unknown))

    @http(
        "POST",
        f"{REQUEST}/refuse",
        who=official(*TABLE["refuse"].powers),
        body=schemas.ReasonsBody,
        reply=schemas.RequestDetail,
        moves=True,
        summary="Refuse, with reasons (the provider)",
    )
    def refuse_request(self, call: Call, request_id: str) -> Reply:
        return self._request(call, requests.answer(self.store, call, request_id, "refuse"))

    @http(
        "GET",
        "/grants",
        who=OFFICIAL,
        query=schemas.GrantsQuery,
        reply=schemas.GrantDetail,
        summary="The grants of one's department or government, as consumer or as provider",
    )
    def grants(self, call: Call) -> Reply:
        page, today = grants.listed(self.store, call), local_day(call.now)
        return Reply.page([views.grant(one, today) for one in page.items], page.next_cursor)

    @http(
        "GET",
        "/grants/<grant_id>",
        who=OFFICIAL,
        reply=schemas.GrantDetail,
        summary="A grant: consumer, fields, purposes, items, quota, until when",
    )
    def grant(self, call: Call, grant_id: str) -> Reply:
        return self._grant(call, grants.seen(self.store, call, grant_id))

    @http(
        "POST",
        "/grants/<grant_id>/revoke",
        who=official("approve"),
        body=schemas.RevokeBody,
        reply=schemas.GrantDetail,
        moves=True,
        summary="Revoke a grant, from this moment on, with the reason (the provider)",
    )
    def revoke_grant(self, call: Call, grant_id: str) -> Reply:
        return self._grant(call, grants.revoke(self.store, call, grant_id))

    @hears(
        "{service}.case.approved.v1",
        "{service}.case.refused.v1",
        queue="decisions",
        reads=schemas.Decided,
    )
    def settle_request(self, event: Event) -> None:
        requests.settle(self.store, event.subject, self.clock())

    @hears("{service}.resource.published.v1", queue="withholding", reads=schemas.Declared)
    def withhold_resource(self, event: Event) -> None:
        withholding.withhold(self.store, event.subject, self.clock())

    @every(seconds=60)
    def end_expired_grants(self) -> None:
        grants.end_expired(self.store, self.clock())

    def _unknown(self, codes: Collection[str]) -> Collection[str]:
        return items.unknown(self.catalogue, codes)

    def _request(self, call: Call, found: Document) -> Reply:
        return Reply(views.detail(found, local_day(call.now)), version=found["version"])

    def _grant(self, call: Call, found: Document) -> Reply:
        return Reply(views.grant(found, local_day(call.now)), version=found["version"])
