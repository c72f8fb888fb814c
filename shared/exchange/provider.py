"""The mixin by which a service provides resources through the exchange.

    class Service(Provider, Department):
        resources = (HOUSEHOLDS,)          # resources.py: each a `Resource` with its `read`
        store = Store({**CASES, ...})

Guarantees: only what the exchange has signed, in time, is answered; only the ordered fields leave
the process, whatever `read` returns; an answer is signed with the node's key; node and resources
are announced at start and whenever the exchange's directory opens.
Does not: know grants; the exchange has narrowed the order before. Answering has no effect, so an
order that comes twice is answered twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from shared.announcing import Announcement
from shared.entrypoints import rpc
from shared.entrypoints.vault import PersonalVault
from shared.errors import Forbidden, ServiceError, Unexpected, to_wire
from shared.exchange import answering
from shared.exchange.answering import Rows, Wanted, tried
from shared.exchange.keys import VerifiesExchange
from shared.exchange.messages import ANSWER, ORDER, signable
from shared.exchange.node import Node, member_of
from shared.exchange.order import loaded
from shared.exchange.resource import Resource, Source
from shared.openapi import json_schema
from shared.text import Text

log = logging.getLogger(__name__)


class Provider(Node):
    """Derive `Service` from it; give `resources`. See the module."""

    resources: ClassVar[Sequence[Resource]]
    vault: Any = PersonalVault()
    exchange_keys: Any = VerifiesExchange()

    @rpc
    def provide(self, order: dict[str, Any], signature: str) -> dict[str, Any]:
        """The signed answer to an order of the exchange."""
        source = self._source()
        asked = self._believed(order, signature, source)
        rows = answering.read(asked.resource, asked.keys, asked.names, source)
        return self._signed(asked, rows, source)

    @rpc
    def provide_many(
        self, orders: list[dict[str, Any]], signatures: list[str]
    ) -> list[dict[str, Any]]:
        """What comes of each of some orders: {answer}, or {error} (`shared.errors.to_wire`)."""
        source = self._source()
        believed = [
            tried(self._believed, order, signature, source)
            for order, signature in zip(orders, signatures, strict=True)
        ]
        asked = [one for one in believed if not isinstance(one, Exception)]
        rows = iter(answering.read_together(asked, source))
        return [
            _outcome(one if isinstance(one, Exception) else self._made(one, next(rows), source))
            for one in believed
        ]

    def _source(self) -> Source:
        return Source(self.store, self.vault, self.clock())

    def _believed(self, order: dict[str, Any], signature: str, source: Source) -> Wanted:
        if not self.exchange_keys.signed(ORDER, order, signature):
            told = Text("指令的签名无效", "The exchange did not sign this order")
            raise Forbidden(told, type="signature-invalid")
        return answering.wanted(self.resources, loaded(order, source.now))

    def _made(
        self, asked: Wanted, rows: Rows | Exception, source: Source
    ) -> dict[str, Any] | Exception:
        return rows if isinstance(rows, Exception) else tried(self._signed, asked, rows, source)

    def _signed(self, asked: Wanted, rows: Rows, source: Source) -> dict[str, Any]:
        answer = answering.answer(asked, rows, member_of(type(self)), source)
        return {**answer, "signature": self.node_keys.current.sign(ANSWER, signable(answer))}

    def announcements(self) -> Iterator[Announcement]:
        yield from super().announcements()
        told = {"member": member_of(type(self)), "subsystem": self.name}
        for resource in self.resources:
            yield resource_announcement(self.name, told, resource)


def _outcome(came: dict[str, Any] | Exception) -> dict[str, Any]:
    if not isinstance(came, Exception):
        return {"answer": came}
    if not isinstance(came, ServiceError):
        log.error("an order is not answered: %s", came, exc_info=came)
    return {"error": to_wire(came if isinstance(came, ServiceError) else Unexpected())}


def resource_announcement(
    service: str, provider: Mapping[str, str], resource: Resource
) -> Announcement:
    """One version of a resource; `provider`: its member and subsystem."""
    type_ = f"{service}.resource.announced.v1"
    subject = f"{resource.code}/{resource.version}"
    data = {**provider, **resource.declaration(json_schema)}
    return Announcement(f"resource/{subject}", type_, subject, data)
