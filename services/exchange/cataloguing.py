"""The catalogue of resources."""

from __future__ import annotations

from typing import Any

from services.exchange import resource_schemas as schemas
from services.exchange import resource_views as views
from services.exchange.shelving import Shelving
from services.exchange.usecases import reading, resources, searching
from shared.access import OFFICIAL, PUBLIC, official
from shared.documents import Document
from shared.entrypoints import Call, Reply, hears, http
from shared.errors import NotFound
from shared.events import Event
from shared.exchange.events import ResourceFields
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "resources": [],
    "declarations": [Index.on("member")],
    "shelves": [],
}
MINUTE = 60
ADMINISTRATOR, APPROVER = official("administer"), official("approve")
VERSION = "/resources/<code>/versions/<version>"


class Cataloguing:
    """Entrypoints; see the module."""

    store: Any
    clock: Any
    shelves = Shelving()

    @http(
        "GET",
        "/resources",
        who=PUBLIC,
        query=schemas.ResourcesQuery,
        reply=schemas.ResourceSummary,
        cache=MINUTE,
        summary="Find resources by words, provider, item, sharing, openness and update cycle",
    )
    def resources(self, call: Call) -> Reply:
        results = searching.search(self.store, self.shelves, call.query)
        return Reply.page([views.listed(one) for one in results.found], results.next_cursor)

    @http(
        "GET",
        "/resources/<code>",
        who=PUBLIC,
        reply=schemas.ResourceDetail,
        summary="A resource: fields, key, schema, versions, how it is shared and why",
    )
    def resource(self, call: Call, code: str) -> Reply:
        return self._resource(reading.listed(self.store, code))

    @http(
        "PUT",
        VERSION,
        who=ADMINISTRATOR,
        body=schemas.Declaration,
        reply=schemas.ResourceDetail,
        summary="Enter a version of a resource that an existing system provides",
    )
    def declare_resource(self, call: Call, code: str, version: str) -> Reply:
        return self._resource(resources.declare(self.store, call, code, _number(version)))

    @http(
        "POST",
        f"{VERSION}/withdraw",
        who=APPROVER,
        body=schemas.VersionReason,
        reply=schemas.ResourceDetail,
        summary="End a version: it can be used no more (the provider's officials)",
    )
    def withdraw_resource(self, call: Call, code: str, version: str) -> Reply:
        return self._resource(resources.withdraw(self.store, call, code, _number(version)))

    @http(
        "POST",
        f"{VERSION}/restore",
        who=APPROVER,
        body=schemas.VersionReason,
        reply=schemas.ResourceDetail,
        summary="Provide a version again (the provider's officials)",
    )
    def restore_resource(self, call: Call, code: str, version: str) -> Reply:
        return self._resource(resources.restore(self.store, call, code, _number(version)))

    @http(
        "GET",
        "/nodes/<member_class>/<code>/declarations",
        who=OFFICIAL,
        reply=schemas.HeardDeclaration,
        many=True,
        summary="What a node has declared, and what was wrong with it (its officials)",
    )
    def declarations(self, call: Call, member_class: str, code: str) -> Reply:
        found = resources.heard(self.store, call, f"{member_class}/{code}")
        return Reply.page([views.declaration(one) for one in found], None)

    @hears("*.resource.announced.v1", queue="resources", reads=ResourceFields)
    def take_resource(self, event: Event) -> None:
        resources.take_in(self.store, event, self.clock())

    @hears(
        "{service}.resource.published.v1",
        "{service}.resource.withdrawn.v1",
        queue="shelves",
        reads=schemas.ResourceHeard,
    )
    def shelve_resource(self, event: Event) -> None:
        searching.shelve(self.store, event.subject)

    def _resource(self, found: Document) -> Reply:
        return Reply(views.detail(found), version=found["version"])


def _number(text: str) -> int:
    """A version number of a path, or `NotFound`."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text)):
        raise NotFound()
    return int(text)
