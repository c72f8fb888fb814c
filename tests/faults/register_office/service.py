"""A department that provides one resource, from its own store."""

from __future__ import annotations

from shared.access import PUBLIC
from shared.entrypoints import Call, Store, http
from shared.exchange.node import NODE
from shared.exchange.provider import Provider
from shared.schema import Integer, Schema
from tests.faults.register_office.resources import RESIDENTS


class Count(Schema):
    residents = Integer(required=True)


class Service(Provider):
    name = "register"
    title = "Register office: provides"
    department = "public-security"
    resources = (RESIDENTS,)
    store = Store({**NODE, "residents": []})

    @http("GET", "/count", who=PUBLIC, reply=Count, summary="How many residents there are")
    def count(self, call: Call) -> dict[str, int]:
        return {"residents": self.store["residents"].count({})}
