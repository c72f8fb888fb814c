"""What every use reads first: node, resource, grant. One point read each; typed refusals.

Guarantees: what was revoked or suspended is seen by the next read, in every process. Does not:
cache.
"""

from __future__ import annotations

from services.exchange.domain.grants import unknown
from shared.documents import Document, Storage
from shared.errors import Forbidden, NotFound
from shared.text import Text


def node(store: Storage, id_: str) -> Document:
    """The node of a member, connected or not; `NotFound`."""
    found = store["nodes"].get(id_)
    if found is None:
        raise NotFound(Text("没有这个节点", "There is no such node"))
    return found


def connected(store: Storage, id_: str) -> Document:
    """The node of a member that takes part now, else ``node-not-connected``."""
    found = store["nodes"].get(id_)
    if found is None or found["state"] != "connected":
        raise not_connected()
    return found


def not_connected() -> Forbidden:
    """The member does not take part now."""
    detail = Text("该节点未接入或已暂停", "This node is not connected, or is suspended")
    return Forbidden(detail, type="node-not-connected")


def listed(store: Storage, code: str) -> Document:
    """A resource that is in the catalogue, provided or withdrawn, else ``resource-unknown``."""
    found = store["resources"].get(code)
    if found is None:
        raise resource_unknown()
    return found


def resource(store: Storage, code: str) -> Document:
    """A resource that is published, else ``resource-unknown``."""
    found = store["resources"].get(code)
    if found is None or found["state"] != "published":
        raise resource_unknown()
    return found


def resource_unknown() -> NotFound:
    """There is no such resource, or none that is provided."""
    detail = Text("没有这个信息资源", "There is no such resource")
    return NotFound(detail, type="resource-unknown")


def grant(store: Storage, id_: str) -> Document:
    """The grant with this id, in force or not, else ``grant-unknown``."""
    found = store["grants"].get(id_)
    if found is None:
        raise unknown()
    return found
