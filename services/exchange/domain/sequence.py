"""Keys asked for one after the other: somebody goes through a register (pure).

Guarantees: `RUN` keys of one consumer for one resource, each a small step above the one before, are
noticed, once for every `RUN`. Does not: keep the keys: only the last one, as a number, in memory of
one process; and what is asked through other processes is not seen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

RUN = 20
STEP = 10
"""The greatest step between neighbours: numbers of one day of birth differ by ones and twos."""
REMEMBERED = 10_000
IDENTITY_DIGITS = 17
"""Of a resident identity number; the 18th is a check digit (GB 11643)."""


class Sequences:
    """The last key and the length of its run, by consumer and resource."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def note(self, consumer: str, resource: str, keys: Sequence[Mapping[str, object]]) -> bool:
        """Whether with `keys` a run has become (another) `RUN` keys long."""
        last, run = self._runs.pop((consumer, resource), (0, 0))
        noticed = False
        for key in keys:
            number = ordinal(key)
            run = run + 1 if number is not None and 0 < number - last <= STEP else 1
            last = number or 0
            noticed = noticed or run % RUN == 0
        self._runs[consumer, resource] = last, run
        if len(self._runs) > REMEMBERED:
            self._runs.popitem(last=False)
        return noticed


def ordinal(key: Mapping[str, object]) -> int | None:
    """The digits of a key of one field, as a number; of an identity number those that count."""
    if len(key) != 1:
        return None
    [value] = key.values()
    text = str(value)
    digits = text[:IDENTITY_DIGITS] if len(text) == IDENTITY_DIGITS + 1 else text
    found = "".join(c for c in digits if c.isdecimal())
    return int(found) if found and found.isascii() else None
