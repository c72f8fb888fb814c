"""Stands for the register of enterprises: tells what it is told, and who a caller's token says."""

from typing import Any

from shared.access import PERSON, PUBLIC
from shared.entrypoints import Call, Remote, Store, http, rpc
from shared.events import event
from shared.schema import Integer, Schema, fields


class Told(Schema):
    code = fields.String()
    kind = fields.String()
    sequence = Integer()
    name = fields.String()
    number = fields.String()


class Service:
    name = "enterprise"
    store = Store({"companies": []})
    identity = Remote("identity")

    @http("POST", "/told", who=PUBLIC, body=Told, summary="Tell the world")
    def tell(self, call: Call) -> dict[str, Any]:
        told = call.body
        companies = self.store["companies"]
        data = {"code": told["code"], "name": "长沙星火科技有限公司"}
        type_ = f"enterprise.company.{told['kind']}.v1"
        events = [event(type_, told["code"], told["sequence"], data, call.now)]
        before = companies.get(told["code"])
        if before is None:
            companies.add({"_id": told["code"], **told}, events)
        else:
            companies.save(before, {**before, **told}, events)
        return {}

    @http("GET", "/caller", who=PERSON, summary="Who the token says one is")
    def who(self, call: Call) -> dict[str, Any]:
        persons = call.signed_in.legal_persons
        return {
            "account": call.signed_in.subject,
            "acts_for": {p.code: sorted(p.scopes) for p in persons},
        }

    @http("GET", "/people/<number>", who=PUBLIC, summary="The account of a person")
    def find(self, call: Call, number: str) -> dict[str, Any]:
        return {"found": self.identity.find_person(number=number)}

    @rpc
    def representative_of(self, code: str) -> dict[str, str]:
        company = self.store["companies"].require(code)
        return {"name": company["name"], "number": company["number"]}
