"""The relay: nothing is marked before it is published, nothing that waits is forgotten."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import eventlet
import pytest

from shared.amqp import Message
from shared.errors import Unavailable
from shared.events import EXCHANGE, event
from shared.relay import BACKLOG, BATCH, KEPT_TOGETHER, LEFT_BEHIND, MARK_BATCH, Outgoing, Relay
from shared.timekeeping import system_time

PATIENCE = 60
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Broker:
    """A publisher that works, or is away, or dies in between."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.away = False
        self.batches: list[list[Message]] = []
        self.meanwhile: Callable[[], Any] = lambda: None

    def publish(self, messages: Iterable[Message]) -> None:
        taken = list(messages)
        self.meanwhile()
        if self.away:
            raise Unavailable()
        self.batches.append(taken)
        self.log += [f"published {m.body['id']}" for m in taken]

    @property
    def published(self) -> list[Any]:
        return [m.body["id"] for batch in self.batches for m in batch]


class Marks:
    """The store's side: what is marked, and what is left behind."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.away = False
        self.calls: list[tuple[str, list[str], list[str]]] = []
        self.left: list[Outgoing] = []
        self.asked: list[tuple[datetime, int]] = []

    def mark(self, collection: str, ids: list[str], tokens: list[str]) -> None:
        if self.away:
            raise Unavailable()
        self.calls.append((collection, ids, tokens))
        self.log += [f"marked {token}" for token in tokens]

    def left_behind(self, before: datetime, limit: int) -> list[Outgoing]:
        self.asked.append((before, limit))
        if self.away:
            raise Unavailable()
        return self.left

    @property
    def marked(self) -> list[str]:
        return [token for _, _, tokens in self.calls for token in tokens]


class Parts:
    """A relay between a broker and a store, its loops running."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.broker, self.marks = Broker(self.log), Marks(self.log)
        self.relay = Relay(self.broker, self.marks.mark, self.marks.left_behind)  # type: ignore[arg-type]
        self.threads: list[Any] = []

    def run(self) -> None:
        self.threads += [eventlet.spawn(self.relay.run), eventlet.spawn(self.relay.tidy)]

    def until(self, done: Callable[[], bool]) -> None:
        with eventlet.Timeout(PATIENCE):
            while not done():
                eventlet.sleep(0.005)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr("shared.relay.MARK_INTERVAL", 0.002)
    monkeypatch.setattr("shared.relay.RETRY_PAUSE", 0.01)
    monkeypatch.setattr("shared.relay.SWEEP_INTERVAL", 0.02)
    made = Parts()
    yield made
    for thread in made.threads:
        thread.kill()


def told(subject: str, sequence: int) -> dict[str, Any]:
    return event("things.thing.changed.v1", subject, sequence, {}, NOW)


def outgoing(subject: str, *sequences: int, collection: str = "things") -> Outgoing:
    events = [told(subject, n) for n in sequences or (1,)]
    return Outgoing(collection, subject, events[-1]["id"], events)


def test_at_once(parts: Parts) -> None:
    """What is offered is published to the events' exchange under its type, then marked."""
    parts.run()
    given = outgoing("1", 1, 2)
    parts.relay.offer(given)
    parts.until(lambda: parts.marks.marked == [given.token])
    assert parts.broker.published == [e["id"] for e in given.events]
    message = parts.broker.batches[0][0]
    assert (message.exchange, message.key) == (EXCHANGE, "things.thing.changed.v1")
    assert message.body == given.events[0]


def test_waiting(parts: Parts) -> None:
    """How much waits, and since when, is known until the broker has it, also while it is sent."""
    relay = Relay(parts.broker, parts.marks.mark, parts.marks.left_behind, lambda: NOW + MINUTE)  # type: ignore[arg-type]
    assert (relay.waiting(), relay.oldest()) == (0, 0)
    seen: list[tuple[int, float]] = []
    parts.broker.meanwhile = lambda: seen.append((relay.waiting(), relay.oldest()))
    parts.broker.away = True
    relay.offer(outgoing("1"))
    relay.offer(outgoing("2"))
    parts.threads.append(eventlet.spawn(relay.run))
    parts.until(lambda: len(seen) > 1)
    assert {*seen, (relay.waiting(), relay.oldest())} == {(2, 60)}
    parts.broker.away = False
    parts.until(lambda: relay.waiting() == 0)
    assert relay.oldest() == 0


def test_no_mark_before_confirmation(parts: Parts) -> None:
    """While the broker is away nothing is marked; when it is back everything goes out, in order."""
    parts.broker.away = True
    parts.run()
    waiting = [outgoing(str(n)) for n in range(3)]
    for each in waiting:
        parts.relay.offer(each)
    eventlet.sleep(0.05)
    assert parts.log == []
    parts.broker.away = False
    parts.until(lambda: len(parts.marks.marked) == 3)
    assert parts.broker.published == [each.token for each in waiting]
    assert all(parts.log.index(f"published {o.token}") < parts.log.index(f"marked {o.token}")
               for o in waiting)  # fmt: skip


def test_database_away(parts: Parts) -> None:
    """What is published but could not be marked is marked later, and not published again."""
    parts.marks.away = True
    parts.run()
    given = outgoing("1")
    parts.relay.offer(given)
    parts.until(lambda: bool(parts.broker.published))
    eventlet.sleep(0.05)
    assert parts.marks.marked == []
    parts.marks.away = False
    parts.until(lambda: parts.marks.marked == [given.token])
    assert parts.broker.published == [given.token]


def test_batches(parts: Parts) -> None:
    """Many documents go out in few batches and are marked in few writes, by collection."""
    for n in range(BATCH * 2 + 1):
        parts.relay.offer(outgoing(str(n), collection="odd" if n % 2 else "even"))
    parts.run()
    parts.until(lambda: len(parts.marks.marked) == BATCH * 2 + 1)
    assert [len(batch) for batch in parts.broker.batches] == [BATCH, BATCH, 1]
    assert len(parts.marks.calls) <= BATCH * 2 // MARK_BATCH + 2
    for collection, ids, tokens in parts.marks.calls:
        assert {int(id_) % 2 for id_ in ids} == {1 if collection == "odd" else 0}
        assert tokens == [told(id_, 1)["id"] for id_ in ids]


def test_saved_meanwhile(parts: Parts) -> None:
    """What is saved while a batch is on its way goes out with the next one."""
    later = [outgoing("2")]
    parts.broker.meanwhile = lambda: parts.relay.offer(later.pop()) if later else None
    parts.run()
    parts.relay.offer(outgoing("1"))
    parts.until(lambda: len(parts.marks.marked) == 2)
    assert parts.broker.published == [told("1", 1)["id"], told("2", 1)["id"]]


def test_saved_twice(parts: Parts) -> None:
    """A document that is saved again before its mark is marked by what has been published."""
    parts.relay.offer(outgoing("1", 1))
    parts.relay.offer(outgoing("1", 1, 2))
    parts.run()
    parts.until(lambda: len(parts.marks.marked) == 2)
    assert parts.marks.marked == [told("1", 1)["id"], told("1", 2)["id"]]
    assert parts.broker.published[-1] == told("1", 2)["id"]


def test_offer_never_blocks(parts: Parts) -> None:
    """Beyond what memory should hold, documents are left to the sweep."""
    parts.broker.away = True
    for n in range(BACKLOG + 10):
        parts.relay.offer(outgoing(str(n)))
    assert len(parts.relay._backlog) == BACKLOG


def test_sweep(parts: Parts) -> None:
    """What a crash has left behind is published by the sweep."""
    given, began = outgoing("1", 1, 2), system_time()
    parts.marks.left = [given]
    parts.run()
    parts.threads.append(eventlet.spawn(parts.relay.sweep))
    parts.until(lambda: given.token in parts.marks.marked)
    assert parts.broker.published[:2] == [e["id"] for e in given.events]
    before, limit = parts.marks.asked[0]
    assert began <= before + LEFT_BEHIND <= datetime.now(UTC)
    assert limit >= BATCH


def test_sweep_spares_what_waits(parts: Parts) -> None:
    """The sweep does not offer again what waits already, published or not."""
    unpublished, unmarked = outgoing("1"), outgoing("2")
    parts.marks.left = [unpublished, unmarked]
    parts.marks.away = True
    parts.run()
    parts.relay.offer(unmarked)
    parts.until(lambda: bool(parts.broker.published))
    parts.broker.away = True
    parts.relay.offer(unpublished)
    parts.marks.away = False
    parts.relay._offer_left_behind()
    assert len(parts.relay._backlog) + len(parts.relay._unmarked) == 2


def test_sweep_goes_on(parts: Parts) -> None:
    """The sweep survives the absence of the database."""
    parts.marks.away = True
    parts.run()
    parts.threads.append(eventlet.spawn(parts.relay.sweep))
    parts.until(lambda: len(parts.marks.asked) >= 3)
    parts.marks.left, parts.marks.away = [outgoing("1")], False
    parts.until(lambda: bool(parts.marks.marked))


def test_close(parts: Parts) -> None:
    """Asked to close, the relay publishes and marks what it has, then ends."""
    parts.run()
    given = [outgoing(str(n)) for n in range(BATCH + 1)]
    for each in given:
        parts.relay.offer(each)
    parts.relay.close()
    with eventlet.Timeout(PATIENCE):
        parts.threads[0].wait()
    assert parts.marks.marked == [each.token for each in given]


@pytest.mark.parametrize("away", ["broker", "marks"])
def test_close_without(parts: Parts, away: str) -> None:
    """Closing does not wait for a broker or database that is away; nothing is marked falsely."""
    getattr(parts, away).away = True
    parts.run()
    parts.relay.offer(outgoing("1"))
    parts.relay.close()
    with eventlet.Timeout(PATIENCE):
        parts.threads[0].wait()
    assert parts.marks.marked == []


def test_close_idle(parts: Parts) -> None:
    """An idle relay ends at once."""
    parts.run()
    eventlet.sleep(0.01)
    parts.relay.close()
    with eventlet.Timeout(PATIENCE):
        parts.threads[0].wait()


def test_kept(parts: Parts) -> None:
    """Each published event is kept once, before its document is marked; what cannot be kept now is
    kept later, and marked after that."""
    kept: list[str] = []
    parts.marks.away = True

    def keep(events: Any) -> None:
        if parts.marks.away:
            raise Unavailable()
        kept.extend(e["id"] for e in events)
        parts.log += [f"kept {e['id']}" for e in events]

    parts.relay = Relay(parts.broker, parts.marks.mark, parts.marks.left_behind, keep=keep)  # type: ignore[arg-type]
    parts.run()
    many = [outgoing(str(n), 1, 2) for n in range(KEPT_TOGETHER)]
    for one in many:
        parts.relay.offer(one)
    parts.until(lambda: len(parts.broker.published) == 2 * len(many))
    eventlet.sleep(0.01)
    assert kept == parts.marks.marked == []
    parts.marks.away = False
    parts.until(lambda: len(parts.marks.marked) == len(many))
    assert sorted(kept) == sorted(parts.broker.published)
    assert all(parts.log.index(f"kept {o.token}") < parts.log.index(f"marked {o.token}")
               for o in many)  # fmt: skip
