"""Another service that takes each move in, and tells how long that took."""

from __future__ import annotations

from typing import Any, ClassVar

from shared.access import PUBLIC
from shared.department.schemas import CaseFields
from shared.entrypoints import Call, Store, hears, http
from shared.events import Event
from shared.timekeeping import system_time


class Service:
    name = "listener"
    store = Store({"effects": []})
    delays: ClassVar[list[float]] = []

    @hears("office.case.*.v1", queue="moves", reads=CaseFields)
    def take_in(self, event: Event) -> None:
        effect = {"_id": event.id, "subject": event.subject, "state": event.data["state"]}
        self.store["effects"].ensure(effect, received=event)
        self.delays.append((system_time() - event.time).total_seconds())

    @http(
        "POST", "/delays", who=PUBLIC, summary="The seconds from move to effect, since last asked"
    )
    def told(self, call: Call) -> dict[str, Any]:
        delays = list(self.delays)
        self.delays.clear()
        return {"seconds": delays}
