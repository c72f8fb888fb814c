"""A resource that is shared no more takes its grants back.

Guarantees: once a resource is declared "not-shared", every grant for it is revoked with the legal
reason, those that are issued in the same moment too: whoever writes second looks again. Does not:
answer requests that wait (they cannot be approved; its provider refuses them).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.exchange import events
from services.exchange.domain import grants as rules
from shared.documents import Document, Storage
from shared.errors import Conflict
from shared.races import until_fresh
from shared.text import Text

BY = "exchange"
MOST = 10_000
"""Grants of one provider."""


def is_withheld(resource: Mapping[str, Any] | None) -> bool:
    """Whether the resource may be shared with nobody."""
    return resource is not None and resource["sharing"] == "not-shared"


def check_shared(store: Storage, code: str) -> None:
    """`Conflict` where the resource is shared no more, so that nothing of it can be granted."""
    resource = store["resources"].get(code)
    if resource is not None and is_withheld(resource):
        basis = resource["sharing_basis"]
        told = Text(f"该资源不予共享：{basis['zh']}", f"It is not shared: {basis['en']}")
        raise Conflict(told, type="not-shared")


def withhold(store: Storage, code: str, now: datetime) -> None:
    """Revoke the grants for the resource, where it is shared no more. Repeatable."""
    resource = store["resources"].get(code)
    if resource is None or not is_withheld(resource):
        return
    reason = f"不予共享：{resource['sharing_basis']['zh']}"
    own = {"provider": resource["provider"], "resource": code, "state": "active"}
    for grant in store["grants"].find(own, limit=MOST, fields=("state",)):
        until_fresh(lambda id_=grant["_id"]: _revoked(store, id_, reason, now))  # type: ignore[misc]


def _revoked(store: Storage, id_: str, reason: str, now: datetime) -> Document:
    before = store["grants"].require(id_)
    if before["state"] != "active":
        return before
    after = rules.revoked(before, BY, reason, now)
    return store["grants"].save(before, after, [events.grant_changed(after)])
