"""The database's commands and connections, counted (`shared.metrics`).

Guarantees: names of commands only, never what they carry; some ten microseconds a command. Does
not: count heartbeats.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from prometheus_client import Histogram
from pymongo import monitoring

from shared import metrics


class Commands(monitoring.CommandListener):
    """Every command by its name, and how long it took."""

    def started(self, event: Any) -> None:
        """Counted when it ends."""

    def succeeded(self, event: Any) -> None:
        _seconds(event.command_name).observe(event.duration_micros / 1e6)

    def failed(self, event: Any) -> None:
        _seconds(event.command_name).observe(event.duration_micros / 1e6)
        metrics.COMMANDS_FAILED.labels(event.command_name).inc()


@cache
def _seconds(command: str) -> Histogram:
    return metrics.COMMAND_SECONDS.labels(command)


class Servers(monitoring.TopologyListener):
    """Whether there is a server to write to, as the driver knows by its heartbeats."""

    def opened(self, event: Any) -> None:
        metrics.WRITABLE.set(0)

    def description_changed(self, event: Any) -> None:
        metrics.WRITABLE.set(event.new_description.has_writable_server())

    def closed(self, event: Any) -> None:
        metrics.WRITABLE.set(0)


class Pool(monitoring.ConnectionPoolListener):
    """The connections that there are, those in use, and the times when there was none to have."""

    def __init__(self) -> None:
        self._open = self._in_use = 0
        metrics.CONNECTIONS.set_function(lambda: self._open)
        metrics.CONNECTIONS_IN_USE.set_function(lambda: self._in_use)

    def pool_created(self, event: Any) -> None:
        metrics.CONNECTIONS_MOST.set(event.options.get("maxPoolSize", 100))

    def pool_ready(self, event: Any) -> None:
        """Its connections are counted."""

    def pool_cleared(self, event: Any) -> None:
        """Its connections are counted."""

    def pool_closed(self, event: Any) -> None:
        """Its connections are counted."""

    def connection_created(self, event: Any) -> None:
        self._open += 1

    def connection_ready(self, event: Any) -> None:
        """Counted when created."""

    def connection_closed(self, event: Any) -> None:
        self._open -= 1

    def connection_check_out_started(self, event: Any) -> None:
        """Counted when it succeeds or fails."""

    def connection_check_out_failed(self, event: Any) -> None:
        metrics.CONNECTIONS_DENIED.labels(event.reason).inc()

    def connection_checked_out(self, event: Any) -> None:
        self._in_use += 1

    def connection_checked_in(self, event: Any) -> None:
        self._in_use -= 1
