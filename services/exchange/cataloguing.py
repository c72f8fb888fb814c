"""The catalogue of resources."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Cataloguing:
    """Entrypoints; see the module."""
