"""Asks a service of the platform that provides: one RPC, ``<service>.provide(order, signature)``.

Guarantees: ends within the timeout. A `ServiceError` of the provider comes through as it is.
Does not: retry (an order asks and changes nothing, but whoever waits has a time limit of its own).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.exchange.adapters import invalid, unavailable
from shared.errors import Unavailable
from shared.text import Text


class AmqpProvider:
    """All services that answer by RPC. remote: by a service's name, its methods."""

    def __init__(self, remote: Callable[[str], Any]) -> None:
        self._remote = remote

    def ask(
        self,
        node: Mapping[str, Any],
        order: Mapping[str, Any],
        signature: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The service's answer; see `services.exchange.adapters`. Headers are not passed on."""
        provider = self._remote(node["service"])
        try:
            answer = provider.provide(order=order, signature=signature, timeout=timeout)
        except Unavailable as error:
            raise unavailable() from error
        if not isinstance(answer, dict):
            raise invalid(Text("不是 JSON 对象", "it is no JSON object"))
        return answer
