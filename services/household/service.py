"""The register of households (户口) of the public security department."""

from __future__ import annotations

from collections.abc import Callable

from services.household import schemas, views
from services.household.resources import RESOURCES
from services.household.usecases import registering
from shared.access import official
from shared.documents import Document
from shared.entrypoints import Call, Reply, Store, http
from shared.entrypoints.declaring import Method
from shared.exchange.node import NODE
from shared.exchange.provider import Provider
from shared.schema import Schema
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    **NODE,
    "households": [
        Index.on("current", unique=True, sparse=True),
        Index.on("wards_of", sparse=True),
    ],
}
REGISTRAR = official("accept", "review", "approve")


def _moves(move: str, body: type[Schema], summary: str) -> Callable[[Method], Method]:
    return http(
        "POST",
        f"/households/<household_id>/{move}",
        who=REGISTRAR,
        body=body,
        reply=schemas.Household,
        moves=True,
        summary=summary,
    )


class Service(Provider):
    name = "household"
    title = "Register of households"
    department = registering.DEPARTMENT
    resources = RESOURCES

    store = Store(COLLECTIONS)

    @http(
        "POST",
        "/households",
        who=REGISTRAR,
        body=schemas.NewHousehold,
        reply=schemas.Household,
        creates=True,
        summary="Enter a household with its members (public security)",
        example={
            "division": "430104",
            "number": "104000001",
            "kind": "family",
            "address": {"street": "岳麓街道", "community": None, "detail": "麓山南路 932 号"},
            "members": [
                {
                    "identity": "430104199001010019",
                    "name": "张伟",
                    "relation": "head",
                    "from_day": "2015-03-01",
                    "guardians": [],
                }
            ],
        },
    )
    def enter(self, call: Call) -> Reply:
        found = registering.enter(self.store, self.vault, call)
        return _household(found, location=f"/{self.name}/households/{found['_id']}")

    @http(
        "POST",
        "/households/search",
        who=REGISTRAR,
        body=schemas.Search,
        reply=schemas.Household,
        many=True,
        summary="The household of a person, or that with a number",
    )
    def search(self, call: Call) -> Reply:
        found = registering.search(self.store, self.vault, call)
        return Reply.page([views.household(one) for one in found], None)

    @http(
        "GET",
        "/households/<household_id>",
        who=REGISTRAR,
        reply=schemas.Household,
        summary="A household with all its entries, numbers masked",
    )
    def read(self, call: Call, household_id: str) -> Reply:
        return _household(registering.read(self.store, call, household_id))

    @_moves("members", schemas.GivenMember, "Enter a member: a birth, or somebody who moves in")
    def join(self, call: Call, household_id: str) -> Reply:
        return _household(registering.join(self.store, self.vault, call, household_id))

    @_moves("members/<member_id>/departure", schemas.Departure, "A member has moved away or died")
    def depart(self, call: Call, household_id: str, member_id: str) -> Reply:
        return _household(registering.depart(self.store, self.vault, call, household_id, member_id))

    @_moves(
        "members/<member_id>/correction",
        schemas.Correction,
        "Correct the entry of a member, or name the guardians of a minor",
    )
    def correct(self, call: Call, household_id: str, member_id: str) -> Reply:
        found = registering.correct(self.store, self.vault, call, household_id, member_id)
        return _household(found)

    @_moves("address", schemas.AddressChange, "Another address in the same division")
    def move_house(self, call: Call, household_id: str) -> Reply:
        return _household(registering.move_house(self.store, self.vault, call, household_id))

    @_moves("head", schemas.HeadChange, "Another head, and everybody's relation to that head")
    def change_head(self, call: Call, household_id: str) -> Reply:
        return _household(registering.change_head(self.store, self.vault, call, household_id))


def _household(found: Document, location: str | None = None) -> Reply:
    return Reply(views.household(found), version=found["version"], location=location)
