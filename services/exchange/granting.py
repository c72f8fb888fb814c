"""Sharing requests and the grants that answer them."""

from __future__ import annotations

from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "grants": [Index.on("consumer_member"), Index.on("provider")],
}


class Granting:
    """Entrypoints; see the module."""
