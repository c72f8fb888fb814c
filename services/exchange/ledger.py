"""What a citizen reads: who read what about me."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Ledger:
    """Entrypoints; see the module."""
