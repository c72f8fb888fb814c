"""Messages of RPC under way: each settled once, whatever the broker answers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import amqp
import eventlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unavailable
from shared.sending import Letter, Sender, encoded


class Channel:
    """A channel whose broker does as `answers` says, once it is asked to drain."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.published: list[Any] = []

    def confirm_select(self) -> None:
        self.wire.confirming = True

    def prepare_message(self, body: bytes, **given: Any) -> Any:
        return amqp.Message(body, **given["properties"])

    def basic_publish(self, message: Any, exchange: str, key: str, mandatory: bool) -> None:
        if self.wire.broken:
            raise ConnectionResetError
        self.published.append((message, key, mandatory))


class Wire:
    """A connection to a broker in memory."""

    made: list[Wire]

    def __init__(self, uri: str, **given: Any) -> None:
        self.confirming = self.broken = self.collected = False
        self.default_channel = Channel(self)
        self.answers: Callable[[Channel], None] = take_all
        type(self).made.append(self)

    @property
    def connection(self) -> Any:
        return self

    @property
    def transport(self) -> Any:
        return self

    def _quick_recv(self, size: int) -> bytes:
        return b""

    def connect(self) -> None:
        if refusing:
            raise ConnectionRefusedError

    def collect(self) -> None:
        self.collected = True

    def drain_events(self, timeout: float) -> None:
        assert self.confirming
        eventlet.sleep(0)
        self.answers(self.default_channel)


refusing: list[bool] = []


def tell(channel: Channel, event: str, *arguments: Any) -> None:
    for handler in list(channel.events[event]):
        handler(*arguments)


def take_all(channel: Channel) -> None:
    tell(channel, "basic_ack", len(channel.published), True)


@pytest.fixture
def wires(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    Wire.made = []
    refusing.clear()
    monkeypatch.setattr("shared.amqp.Connection", Wire)
    return Wire.made


def letter(id_: str, *, mandatory: bool = True) -> Letter:
    return Letter("rpc", "service.method", b"{}", {"correlation_id": id_}, {}, mandatory)


def send(sender: Sender, *ids: str) -> dict[str, Unavailable | None]:
    """What becomes of letters that are sent at once."""
    outcomes: dict[str, Unavailable | None] = {}
    for id_ in ids:
        sender.send(letter(id_), lambda outcome, id_=id_: outcomes.__setitem__(id_, outcome))  # type: ignore[misc]
    for _ in range(50):
        eventlet.sleep(0)
    return outcomes


def test_taken(wires: list[Wire]) -> None:
    """What waits goes out together, over one connection, and each is taken."""
    sender = Sender("amqp://")
    assert send(sender, "a", "b", "c") == {"a": None, "b": None, "c": None}
    assert send(sender, "d") == {"d": None}
    assert len(wires) == 1
    published = wires[0].default_channel.published
    assert [message.properties["correlation_id"] for message, _, _ in published] == list("abcd")


def test_one_by_one(wires: list[Wire]) -> None:
    """The broker may confirm in any order, one or several at a time."""
    sender = Sender("amqp://")
    send(sender, "warm")

    def answers(channel: Channel) -> None:
        tell(channel, "basic_ack", 3, False)
        tell(channel, "basic_ack", 2, True)
        tell(channel, "basic_ack", 4, False)

    wires[0].answers = answers
    assert set(send(sender, "a", "b", "c").values()) == {None}


def test_nobody_listens(wires: list[Wire]) -> None:
    """A letter that nobody listens for is told to its sender, and to nobody else."""
    sender = Sender("amqp://")
    send(sender, "warm")

    def answers(channel: Channel) -> None:
        returned = next(m for m, _, _ in channel.published if m.properties["correlation_id"] == "b")
        tell(channel, "basic_return", None, "rpc", "service.method", returned)
        take_all(channel)

    wires[0].answers = answers
    outcomes = send(sender, "a", "b", "c")
    assert (outcomes["a"], outcomes["c"]) == (None, None)
    assert isinstance(outcomes["b"], Unavailable)


def test_refused(wires: list[Wire]) -> None:
    """A letter that the broker refuses is unavailable."""
    sender = Sender("amqp://")
    send(sender, "warm")

    def answers(channel: Channel) -> None:
        tell(channel, "basic_nack", 2, False)
        tell(channel, "basic_ack", 3, False)

    wires[0].answers = answers
    outcomes = send(sender, "a", "b")
    assert isinstance(outcomes["a"], Unavailable) and outcomes["b"] is None


def test_dead_connection(wires: list[Wire]) -> None:
    """A connection that died meanwhile is made again, once, and nobody notices."""
    sender = Sender("amqp://")
    send(sender, "warm")
    wires[0].broken = True
    assert send(sender, "a") == {"a": None}
    assert len(wires) == 2 and wires[0].collected


def test_broker_away(wires: list[Wire]) -> None:
    """Without a broker everything is settled as unavailable, and with it again goes on."""
    sender = Sender("amqp://")
    refusing.append(True)
    assert all(isinstance(o, Unavailable) for o in send(sender, "a", "b").values())
    refusing.clear()
    assert send(sender, "c") == {"c": None}


def test_while_waiting(wires: list[Wire]) -> None:
    """What comes while others wait to be confirmed goes out next; none is forgotten."""
    sender = Sender("amqp://")
    done: list[str] = []

    def settle(id_: str) -> Callable[[Unavailable | None], None]:
        def settled(outcome: Unavailable | None) -> None:
            done.append(id_)
            if len(done) < 20:
                sender.send(letter(f"{len(done)}"), settle(f"{len(done)}"))

        return settled

    sender.send(letter("0"), settle("0"))
    for _ in range(400):
        eventlet.sleep(0)
    assert len(done) == 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=3), of, max_size=3),
)


@given(JSON)
def test_json(value: Any) -> None:
    """JSON is written so that every reader gets the same."""
    assert json.loads(encoded(value)) == value


def test_not_json() -> None:
    """What JSON has no word for is an error where it is sent."""
    with pytest.raises(TypeError):
        encoded({"at": datetime.now(UTC)})
