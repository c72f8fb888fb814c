"""Sharing requests and the grants that answer them."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Granting:
    """Entrypoints; see the module."""
