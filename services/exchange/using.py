"""Queries, verifications and batches by services of the platform."""

from __future__ import annotations

from shared.store import Collections

COLLECTIONS: Collections = {}


class Using:
    """Entrypoints; see the module."""
