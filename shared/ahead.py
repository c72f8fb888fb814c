"""Work is done in green threads, ahead of the reader, who gets the results in order.

Guarantees: results come in the order of what they are about, up to `at_once` under way; an error
comes in its place; whoever reads no further ends what is under way. Does not: undo what was done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import eventlet

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], at_once: int
) -> Iterator[Result]:
    """``work(item)`` of each of `items`, in their order; at most `at_once` are under way."""
    under_way: deque[Any] = deque()
    try:
        for item in items:
            under_way.append(eventlet.spawn(work, item))
            if len(under_way) >= at_once:
                yield under_way.popleft().wait()
        while under_way:
            yield under_way.popleft().wait()
    finally:
        for thread in under_way:
            thread.kill()
