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

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from shared.announcing import Announcement
from shared.entrypoints import rpc
from shared.entrypoints.vault import PersonalVault
from shared.errors import Forbidden, Unexpected
from shared.exchange import order as orders
from shared.exchange.keys import VerifiesExchange
from shared.exchange.messages import ANSWER, ORDER, signable
from shared.exchange.node import Node, member_of
from shared.exchange.resource import Key, Resource, Row, Source
from shared.openapi import json_schema
from shared.text import Text


class Provider(Node):
    """Derive `Service` from it; give `resources`. See the module."""

    resources: ClassVar[Sequence[Resource]]
    vault: Any = PersonalVault()
    exchange_keys: Any = VerifiesExchange()

    @rpc
    def provide(self, order: dict[str, Any], signature: str) -> dict[str, Any]:
        """The signed answer to an order of the exchange."""
        if not self.exchange_keys.signed(ORDER, order, signature):
            told = Text("指令的签名无效", "The exchange did not sign this order")
            raise Forbidden(told, type="signature-invalid")
        answer = self._answer(orders.loaded(order, self.clock()))
        signed = self.node_keys.current.sign(ANSWER, signable(answer))
        return {**answer, "signature": signed}

    def _answer(self, order: Mapping[str, Any]) -> dict[str, Any]:
        resource = orders.chosen(self.resources, order)
        source = Source(self.store, self.vault, self.clock())
        if order["kind"] == "verify":
            return self._verdict(resource, order, source)
        names = orders.wanted(resource, order)
        rows = read(resource, orders.keys(resource, order), names, source)
        kept = [orders.narrowed(row, names) for row in rows]
        found = orders.answer(order, member_of(type(self)), kept, source.now)
        return {**found, "subjects": _subjects(resource, rows, names, source)}

    def _verdict(
        self, resource: Resource, order: Mapping[str, Any], source: Source
    ) -> dict[str, Any]:
        claimed = orders.claims(resource, order)
        rows = read(resource, orders.keys(resource, order), tuple(claimed), source)
        found = orders.verdict(order, member_of(type(self)), rows[0], claimed, source.now)
        return {**found, "subjects": _subjects(resource, rows, tuple(claimed), source)}

    def announcements(self) -> Iterator[Announcement]:
        yield from super().announcements()
        told = {"member": member_of(type(self)), "subsystem": self.name}
        for resource in self.resources:
            yield resource_announcement(self.name, told, resource)


def read(
    resource: Resource, keys: Sequence[Key], names: Sequence[str], source: Source
) -> Sequence[Row | None]:
    """The rows of `keys`, in their order; beside `names`, whom they are about."""
    if resource.read is None:
        raise Unexpected() from LookupError(f"resource {resource.code} has no read")
    about = () if resource.subject is None else (resource.subject.field.partition(".")[0],)
    rows = resource.read(source, keys, frozenset((*names, *about)))
    if len(rows) != len(keys):
        raise Unexpected() from ValueError(f"{resource.code}: {len(rows)} rows, {len(keys)} keys")
    return rows


def _subjects(
    resource: Resource, rows: Sequence[Row | None], names: Sequence[str], source: Source
) -> list[list[str]]:
    """For each row, keyed hashes of whom it is about beyond its key; empty where the key tells."""
    found = [orders.subjects(resource, row, names, source.vault) for row in rows]
    return found if any(found) else []


def resource_announcement(
    service: str, provider: Mapping[str, str], resource: Resource
) -> Announcement:
    """One version of a resource; `provider`: its member and subsystem."""
    type_ = f"{service}.resource.announced.v1"
    subject = f"{resource.code}/{resource.version}"
    data = {**provider, **resource.declaration(json_schema)}
    return Announcement(f"resource/{subject}", type_, subject, data)
