"""Many waiting events for one call."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.entrypoints.gathered import Gathering, Heard
from shared.errors import Unavailable
from shared.events import Event

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Hall:
    """A gathering whose work is done when it is told to; notes calls and what was settled."""

    def __init__(self, at_once: int, bad: set[int], error: Exception | None = None) -> None:
        self.calls: list[list[int]] = []
        self.settled: dict[int, Exception | None] = {}
        self._bad = bad
        self._error = error or ValueError()
        self._work: list[Callable[[], None]] = []
        self._gathering = Gathering(at_once, self._handle, self._work.append)

    def hear(self, number: int) -> None:
        event = Event(str(number), "a.b.c.v1", "/a", "x", NOW, number, {})
        settle = lambda error: self.settled.update({number: error})  # noqa: E731
        self._gathering.add(Heard(event, settle))

    def work(self) -> None:
        for work in self._work:
            work()
        self._work.clear()

    def _handle(self, events: Sequence[Event]) -> Exception | None:
        self.calls.append([event.sequence for event in events])
        return self._error if self._bad & {event.sequence for event in events} else None


@given(st.integers(0, 30), st.integers(1, 7), st.sets(st.integers(0, 29)))
def test_everyone_is_settled(count: int, at_once: int, bad: set[int]) -> None:
    """Each event is settled by its own outcome, and no call takes more than it may."""
    hall = Hall(at_once, bad)
    for number in range(count):
        hall.hear(number)
    hall.work()
    assert {n: error is not None for n, error in hall.settled.items()} == {
        n: n in bad for n in range(count)
    }
    assert all(len(call) <= at_once for call in hall.calls)


def test_together() -> None:
    """What waits is handed over together; what comes later has a call of its own."""
    hall = Hall(10, set())
    for numbers in (range(4), range(4, 6)):
        for number in numbers:
            hall.hear(number)
        hall.work()
    assert hall.calls == [[0, 1, 2, 3], [4, 5]]


def test_away() -> None:
    """While something is away nobody is tried alone: it is away for all."""
    hall = Hall(10, {1}, Unavailable())
    for number in range(3):
        hall.hear(number)
    hall.work()
    assert hall.calls == [[0, 1, 2]]
    assert all(hall.settled.values())
