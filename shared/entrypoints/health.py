"""Health as the extensions report it: `/healthz` (alive) and `/readyz` (fit for work).

Guarantees: ready means that every check passes now, not that it once did. A service some of whose
queues are paused is ready, and names them.
Does not: judge other services; a service is ready without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nameko.extensions import SharedExtension


class Health(SharedExtension):
    """The checks of one process; extensions add theirs in `setup`."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: dict[str, Callable[[], bool]] = {}
        self.paused: Callable[[], Sequence[str]] = lambda: ()
        self.stopping = False

    def report(self) -> tuple[bool, dict[str, str]]:
        """Whether all is well, and each check's word for it."""
        results = {name: check() for name, check in sorted(self.checks.items())}
        results["accepting"] = not self.stopping
        return all(results.values()), {k: "ok" if v else "failing" for k, v in results.items()}
