"""The part of the service that keeps guardianships."""

from __future__ import annotations

from typing import Any

from services.identity import schemas, views
from services.identity.usecases import guardianships
from shared.access import PERSON, official
from shared.entrypoints import Call, Reply, http

REGISTRAR = official("administer")


class Guardianship:
    """Who acts for which child: entered by officials, read by guardians."""

    store: Any
    tools: Any

    @http(
        "POST",
        "/guardianships",
        who=REGISTRAR,
        creates=True,
        body=schemas.NewGuardianship,
        reply=schemas.Guardianship,
        summary="Register a guardianship (civil affairs, public security)",
        example={
            "guardian_identity_number": "430104199001010019",
            "child_name": "张小禾",
            "child_identity_number": "43010420200618002X",
            "child_born": "2020-06-18",
            "relation": "parent",
            "from_day": "2020-06-18",
        },
    )
    def register_guardianship(self, call: Call) -> Reply:
        made = guardianships.register(self.store, self.tools, call)
        location = f"/identity/guardianships/{made['_id']}"
        return Reply(views.guardianship(made, call.now), version=made["version"], location=location)

    @http(
        "GET",
        "/guardianships/<guardianship_id>",
        who=REGISTRAR,
        reply=schemas.Guardianship,
        summary="A guardianship on the register",
    )
    def read_guardianship(self, call: Call, guardianship_id: str) -> Reply:
        found = guardianships.read(self.store, call, guardianship_id)
        return Reply(views.guardianship(found, call.now), version=found["version"])

    @http(
        "POST",
        "/guardianships/<guardianship_id>/ending",
        who=REGISTRAR,
        moves=True,
        body=schemas.GuardianshipEnding,
        reply=schemas.Guardianship,
        summary="End a guardianship with a day, for a reason",
    )
    def end_guardianship(self, call: Call, guardianship_id: str) -> Reply:
        found = guardianships.end(self.store, call, guardianship_id)
        return Reply(views.guardianship(found, call.now), version=found["version"])

    @http(
        "GET",
        "/me/wards",
        who=PERSON,
        reply=schemas.Guardianship,
        many=True,
        summary="The children whose guardian one is, numbers masked",
    )
    def my_wards(self, call: Call) -> Reply:
        found = guardianships.wards(self.store, call)
        return Reply.page([views.guardianship(one, call.now) for one in found], None)
