"""What the exchange tells the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.exchange.domain.nodes import MOVES
from services.exchange.evidence_schemas import HeadPublished
from shared.events import event
from shared.published import Published, Publishes
from shared.schema import Day, Schema, fields

DIRECTORY_OPENED = "exchange.directory.opened.v1"
NODE_CONNECTED = "exchange.node.connected.v1"
NODE_SUSPENDED = "exchange.node.suspended.v1"
HEAD_PUBLISHED = "exchange.head.published.v1"
NODE_EVENTS = {"connected": NODE_CONNECTED, "suspended": NODE_SUSPENDED}


class DirectoryOpened(Schema):
    """The exchange has started and takes announcements; subject: "directory"."""


class NodeMoved(Schema):
    """A node takes part (again), or does not for the time being; subject: its id."""

    node = fields.String(required=True)
    member_class = fields.String(required=True, data_key="class")
    code = fields.String(required=True)
    state = fields.String(required=True)
    on = Day(required=True)


PUBLISHES: Publishes = {
    DIRECTORY_OPENED: Published(DirectoryOpened, public=True),
    NODE_CONNECTED: Published(NodeMoved, public=True),
    NODE_SUSPENDED: Published(NodeMoved, public=True),
    HEAD_PUBLISHED: Published(HeadPublished, public=True),
}


def directory_opened(count: int, now: datetime) -> dict[str, Any]:
    """The exchange takes announcements, for the `count`-th time."""
    return event(DIRECTORY_OPENED, "directory", count, {}, now)


def node_moved(node: Mapping[str, Any], number: int) -> dict[str, Any] | None:
    """What the `number`-th move in the node's history tells; None: nothing that others need."""
    entry = node["history"][number - 1]
    state = MOVES[entry["action"]].target
    if state not in NODE_EVENTS:
        return None
    data = {"node": node["_id"], "class": node["class"], "code": node["code"]}
    data |= {"state": state, "on": entry["on"]}
    return event(NODE_EVENTS[state], node["_id"], number, data, entry["at"])
