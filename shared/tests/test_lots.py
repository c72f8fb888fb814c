"""Many waiting events for one call."""

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from shared.entrypoints.lots import Lots, tried
from shared.errors import Unavailable


class Hall:
    """A gathering whose work is done when it is told to; notes the lots."""

    def __init__(self, at_once: int) -> None:
        self.lots: list[list[int]] = []
        self._work: list[Callable[[], None]] = []
        self._gathering: Lots[int] = Lots(
            at_once, lambda lot: self.lots.append(list(lot)), self._work.append
        )

    def come(self, *numbers: int) -> None:
        for number in numbers:
            self._gathering.add(number)

    def work(self) -> None:
        for work in self._work:
            work()
        self._work.clear()


@given(st.lists(st.integers(1, 9)), st.integers(1, 7))
def test_in_order(groups: list[int], at_once: int) -> None:
    """Everyone is in one lot, in the order they came, and no lot is larger than it may be."""
    hall, come = Hall(at_once), 0
    for size in groups:
        hall.come(*range(come, come + size))
        come += size
        if size % 2:
            hall.work()
    hall.work()
    assert [number for lot in hall.lots for number in lot] == list(range(come))
    assert all(len(lot) <= at_once for lot in hall.lots)


def test_together() -> None:
    """What waits is worked on together; what comes later has a lot of its own."""
    hall = Hall(10)
    hall.come(0, 1, 2, 3)
    hall.work()
    hall.come(4, 5)
    hall.work()
    assert hall.lots == [[0, 1, 2, 3], [4, 5]]


class Bad:
    """A handler that fails where one of `bad` is among those it is given."""

    def __init__(self, bad: set[int], error: Exception | None = None) -> None:
        self.calls: list[list[int]] = []
        self._bad = bad
        self._error = error or ValueError()

    def __call__(self, numbers: Sequence[int]) -> Exception | None:
        self.calls.append(list(numbers))
        return self._error if self._bad & set(numbers) else None


@given(st.integers(0, 30), st.sets(st.integers(0, 29)))
def test_tried(count: int, bad: set[int]) -> None:
    """Each has its own outcome."""
    outcomes = tried(list(range(count)), Bad(bad))
    assert {n: error is not None for n, error in outcomes} == {n: n in bad for n in range(count)}


def test_away() -> None:
    """While something is away nobody is tried alone: it is away for all."""
    handler = Bad({1}, Unavailable())
    outcomes = tried([0, 1, 2], handler)
    assert handler.calls == [[0, 1, 2]]
    assert all(error for _, error in outcomes)
