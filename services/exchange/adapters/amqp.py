"""Asks services of the platform that provide, by RPC: ``<service>.provide(order, signature)``, or
``provide_many(orders, signatures)`` for those that wait.

Guarantees: ends within the timeout. A `ServiceError` of the provider comes through as it is. An
order alone goes out at once; what comes for the same resource while it is away goes out together,
after `PATIENCE` at the latest. Does not: retry (an order asks and changes nothing, but whoever
waits has a time limit of its own).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import eventlet

from services.exchange.adapters import invalid, unavailable
from shared.errors import ServiceError, Unavailable, from_wire
from shared.gathering import Together
from shared.text import Text

PATIENCE = 0.02
"""Seconds that an order waits for those that are away."""


class Asked(NamedTuple):
    """An order under way. provider: the service, as one worker calls it."""

    provider: Any
    order: Mapping[str, Any]
    signature: str
    timeout: float


Gathered = Mapping[tuple[str, str], Together[Asked, Any]]
"""What goes out together: by service and resource."""


def gathered() -> Gathered:
    """The orders of one process."""
    return defaultdict(lambda: Together(_answers, PATIENCE))


class AmqpProvider:
    """All services that answer by RPC. remote: by a service's name, its methods."""

    def __init__(self, remote: Callable[[str], Any], together: Gathered) -> None:
        self._remote, self._together = remote, together

    def ask(
        self,
        node: Mapping[str, Any],
        order: Mapping[str, Any],
        signature: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The service's answer; see `services.exchange.adapters`. Headers are not passed on."""
        asked = Asked(self._remote(node["service"]), order, signature, timeout)
        answer = _answers([asked])[0] if order["kind"] == "batch" else self._among(node, asked)
        if isinstance(answer, Unavailable):
            raise unavailable() from answer
        if isinstance(answer, ServiceError):
            raise answer
        if not isinstance(answer, dict):
            raise invalid(Text("不是 JSON 对象", "it is no JSON object"))
        return answer

    def _among(self, node: Mapping[str, Any], asked: Asked) -> Any:
        together = self._together[node["service"], asked.order["resource"]]
        with eventlet.Timeout(asked.timeout, unavailable()):
            return together.do(asked)


def _answers(asked: Sequence[Asked]) -> Sequence[Any]:
    """The answer to each, or the `ServiceError` that came in its place."""
    try:
        return _replies(asked)
    except ServiceError as error:
        return [error] * len(asked)


def _replies(asked: Sequence[Asked]) -> Sequence[Any]:
    first = asked[0]
    if len(asked) == 1:
        return [
            first.provider.provide(
                order=first.order, signature=first.signature, timeout=first.timeout
            )
        ]
    replies = first.provider.provide_many(
        orders=[one.order for one in asked],
        signatures=[one.signature for one in asked],
        timeout=max(one.timeout for one in asked),
    )
    if not isinstance(replies, list) or len(replies) != len(asked):
        raise invalid(Text("应答数目不符", "not as many answers as orders"))
    return [_told(reply) for reply in replies]


def _told(reply: Any) -> Any:
    match reply:
        case {"error": dict(error)}:
            return from_wire(error)
        case {"answer": answer}:
            return answer
    raise invalid(Text("不是应答", "it is no answer"))
