"""A department that asks for what it is told to, and says what it got."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.access import PUBLIC
from shared.entrypoints import Call, Store, http
from shared.errors import ServiceError
from shared.exchange.answers import Change, Found
from shared.exchange.consumer import GRANTS
from shared.exchange.follower import FOLLOWED, Follower
from shared.schema import Integer, Schema, String, fields

PURPOSE, ITEM = "enrolment", "school-enrolment"


class Question(Schema):
    """id: of the request; the same when it is asked again."""

    id = String(required=True)
    identity = String(required=True)


class Told(Schema):
    data = fields.Dict(required=True, allow_none=True)
    receipt = fields.Dict(required=True)


class Questions(Schema):
    id = String(required=True)
    identities = fields.List(String(), required=True)
    first = Integer(load_default=0)


class Answers(Schema):
    """One answer a key, the receipts of the chunks they came in, and why it ended before the last
    key, where it did: the type of an error."""

    names = fields.List(String(allow_none=True), required=True)
    receipts = fields.List(fields.Dict(), required=True)
    ended = fields.String(required=True, allow_none=True)


class Message(Schema):
    """What is sent to the exchange as it stands."""

    request = fields.Dict(required=True)
    signature = fields.String(required=True)


class Sent(Schema):
    reply = fields.Dict(required=True)


class Followed(Schema):
    id = fields.String(required=True)


class Seen(Schema):
    """numbers: of the changes that were handed over, in their order; identities: whose."""

    numbers = fields.List(Integer(), required=True)
    identities = fields.List(String(), required=True)


class Service(Follower):
    name = "reader"
    title = "Reader: uses what others hold"
    department = "education"
    store = Store({**GRANTS, **FOLLOWED, "seen": []})

    def record_changed(self, subscription: str, change: Change) -> None:
        kept = self.store["seen"].ensure({"_id": subscription, "numbers": [], "identities": []})
        numbers = [*kept["numbers"], change.number]
        identities = [*kept["identities"], change.key["identity"]]
        after = {**kept, "numbers": numbers, "identities": identities}
        self.store["seen"].save(kept, after)

    def changes_lost(self, subscription: str) -> None:
        raise AssertionError(f"a gap in {subscription}")

    def following_ended(self, subscription: str, reason: str) -> None:
        raise AssertionError(f"{subscription} has ended: {reason}")

    @http("POST", "/subscriptions", who=PUBLIC, body=Questions, reply=Followed, summary="Follow")
    def follow(self, call: Call) -> dict[str, Any]:
        keys = [{"identity": number} for number in call.body["identities"]]
        asked = {"purpose": PURPOSE, "case": "reader/1", "item": ITEM, "fields": ("address",)}
        return {"id": self.exchange.subscribe("residents", keys, id=call.body["id"], **asked).id}

    @http("GET", "/seen/<id_>", who=PUBLIC, reply=Seen, summary="What the service was told")
    def seen(self, call: Call, id_: str) -> dict[str, Any]:
        kept = self.store["seen"].get(id_) or {"numbers": [], "identities": []}
        return {name: kept[name] for name in ("numbers", "identities")}

    @http("POST", "/questions", who=PUBLIC, body=Question, reply=Told, summary="Ask for one")
    def ask(self, call: Call) -> dict[str, Any]:
        found = self.exchange.query(
            "residents",
            {"identity": call.body["identity"]},
            fields=("name", "address"),
            purpose=PURPOSE,
            case="reader/1",
            item=ITEM,
            id=call.body["id"],
        )
        return {"data": found.data, "receipt": found.receipt.told()}

    @http("POST", "/messages", who=PUBLIC, body=Message, reply=Sent, summary="Send a message")
    def send(self, call: Call) -> dict[str, Any]:
        return {"reply": self.exchange_service.use(timeout=5, **call.body)}

    @http("POST", "/batches", who=PUBLIC, body=Questions, reply=Answers, summary="Ask for many")
    def ask_many(self, call: Call) -> dict[str, Any]:
        names: list[str | None] = []
        receipts: dict[str, Any] = {}
        ended = None
        try:
            for one in self._asked(call.body):
                names.append(one.data["name"] if one.data else None)
                receipts[one.receipt.request] = one.receipt.told()
        except ServiceError as error:
            ended = error.type
        return {"names": names, "receipts": list(receipts.values()), "ended": ended}

    def _asked(self, body: dict[str, Any]) -> Iterator[Found]:
        keys = [{"identity": number} for number in body["identities"]]
        asked = {"purpose": PURPOSE, "case": "reader/1", "item": ITEM, "fields": ("name",)}
        found: Iterator[Found] = self.exchange.batch(
            "residents", keys, id=body["id"], first=body["first"], **asked
        )
        return found
