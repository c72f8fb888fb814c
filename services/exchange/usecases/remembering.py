"""What one request reads first, its grant read once.

Guarantees: two looks at the grant within one request see the same. Does not: outlive the request,
so what is revoked counts from the next one on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.exchange.usecases.office import Reading


class Remembering:
    """`reading`, for one request."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._grants: dict[Any, Any] = {}

    def grant(self, id_: Any) -> Any:
        if id_ not in self._grants:
            self._grants[id_] = self._reading.grant(id_)
        return self._grants[id_]

    def nodes(self, ids: Iterable[str]) -> Mapping[str, Any]:
        return self._reading.nodes(ids)

    def resource(self, code: str) -> Any:
        return self._reading.resource(code)
