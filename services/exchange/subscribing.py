"""Changes of resources, told to those who follow them."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Subscribing:
    """Entrypoints; see the module."""
