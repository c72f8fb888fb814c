"""Orders to services of the platform that wait together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import eventlet
import pytest
from eventlet.event import Event as Signal

from services.exchange.adapters.amqp import AmqpProvider, gathered
from shared.errors import Forbidden, ServiceError, Unavailable, Unexpected, to_wire
from shared.text import Text

NODE = {"service": "household"}


class Household:
    """The provider; what it is asked waits until `go`."""

    def __init__(self) -> None:
        self.go = Signal()
        self.calls: list[list[str]] = []
        self.reply: Any = None

    def provide(self, order: Mapping[str, Any], signature: str, timeout: float) -> Any:
        self.calls.append([order["request"]])
        self.go.wait()
        return {"request": order["request"], "signed": signature}

    def provide_many(
        self, orders: Sequence[Mapping[str, Any]], signatures: Sequence[str], timeout: float
    ) -> Any:
        self.calls.append([order["request"] for order in orders])
        if self.reply is not None:
            return self.reply
        return [self._one(*pair) for pair in zip(orders, signatures, strict=True)]

    def _one(self, order: Mapping[str, Any], signature: str) -> dict[str, Any]:
        if order["request"] == "2":
            return {"error": to_wire(Forbidden(Text("否", "no"), type="no"))}
        return {"answer": {"request": order["request"], "signed": signature}}


def asked(household: Household, count: int) -> list[Any]:
    """What comes of so many orders, of which the first is away until the others wait."""
    adapter = AmqpProvider(lambda service: household, gathered())

    def ask(n: int) -> Any:
        order = {"request": str(n), "resource": "r", "kind": "query"}
        try:
            return adapter.ask(NODE, order, f"s{n}", 60.0)
        except ServiceError as error:
            return error

    threads = [eventlet.spawn(ask, n) for n in range(count)]
    eventlet.sleep(0)
    household.go.send(None)
    return [thread.wait() for thread in threads]


def test_alone() -> None:
    """An order alone is asked by itself, at once."""
    household = Household()
    assert asked(household, 1) == [{"request": "0", "signed": "s0"}]
    assert household.calls == [["0"]]


def test_together() -> None:
    """What comes while one is away goes in one message, and each gets its own answer or error."""
    household = Household()
    first, second, refused, last = asked(household, 4)
    assert household.calls == [["0"], ["1", "2", "3"]]
    assert (first["signed"], second["signed"], last["signed"]) == ("s0", "s1", "s3")
    assert isinstance(refused, Forbidden) and refused.type == "no"


@pytest.mark.parametrize("reply", [[], {"answers": []}, [{"answer": {}}] * 3, [1, 2]])
def test_malformed(reply: Any) -> None:
    """A provider that does not answer each order is told so; the first, alone, has its answer."""
    household = Household()
    household.reply = reply
    first, *others = asked(household, 3)
    assert first["request"] == "0"
    assert all(isinstance(one, Unexpected) and one.type == "provider-invalid" for one in others)


def test_slow() -> None:
    """An order ends with its own time limit, whatever it waits for."""
    adapter = AmqpProvider(lambda service: Household(), gathered())
    order = {"request": "0", "resource": "r", "kind": "query"}
    with pytest.raises(Unavailable):
        adapter.ask(NODE, order, "s", 0.02)
