"""The pulses of nodes as a dependency of the service, one a process."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from services.exchange.usecases.pulses import Pulses


class Pulsing(DependencyProvider):  # type: ignore[misc]
    """``pulse = Pulsing()``, then ``self.pulse.tell(node, seconds, answered, now)``."""

    def setup(self) -> None:
        self.pulses = Pulses()

    def get_dependency(self, worker_ctx: Any) -> Pulses:
        return self.pulses
