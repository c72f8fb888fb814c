"""The wire of existing systems: the X-Road message protocol for REST (PR-REST, PR-MREST).

Guarantees: a system gets by this wire what a service gets by RPC, from the same use cases: same
checks, same evidence. Does not: carry other services than resources.
"""

from __future__ import annotations

from typing import Any

from eventlet.greenpool import GreenPool

from services.exchange.domain import openapi
from services.exchange.domain.xroad import Service
from services.exchange.usecases import batching, listing_services, probing, using, wiring
from services.exchange.usecases.office import Token
from services.exchange.usecases.wiring import Message
from services.exchange.using import NDJSON, alive
from services.exchange.xroad_route import SUBSYSTEM, xroad
from services.exchange.xroad_schemas import (
    Answered,
    Asked,
    BatchQuery,
    Claimed,
    ClientList,
    KeyQuery,
    KeySet,
    MethodList,
    OpenApi,
    ServiceCode,
    UseHeaders,
    Verified,
)
from shared.access import PUBLIC, service
from shared.clock import local_day
from shared.entrypoints import Call, Reply, every, http
from shared.store import Collections

COLLECTIONS: Collections = {}

SYSTEM = service("exchange.consume", "exchange.provide")
MINUTES = 300
PROBES = 16
"""Systems that are asked at once whether they are there."""
QUERY_LIMIT, BATCH_LIMIT = 64 * 2**10, 4 * 2**20
"""Bytes of a body."""
USE: dict[str, Any] = {"who": service("exchange.consume"), "headers": UseHeaders}
POSTED: dict[str, Any] = {**USE, "raw": True, "limit": QUERY_LIMIT}
KEY = {"identity_number": "430104199001010019", "profession": "doctor"}
ASKED = {"key": KEY, "fields": ["certificate", "status"]}
CLAIMED = {"key": KEY, "claims": {"level": "doctor", "status": "valid"}}
RESOURCE = f"{SUBSYSTEM}/<resource>"


class XRoad:
    """Entrypoints; see the module. A path names instance, member, subsystem and resource."""

    store: Any
    clock: Any
    pulse: Any
    adapters: Any
    key: Any
    office: Any

    @xroad("GET", RESOURCE, **USE, query=KeyQuery, reply=Answered,
           summary="X-Road: a record by its key, in the query string")  # fmt: skip
    def xroad_get(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str,
        resource: str,
    ) -> dict[str, Any]:  # fmt: skip
        named = Service(instance, f"{member_class}/{member}", subsystem, resource)
        asked = wiring.message(self.office, call, named, wiring.names_in(call.query))
        key = wiring.key_in(call.query, asked.resource)
        return self._use(call, asked, asked.query(key), without="holds")

    @xroad("POST", RESOURCE, **POSTED, body=Asked, reply=Answered, example=ASKED,
           summary="X-Road: a record by its key, in the body")  # fmt: skip
    def xroad_post(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str,
        resource: str,
    ) -> dict[str, Any]:  # fmt: skip
        named = Service(instance, f"{member_class}/{member}", subsystem, resource)
        asked = wiring.message(self.office, call, named, call.body.get("fields_"))
        return self._use(call, asked, asked.query(call.body["key"]), without="holds")

    @xroad("POST", f"{RESOURCE}/verification", **POSTED, body=Claimed, reply=Verified,
           example=CLAIMED, summary="X-Road: whether claims hold, without the data")  # fmt: skip
    def xroad_verify(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str,
        resource: str,
    ) -> dict[str, Any]:  # fmt: skip
        named = Service(instance, f"{member_class}/{member}", subsystem, resource)
        asked = wiring.message(self.office, call, named, sorted(call.body["claims"]))
        request = asked.verification(call.body["key"], call.body["claims"])
        return self._use(call, asked, request, without="data")

    @xroad("POST", f"{RESOURCE}/batch", **USE, raw=True, limit=BATCH_LIMIT, query=BatchQuery,
           produces=NDJSON, summary="X-Road: many records, a key a line (NDJSON)")  # fmt: skip
    def xroad_batch(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str,
        resource: str,
    ) -> Reply:  # fmt: skip
        named = Service(instance, f"{member_class}/{member}", subsystem, resource)
        asked = wiring.message(self.office, call, named, wiring.names_in(call.query))
        whole = asked.batch(wiring.lines(call.content), call.query["first"])
        lines = batching.begun(self.office, whole, _token(call), asked.base["id"], call.language)
        return Reply(stream=alive(lines), media_type=NDJSON)

    @http("GET", "/.well-known/jwks.json", who=PUBLIC, reply=KeySet, cache=MINUTES,
          summary="The keys that the exchange signs orders with")  # fmt: skip
    def published_keys(self, call: Call) -> dict[str, Any]:
        return dict(self.key.jwks)

    @every(seconds=30)
    def feel_pulses(self) -> None:
        """Existing systems say nothing by themselves."""
        nodes = probing.silent(self.store, self.clock())
        answers = GreenPool(PROBES).imap(self.adapters["http"].is_alive, nodes)
        for node, is_alive in zip(nodes, answers, strict=True):
            if is_alive:
                self.pulse.alive(node["_id"], self.clock())

    @xroad("GET", "/listClients", who=SYSTEM, headers=None, reply=ClientList,
           summary="X-Road: the members and their subsystems")  # fmt: skip
    def list_clients(self, call: Call) -> dict[str, Any]:
        return listing_services.clients(self.store)

    @xroad("GET", f"{SUBSYSTEM}/listMethods", who=SYSTEM, reply=MethodList,
           summary="X-Road: the services of a subsystem")  # fmt: skip
    def list_methods(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str
    ) -> dict[str, Any]:
        wiring.client(call.signed_in, call.stated["client"])
        named = Service(instance, f"{member_class}/{member}", subsystem, "listMethods")
        return listing_services.methods(self.store, named)

    @xroad("GET", f"{SUBSYSTEM}/allowedMethods", who=SYSTEM, reply=MethodList,
           summary="X-Road: those that the client may use")  # fmt: skip
    def allowed_methods(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str
    ) -> dict[str, Any]:
        client = wiring.client(call.signed_in, call.stated["client"])
        named = Service(instance, f"{member_class}/{member}", subsystem, "allowedMethods")
        return listing_services.allowed(self.store, named, client, local_day(call.now))

    @xroad("GET", f"{SUBSYSTEM}/getOpenAPI", who=SYSTEM, query=ServiceCode, reply=OpenApi,
           summary="X-Road: the OpenAPI document of a service")  # fmt: skip
    def get_openapi(
        self, call: Call, instance: str, member_class: str, member: str, subsystem: str
    ) -> dict[str, Any]:
        wiring.client(call.signed_in, call.stated["client"])
        code = call.query["service_code"]
        named = Service(instance, f"{member_class}/{member}", subsystem, code)
        return openapi.document(wiring.held(self.office.reading, named), named, call.base_url)

    def _use(
        self, call: Call, asked: Message, request: dict[str, Any], without: str
    ) -> dict[str, Any]:
        found = using.use(asked.office, request, _token(call), asked.headers)
        return {name: value for name, value in found.items() if name != without}


def _token(call: Call) -> Token:
    return Token(call.signed_in.subject, call.signed_in.token_id)
