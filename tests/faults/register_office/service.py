"""A department that provides one resource, from its own store."""

from __future__ import annotations

from shared.access import PUBLIC
from shared.entrypoints import Call, Store, http
from shared.exchange.changes import Changed, record_changed
from shared.exchange.node import NODE
from shared.exchange.provider import Provider
from shared.schema import Integer, Schema, String
from tests.faults.register_office.resources import RESIDENTS


class Count(Schema):
    residents = Integer(required=True)


class Move(Schema):
    identity = String(required=True)
    address = String(required=True)


class Service(Provider):
    name = "register"
    title = "Register office: provides"
    department = "public-security"
    resources = (RESIDENTS,)
    store = Store({**NODE, "residents": []})

    @http("GET", "/count", who=PUBLIC, reply=Count, summary="How many residents there are")
    def count(self, call: Call) -> dict[str, int]:
        return {"residents": self.store["residents"].count({})}

    @http("POST", "/moves", who=PUBLIC, body=Move, reply=Count, summary="Somebody moves")
    def move(self, call: Call) -> dict[str, int]:
        number, address = call.body["identity"], call.body["address"]
        before = self.store["residents"].require(number)
        after = {**before, "address": address}
        changed = [Changed({"identity": number}, {"address"})]
        sequence = before["version"] + 1
        told = record_changed(self.name, RESIDENTS, changed, number, sequence, self.vault, call.now)
        self.store["residents"].save(before, after, told)
        return {"residents": 1}
