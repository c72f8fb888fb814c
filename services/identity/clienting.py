"""The part of the service that keeps clients: the systems that sign in by themselves."""

from __future__ import annotations

from typing import Any

from services.identity import client_schemas, schemas, views
from services.identity.usecases import clients
from shared.access import official
from shared.entrypoints import Call, Reply, http

ADMINISTRATOR = official("administer")
EXAMPLE_KEY = {"kty": "OKP", "crv": "Ed25519", "kid": "2026-11",
               "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}  # fmt: skip
"""Of RFC 8037, appendix A.2."""


class Clienting:
    """Clients, and what administrators do with them."""

    store: Any
    tools: Any

    @http(
        "POST",
        "/clients",
        who=ADMINISTRATOR,
        creates=True,
        body=client_schemas.NewClient,
        reply=client_schemas.ClientMade,
        summary="Register a system; its secret, if it gets one, is told this once",
        example={
            "client_id": "yuelu-hospital.his",
            "name": "岳麓区医院信息系统",
            "department": "health",
            "division": "430104",
            "scopes": ["exchange.consume"],
            "contact": "it@hospital.example",
            "keys": {"keys": [EXAMPLE_KEY]},
        },
    )
    def register_client(self, call: Call) -> Reply:
        made = clients.register(self.store, self.tools, call)
        return _made(made, call, location=f"/identity/clients/{made.client['client_id']}")

    @http(
        "GET",
        "/clients",
        who=ADMINISTRATOR,
        query=client_schemas.Clients,
        reply=client_schemas.Client,
        many=True,
        summary="The systems of a division and what lies in it",
    )
    def clients(self, call: Call) -> Reply:
        page = clients.listed(self.store, call)
        return Reply.page([views.client(one, call.now) for one in page.items], page.next_cursor)

    @http(
        "GET",
        "/clients/<client_id>",
        who=ADMINISTRATOR,
        reply=client_schemas.Client,
        summary="A system one administers",
    )
    def client(self, call: Call, client_id: str) -> Reply:
        return _client(clients.one(self.store, call, client_id), call)

    @http(
        "GET",
        "/clients/<client_id>/history",
        who=ADMINISTRATOR,
        reply=schemas.Entry,
        many=True,
        summary="What happened to a system's client, the newest first",
    )
    def client_history(self, call: Call, client_id: str) -> Reply:
        return Reply(views.history(clients.one(self.store, call, client_id)))

    @http(
        "POST",
        "/clients/<client_id>/details",
        who=ADMINISTRATOR,
        moves=True,
        body=client_schemas.ChangedDetails,
        reply=client_schemas.Client,
        summary="Change a system's name, place, scopes or contact",
    )
    def change_client(self, call: Call, client_id: str) -> Reply:
        return _client(clients.change(self.store, call, client_id), call)

    @http(
        "POST",
        "/clients/<client_id>/credentials",
        who=ADMINISTRATOR,
        moves=True,
        body=client_schemas.NewCredentials,
        reply=client_schemas.ClientMade,
        summary="Replace keys and secret; the old ones stay good for the overlap",
    )
    def replace_credentials(self, call: Call, client_id: str) -> Reply:
        made = clients.replace_credentials(self.store, self.tools, call, client_id)
        return _made(made, call)

    @http(
        "POST",
        "/clients/<client_id>/suspension",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Reason,
        reply=client_schemas.Client,
        summary="Suspend a system: no more tokens",
    )
    def suspend_client(self, call: Call, client_id: str) -> Reply:
        return _client(clients.move(self.store, call, client_id, "suspend"), call)

    @http(
        "POST",
        "/clients/<client_id>/reinstatement",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Reason,
        reply=client_schemas.Client,
        summary="Reinstate a suspended system",
    )
    def reinstate_client(self, call: Call, client_id: str) -> Reply:
        return _client(clients.move(self.store, call, client_id, "reinstate"), call)

    @http(
        "POST",
        "/clients/<client_id>/ending",
        who=ADMINISTRATOR,
        moves=True,
        body=schemas.Reason,
        reply=client_schemas.Client,
        summary="End a system's client for good; its credentials are gone",
    )
    def end_client(self, call: Call, client_id: str) -> Reply:
        return _client(clients.move(self.store, call, client_id, "end"), call)


def _client(document: Any, call: Call) -> Reply:
    return Reply(views.client(document, call.now), version=document["version"])


def _made(made: clients.Made, call: Call, location: str | None = None) -> Reply:
    body = {**views.client(made.client, call.now), "client_secret": made.secret}
    return Reply(body, version=made.client["version"], location=location)
