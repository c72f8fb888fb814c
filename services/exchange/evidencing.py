"""The log of evidence, open to whoever wants to check it."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Evidencing:
    """Entrypoints; see the module."""
