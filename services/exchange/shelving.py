"""The catalogue in memory as a dependency of the service, one a process."""

from __future__ import annotations

import time
from typing import Any

from nameko.extensions import DependencyProvider

from services.exchange.usecases.searching import Shelves


class Shelving(DependencyProvider):  # type: ignore[misc]
    """``shelves = Shelving()``; at most `RESOURCES_FRESH_SECONDS` old."""

    def setup(self) -> None:
        fresh = float(self.container.config["RESOURCES_FRESH_SECONDS"])
        self.shelves = Shelves(fresh, time.monotonic)

    def get_dependency(self, worker_ctx: Any) -> Shelves:
        return self.shelves
