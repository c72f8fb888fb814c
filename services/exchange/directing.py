"""Members and their nodes, and how far the roll-out has come."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {"nodes": []}


class Directing:
    """Entrypoints; see the module."""
