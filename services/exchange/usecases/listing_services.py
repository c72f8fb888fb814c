"""What X-Road's metadata services tell (PR-MREST): members, services, what a client may use.

Guarantees: only what takes part and is published; a client sees as allowed what it holds a grant
for that is in force. Does not: page, as PR-MREST does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Any

from services.exchange.domain import grants as rules
from services.exchange.domain.members import INSTANCE, is_of
from services.exchange.domain.xroad import Service
from services.exchange.usecases import reading
from shared.documents import Document, Storage
from shared.errors import NotFound
from shared.text import Text

MOST = 1_000
"""Nodes, resources of a provider, or grants of a member."""

ENDPOINTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "query": (("GET", "/"), ("POST", "/")),
    "verify": (("POST", "/verification"),),
    "batch": (("POST", "/batch"),),
}
"""Method and path below the service, by the kind of use."""


def clients(store: Storage) -> dict[str, Any]:
    """The members that are connected, each with its providing subsystems."""
    nodes = [node for node in store["nodes"].each({}) if node["state"] == "connected"]
    listed = (_client(node, name) for node in nodes for name in (None, *_subsystems(store, node)))
    return {"member": list(listed)}


def methods(store: Storage, named: Service) -> dict[str, Any]:
    """All services of a subsystem."""
    return {"service": [_method(one, ENDPOINTS) for one in _published(store, named)]}


def allowed(store: Storage, named: Service, client: str, today: date) -> dict[str, Any]:
    """Those that `client` may use, in the ways it may."""
    member = client.rpartition("/")[0]
    held = store["grants"].find({"consumer_member": member}, limit=MOST)
    kinds: dict[str, set[str]] = {}
    for grant in held:
        if rules.in_force(grant, today) and is_of(client, grant["consumer"]):
            kinds.setdefault(grant["resource"], set()).update(grant["kinds"])
    published = [one for one in _published(store, named) if one["_id"] in kinds]
    return {"service": [_method(one, kinds[one["_id"]]) for one in published]}


def _published(store: Storage, named: Service) -> list[Document]:
    """What the subsystem provides; `NotFound` where there is no such member."""
    if named.instance != INSTANCE:
        raise NotFound(Text(f"实例应为 {INSTANCE}", f"The instance is {INSTANCE}"))
    reading.node(store, named.provider)
    found = store["resources"].find({"provider": named.provider}, limit=MOST)
    own = [one for one in found if one["subsystem"] == named.subsystem]
    return sorted((one for one in own if one["state"] == "published"), key=lambda r: str(r["_id"]))


def _subsystems(store: Storage, node: Document) -> Iterable[str]:
    found = store["resources"].find({"provider": node["_id"]}, limit=MOST, fields=["subsystem"])
    return sorted({one["subsystem"] for one in found})


def _client(node: Document, subsystem: str | None) -> dict[str, Any]:
    kind = {"object_type": "SUBSYSTEM", "subsystem_code": subsystem}
    own = kind if subsystem else {"object_type": "MEMBER"}
    return {"id": {**_member(node["_id"]), **own}, "name": node["name"]["zh"]}


def _member(node: str) -> dict[str, str]:
    class_, _, code = node.partition("/")
    return {"xroad_instance": INSTANCE, "member_class": class_, "member_code": code}


def _method(resource: Document, kinds: Iterable[str]) -> dict[str, Any]:
    endpoints = chain.from_iterable(ENDPOINTS[kind] for kind in ENDPOINTS if kind in set(kinds))
    return {
        **_member(resource["provider"]),
        "object_type": "SERVICE",
        "subsystem_code": resource["subsystem"],
        "service_code": resource["_id"],
        "service_type": "OPENAPI",
        "endpoint_list": [{"method": method, "path": path} for method, path in endpoints],
    }
