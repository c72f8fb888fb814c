"""Members and their nodes, and how far the roll-out has come."""

from __future__ import annotations

from typing import Any

from services.exchange.pulse import Pulsing
from shared.entrypoints import every
from shared.store import Collections

COLLECTIONS: Collections = {"nodes": [], "pulses": []}


class Directing:
    """Entrypoints; see the module."""

    store: Any
    pulse = Pulsing()

    @every(seconds=15)
    def write_pulses(self) -> None:
        self.pulse.write(self.store)
