"""The catalogue of resources."""

from __future__ import annotations

from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "resources": [Index.on("provider")],
}


class Cataloguing:
    """Entrypoints; see the module."""
