"""The wire of existing systems: the X-Road message protocol for REST."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class XRoad:
    """Entrypoints; see the module."""
