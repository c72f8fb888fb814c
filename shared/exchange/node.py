"""What every service that takes part in the exchange has in common: it announces its node.

Guarantees: as `shared.announcing`: the exchange hears of the node, whichever starts first.
Does not: connect it; the exchange does, or an administrator there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from shared.announcing import Announcement, announce
from shared.entrypoints import Clock, every, hears
from shared.events import Event
from shared.exchange.keys import Keys, NodeKeys
from shared.exchange.messages import KEY
from shared.schema import Nothing

NODE: dict[str, Any] = {"announcements": []}
"""The collection that a node owns; add it to the service's own."""


class Node:
    """A service that takes part; `Provider` and `Consumer` derive from it.

    department: slug of the department it belongs to. member: where it is not that department's
    node, ``<class>/<code>``. It has a `store` with the collections `NODE`, and NODE_KEY (and, while
    a key is replaced, the former one in NODE_RETIRED_KEYS) in its config.yml.
    """

    name: ClassVar[str]
    department: ClassVar[str]
    member: ClassVar[str] = ""
    store: Any
    clock: Any = Clock()
    node_keys: Any = NodeKeys()
    _node_announced: ClassVar[bool] = False

    @every(seconds=1, eager=True, listening=True)
    def announce_node_at_start(self) -> None:
        if not type(self)._node_announced:
            self._announce_node()
            type(self)._node_announced = True

    @hears("exchange.directory.opened.v1", queue="exchange-announcements", reads=Nothing)
    def announce_node_again(self, event: Event) -> None:
        self._announce_node()

    def _announce_node(self) -> None:
        announce(self.store, self.announcements(), self.clock())

    def announcements(self) -> Iterator[Announcement]:
        """What the exchange is told."""
        yield node_announcement(member_of(type(self)), self.name, self.node_keys)


def member_of(service: Any) -> str:
    """The node's id: the member that the service class belongs to."""
    return service.member or f"GOV/{service.department}"


def consumer_of(service: Any) -> str:
    """The name under which the service uses resources."""
    return f"{member_of(service)}/{service.name}"


def node_announcement(member: str, service: str, keys: Keys) -> Announcement:
    """The node of `member`, served by `service`, with its public key."""
    node = {"member": member, "subsystem": service, "jwk": keys.current.jwk}
    data = {**node, "endorsement": _endorsed(node, keys)}
    return Announcement("node", f"{service}.node.announced.v1", member, data)


def _endorsed(node: Mapping[str, Any], keys: Keys) -> dict[str, str] | None:
    if keys.former is None:
        return None
    return {"kid": keys.former.kid, "signature": keys.former.sign(KEY, node)}
