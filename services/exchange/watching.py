"""Figures of operation, and use that leaves its usual range."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Watching:
    """Entrypoints; see the module."""
