"""Members and their nodes, and how far the roll-out has come."""

from __future__ import annotations

from typing import Any, ClassVar

from services.exchange import directory_schemas as schemas
from services.exchange import directory_views as views
from services.exchange.pulse import Pulsing
from services.exchange.usecases import directory, nodes, overview, pulses
from shared.access import PUBLIC, official, service
from shared.documents import Document
from shared.entrypoints import Call, Reply, every, hears, http
from shared.events import Event
from shared.exchange.events import NodeFields
from shared.schema import Nothing
from shared.store import Collections, Index

ADMINISTRATOR = official("administer")
MINUTE = 60
COLLECTIONS: Collections = {
    "nodes": [Index.on("class"), Index.on("state")],
    "pulses": [],
    "state": [],
}
NODE = "/nodes/<member_class>/<code>"


class Directing:
    """Entrypoints; see the module."""

    store: Any
    clock: Any
    pulse = Pulsing()
    _opened: ClassVar[bool] = False

    @http(
        "GET",
        "/nodes",
        who=PUBLIC,
        query=schemas.NodesQuery,
        reply=schemas.NodeSummary,
        cache=MINUTE,
        summary="The nodes of departments, cities and counties, with their state and figures",
    )
    def nodes(self, call: Call) -> Reply:
        page = overview.listed(self.store, call.query)
        beats = pulses.of(self.store, [node["_id"] for node in page.items])
        rows = [views.summary(node, beats.get(node["_id"])) for node in page.items]
        return Reply.page(rows, page.next_cursor)

    @http(
        "GET",
        NODE,
        who=PUBLIC,
        reply=schemas.NodeDetail,
        summary="A node: history, keys, contact, signs of life",
    )
    def node(self, call: Call, member_class: str, code: str) -> Reply:
        return self._node(overview.one(self.store, f"{member_class}/{code}"))

    @http(
        "GET",
        "/roll-out",
        who=PUBLIC,
        query=schemas.DayQuery,
        reply=schemas.PhaseProgress,
        many=True,
        cache=MINUTE,
        summary="The phases of the roll-out, planned against actual, on a day",
    )
    def roll_out(self, call: Call) -> Reply:
        return Reply.page(overview.roll_out(self.store, call.query.get("on"), call.now), None)

    @http(
        "GET",
        "/coverage",
        who=PUBLIC,
        query=schemas.DayQuery,
        reply=schemas.DayCoverage,
        cache=MINUTE,
        summary="Who is connected, by level, planned against actual, on a day",
    )
    def coverage(self, call: Call) -> dict[str, Any]:
        return overview.coverage(self.store, call.query.get("on"), call.now)

    @http(
        "GET",
        "/coverage/days",
        who=PUBLIC,
        reply=schemas.DayCoverage,
        many=True,
        cache=MINUTE,
        summary="The coverage of every day on which it has changed, planned or actual",
    )
    def coverage_by_day(self, call: Call) -> Reply:
        return Reply.page(overview.coverage_by_day(self.store), None)

    @http(
        "PUT",
        f"{NODE}/connection",
        who=ADMINISTRATOR,
        body=schemas.Connection,
        reply=schemas.NodeDetail,
        moves=True,
        summary="How a node is reached, who answers for it, and the key of its system",
    )
    def set_up_node(self, call: Call, member_class: str, code: str) -> Reply:
        return self._node(nodes.set_up(self.store, call, f"{member_class}/{code}"))

    @http(
        "POST",
        f"{NODE}/test",
        who=ADMINISTRATOR,
        body=schemas.MoveBody,
        reply=schemas.NodeDetail,
        moves=True,
        summary="Begin to test a planned node",
    )
    def test_node(self, call: Call, member_class: str, code: str) -> Reply:
        return self._moved(call, f"{member_class}/{code}", "test")

    @http(
        "POST",
        f"{NODE}/connect",
        who=ADMINISTRATOR,
        body=schemas.MoveBody,
        reply=schemas.NodeDetail,
        moves=True,
        summary="Connect a node that has been tested",
    )
    def connect_node(self, call: Call, member_class: str, code: str) -> Reply:
        return self._moved(call, f"{member_class}/{code}", "connect")

    @http(
        "POST",
        f"{NODE}/suspend",
        who=ADMINISTRATOR,
        body=schemas.ReasonBody,
        reply=schemas.NodeDetail,
        moves=True,
        summary="Suspend a connected node, with the reason",
    )
    def suspend_node(self, call: Call, member_class: str, code: str) -> Reply:
        return self._moved(call, f"{member_class}/{code}", "suspend")

    @http(
        "POST",
        f"{NODE}/resume",
        who=ADMINISTRATOR,
        body=schemas.MoveBody,
        reply=schemas.NodeDetail,
        moves=True,
        summary="Let a suspended node take part again",
    )
    def resume_node(self, call: Call, member_class: str, code: str) -> Reply:
        return self._moved(call, f"{member_class}/{code}", "resume")

    @http(
        "POST",
        f"{NODE}/keys",
        who=service("exchange.consume", "exchange.provide"),
        body=schemas.NewKey,
        reply=schemas.NodeDetail,
        summary="Replace the key of one's own system by one that the former has signed for",
    )
    def replace_key(self, call: Call, member_class: str, code: str) -> Reply:
        return self._node(nodes.replace_key(self.store, call, f"{member_class}/{code}"))

    @http(
        "POST",
        f"{NODE}/keys/<kid>/confirm",
        who=ADMINISTRATOR,
        body=Nothing,
        reply=schemas.NodeDetail,
        moves=True,
        summary="Confirm a key that waits; it replaces the former one of its system",
    )
    def confirm_key(self, call: Call, member_class: str, code: str, kid: str) -> Reply:
        return self._node(nodes.confirm_key(self.store, call, f"{member_class}/{code}", kid))

    @http(
        "POST",
        f"{NODE}/keys/<kid>/retire",
        who=ADMINISTRATOR,
        body=schemas.ReasonBody,
        reply=schemas.NodeDetail,
        moves=True,
        summary="End a key from this moment on (it has been lost or stolen)",
    )
    def retire_key(self, call: Call, member_class: str, code: str, kid: str) -> Reply:
        return self._node(nodes.retire_key(self.store, call, f"{member_class}/{code}", kid))

    @hears("*.node.announced.v1", queue="nodes", reads=NodeFields)
    def take_node(self, event: Event) -> None:
        directory.take_in(self.store, self.pulse, event, self.clock())

    @every(seconds=1, eager=True, listening=True)
    def open_directory(self) -> None:
        if not type(self)._opened:
            directory.open_directory(self.store, self.clock())
            type(self)._opened = True

    @every(seconds=15)
    def write_pulses(self) -> None:
        self.pulse.write(self.store)

    def _moved(self, call: Call, id_: str, action: str) -> Reply:
        return self._node(nodes.move(self.store, call, id_, action))

    def _node(self, node: Document) -> Reply:
        beats = pulses.of(self.store, [node["_id"]])
        return Reply(views.detail(node, beats.get(node["_id"])), version=node["version"])
