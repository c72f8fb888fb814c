"""The simulated nodes as the exchange is to know them: ids, addresses, keys, declarations.

Guarantees: all of it follows from the node's id (and `secret`), so whoever registers the nodes and
who plays them need not have met. Does not: keep a secret: without another `secret` the private keys
are public, and fit for a local platform only.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import Any

from services.exchange.simulator.resources import OWN, by_node
from shared.exchange.messages import Signer
from shared.exchange.resource import Resource
from shared.openapi import json_schema

SECRET = "simulated"  # noqa: S105 (public by purpose)
SUBSYSTEM = "records"
"""Of every simulated system."""
LOCAL = tuple(OWN)
"""The nodes that a local platform connects: what its departments ask of others."""


def ids() -> Iterable[str]:
    """The 55 departments, 14 cities and prefectures and 122 counties."""
    return by_node().keys()


@cache
def signer(node: str, secret: str = SECRET) -> Signer:
    """The node's private key."""
    seed = sha256(f"{secret}/{node}".encode()).digest()
    return Signer(base64.b64encode(seed).decode())


def url(base: str, node: str) -> str:
    """The node's address at the simulator that listens at `base`."""
    return f"{base.rstrip('/')}/{node}"


def resource(node: str) -> Resource:
    """What the node holds."""
    return by_node()[node]


def declaration(node: str) -> dict[str, Any]:
    """Its declaration, with the provider's node and subsystem, as an announcement tells it."""
    told = resource(node).declaration(json_schema)
    return {"member": node, "subsystem": SUBSYSTEM, **told}
