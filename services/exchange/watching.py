"""Figures of operation, and use that leaves its usual range."""

from __future__ import annotations

from typing import Any

from services.exchange import watching_schemas as schemas
from services.exchange.usecases import watching
from shared.access import official
from shared.clock import local_day
from shared.documents import Document
from shared.entrypoints import Call, Reply, every, http
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "traffic": [Index.on("sheet")],
    "anomalies": [Index.on("day")],
}
WATCHER = official("supervise", "administer")
WATCHES_ALL = ("platform", "data")
"""Departments whose officials see the use of all."""


class Watching:
    """Entrypoints; see the module."""

    store: Any
    clock: Any

    @http(
        "GET",
        "/traffic",
        who=WATCHER,
        query=schemas.TrafficQuery,
        reply=schemas.Figure,
        many=True,
        summary="Use of a day by provider, consumer, resource or pair, most keys first",
    )
    def traffic(self, call: Call) -> Reply:
        found = watching.sheet(self.store, _day(call), call.query["kind"])
        seen = [figure for figure in found if _sees(call, figure["name"])]
        return Reply.page([_told(one) for one in seen[: call.query["limit"]]], None)

    @http(
        "GET",
        "/resources/<code>/consumers",
        who=official("supervise", "administer"),
        query=schemas.DayQuery,
        reply=schemas.TopConsumer,
        many=True,
        summary="Who used a resource most on a day",
    )
    def top_consumers(self, call: Call, code: str) -> Reply:
        found = watching.top_consumers(self.store, _day(call), code, call.query["limit"])
        return Reply.page([one for one in found if _sees(call, one["consumer"])], None)

    @http(
        "GET",
        "/anomalies",
        who=WATCHER,
        query=schemas.DayQuery,
        reply=schemas.Anomaly,
        many=True,
        summary="Unusual use noticed on a day",
    )
    def anomalies(self, call: Call) -> Reply:
        found = self.store["anomalies"].find({"day": _day(call)}, limit=call.query["limit"])
        return Reply.page([_anomaly(one) for one in found if _sees(call, one["consumer"])], None)

    @every(seconds=5)
    def take_in_traffic(self) -> None:
        watching.tried(self.store, self.clock())


def _day(call: Call) -> str:
    return str(call.query.get("day") or local_day(call.now).isoformat())


def _sees(call: Call, name: str) -> bool:
    """Officials who watch over all, and those of the department whose use it is."""
    department = call.signed_in.department
    own = f"GOV/{department}"
    return department in WATCHES_ALL or name == own or name.startswith(f"{own}/")


def _told(figure: Document) -> dict[str, Any]:
    return {"name": figure["name"], "counts": figure["counts"]}


def _anomaly(found: Document) -> dict[str, Any]:
    names = ("kind", "consumer", "resource", "usual", "seen", "day")
    told = {name: found[name] for name in names}
    return {"id": found["_id"], **told, "raised_at": found["raised_at"].isoformat()}
