"""Who acts for a legal person: its representative, and the agents that are appointed."""

from __future__ import annotations

from typing import Any

from services.identity import representation_schemas as schemas
from services.identity import views
from services.identity.usecases import (
    legal_persons,
)
from shared.access import PERSON
from shared.entrypoints import Call, Reply, hears, http
from shared.events import Event


class Representation:
    """Mixed into the service."""

    store: Any
    tools: Any
    clock: Any
    enterprise: Any

    @http(
        "GET",
        "/legal-persons",
        who=PERSON,
        reply=schemas.LegalPerson,
        many=True,
        summary="The legal persons one acts for",
    )
    def legal_persons(self, call: Call) -> dict[str, Any]:
        return {"items": legal_persons.mine(self.store, call)}

    @http(
        "GET",
        "/legal-persons/<code>/agents",
        who=PERSON,
        reply=schemas.Agent,
        many=True,
        summary="All appointments of agents, for the representative",
    )
    def agents(self, call: Call, code: str) -> dict[str, Any]:
        return {"items": [views.agent(a) for a in legal_persons.agents(self.store, call, code)]}

    @http(
        "POST",
        "/legal-persons/<code>/agents",
        who=PERSON,
        creates=True,
        body=schemas.NewAgent,
        reply=schemas.Agent,
        summary="Appoint an agent",
        example={
            "name": "李娜",
            "identity_number": "430104199202020029",
            "scopes": ["apply"],
            "until": "2030-12-31",
        },
    )
    def appoint_agent(self, call: Call, code: str) -> Reply:
        return Reply(views.agent(legal_persons.appoint(self.store, self.tools, call, code)))

    @http(
        "POST",
        "/legal-persons/<code>/agents/<agent_id>/revocation",
        who=PERSON,
        reply=schemas.Agent,
        summary="End an appointment, by the representative or the agent",
    )
    def revoke_agent(self, call: Call, code: str, agent_id: str) -> dict[str, Any]:
        return views.agent(legal_persons.revoke(self.store, call, code, agent_id))

    @hears(
        "enterprise.company.registered.v1",
        "enterprise.company.changed.v1",
        queue="companies",
        reads=schemas.CompanyRegistered,
    )
    def bind_legal_person(self, event: Event) -> None:
        if legal_persons.is_news(self.store, event):
            holder = self.enterprise.representative_of(code=event.data["code"])
            legal_persons.bind(self.store, self.tools, event, holder, self.clock())

    @hears(
        "enterprise.company.deregistered.v1",
        queue="ended-companies",
        reads=schemas.CompanyDeregistered,
    )
    def end_legal_person(self, event: Event) -> None:
        legal_persons.end(self.store, event, self.clock())
