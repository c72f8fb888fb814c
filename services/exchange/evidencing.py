"""The log of evidence, open to whoever wants to check it."""

from __future__ import annotations

from typing import Any

from services.exchange.keeping import Log
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    "pages": [
        Index.on("subjects"),
        Index.on("ids"),
        Index.on("blocks"),
        Index.on("parties"),
    ],
    "snapshots": (),
    "tiles": (),
    "heads": (),
}


class Evidencing:
    """Entrypoints; see the module."""

    log: Any = Log(COLLECTIONS)
