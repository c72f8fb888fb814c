"""What the exchange tells the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.exchange.domain.nodes import MOVES
from services.exchange.domain.sharing_requests import ACTIONS
from services.exchange.evidence_schemas import HeadPublished
from shared.case import TABLE
from shared.department.schemas import CaseFields
from shared.events import event
from shared.exchange.events import EndFields, GrantFields, NoticeFields, change_events
from shared.published import Published, Publishes
from shared.schema import BilingualText, Day, Integer, Schema, fields

DIRECTORY_OPENED = "exchange.directory.opened.v1"
NODE_CONNECTED = "exchange.node.connected.v1"
NODE_SUSPENDED = "exchange.node.suspended.v1"
HEAD_PUBLISHED = "exchange.head.published.v1"
GRANT_ISSUED = "exchange.grant.issued.v1"
GRANT_REVOKED = "exchange.grant.revoked.v1"
GRANT_EXPIRED = "exchange.grant.expired.v1"
RESOURCE_PUBLISHED = "exchange.resource.published.v1"
RESOURCE_WITHDRAWN = "exchange.resource.withdrawn.v1"
ANOMALY_RAISED = "exchange.anomaly.raised.v1"
RECORD_CHANGED = "exchange.record.changed.v1"
CHANGE_NOTICED = "exchange.change.noticed.v1"
SUBSCRIPTION_ENDED = "exchange.subscription.ended.v1"
GRANT_EVENTS = {"active": GRANT_ISSUED, "revoked": GRANT_REVOKED, "expired": GRANT_EXPIRED}
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


class ResourceChanged(Schema):
    """A resource is in the catalogue, has changed, or is provided no more; subject: its code.

    versions: that can be used. fields: names, of the newest one.
    """

    code = fields.String(required=True)
    provider = fields.String(required=True)
    subsystem = fields.String(required=True)
    name = BilingualText(required=True)
    newest = Integer(required=True)
    versions = fields.List(Integer(), required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    sharing = fields.String(required=True)
    openness = fields.String(required=True)


class AnomalyRaised(Schema):
    """A consumer's use of a resource left its usual range ("volume"), or went through its keys in
    order ("sequence"); subject: the anomaly. usual: keys a day, None where there is no usual."""

    kind = fields.String(required=True)
    consumer = fields.String(required=True)
    resource = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    usual = fields.Integer(required=True, allow_none=True)
    seen = fields.Integer(required=True)
    day = Day(required=True)


class GrantChanged(GrantFields):
    """A consumer may use a resource, or may no longer; subject: the grant's id.

    resource_version: of the resource whose fields are granted.
    """

    number = fields.String(required=True)
    provider = fields.String(required=True)
    resource_version = Integer(required=True)


CASE_EVENTS = tuple(f"exchange.case.{TABLE[action].participle}.v1" for action in ACTIONS)
"""Moves of sharing requests, told as those of every department's cases are."""

PUBLISHES: Publishes = {
    DIRECTORY_OPENED: Published(DirectoryOpened, public=True),
    NODE_CONNECTED: Published(NodeMoved, public=True),
    NODE_SUSPENDED: Published(NodeMoved, public=True),
    HEAD_PUBLISHED: Published(HeadPublished, public=True),
    GRANT_ISSUED: Published(GrantChanged, public=True),
    GRANT_REVOKED: Published(GrantChanged, public=True),
    GRANT_EXPIRED: Published(GrantChanged, public=True),
    **{type_: Published(CaseFields, public=True) for type_ in CASE_EVENTS},
    RESOURCE_PUBLISHED: Published(ResourceChanged, public=True),
    RESOURCE_WITHDRAWN: Published(ResourceChanged, public=True),
    ANOMALY_RAISED: Published(AnomalyRaised),
    **change_events("exchange"),
    CHANGE_NOTICED: Published(NoticeFields, public=True),
    SUBSCRIPTION_ENDED: Published(EndFields, public=True),
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


def resource_changed(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What the last entry in the resource's history tells."""
    last = resource["history"][-1]
    same = ("provider", "subsystem", "name", "newest", "sharing", "openness")
    data = {
        "code": resource["_id"],
        **{name: resource[name] for name in same},
        "versions": [v["version"] for v in resource["versions"] if v["until"] is None],
        "fields": [field["name"] for field in resource["fields"]],
    }
    type_ = RESOURCE_PUBLISHED if data["versions"] else RESOURCE_WITHDRAWN
    return event(type_, resource["_id"], len(resource["history"]), data, last["at"])


def anomaly_raised(anomaly: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A new anomaly."""
    data = {name: anomaly[name] for name in AnomalyRaised().fields}
    return event(ANOMALY_RAISED, anomaly["_id"], 1, data, now)


def grant_changed(grant: Mapping[str, Any]) -> dict[str, Any]:
    """What the last entry in the grant's history tells."""
    last = grant["history"][-1]
    data = {name: grant[name.removesuffix("_")] for name in GrantChanged().fields}
    told = {name.removesuffix("_"): value for name, value in data.items()}
    return event(
        GRANT_EVENTS[grant["state"]], grant["_id"], len(grant["history"]), told, last["at"]
    )


def change_noticed(subscription: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A consumer is told that its subscription has changes up to its number."""
    number = subscription["number"]
    same = {name: subscription[name] for name in ("consumer", "resource", "number")}
    data = {"subscription": subscription["_id"], **same}
    return event(CHANGE_NOTICED, subscription["_id"], number, data, now)


def subscription_ended(subscription: Mapping[str, Any]) -> dict[str, Any]:
    """The exchange has ended a subscription; its consumer is told why."""
    end = subscription["ended"]
    same = {name: subscription[name] for name in ("consumer", "resource")}
    data = {"subscription": subscription["_id"], **same, "reason": end["reason"]}
    return event(SUBSCRIPTION_ENDED, subscription["_id"], 1, data, end["at"])
