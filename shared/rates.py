"""How often one account may ask, by the generic cell rate algorithm (ITU-T I.371).

Guarantees: over any time an account gets no more than its rate and one burst; who is refused is
told when to come again, and being refused costs nothing further; memory is bounded.
Does not: count over several processes (each counts its own), nor know who asks.
"""

from __future__ import annotations

from collections import OrderedDict
from math import ceil

MOST_ACCOUNTS = 50_000
"""Accounts that are remembered; whoever was not seen for longest is forgotten first."""


class Rates:
    """rate: requests a second in the long run; 0: no limit. burst: those that may come at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._pause = 1 / rate if rate else 0.0
        self._room = self._pause * (burst - 1)
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, account: str, now: float) -> int:
        """0, and the request counts; or the whole seconds until the next one will be let through.

        now: seconds of any clock that does not go back.
        """
        if not self._pause:
            return 0
        free_at = max(self._free_at.get(account, 0.0), now)
        if free_at - now > self._room:
            return max(1, ceil(free_at - now - self._room))
        self._free_at[account] = free_at + self._pause
        self._free_at.move_to_end(account)
        if len(self._free_at) > MOST_ACCOUNTS:
            self._free_at.popitem(last=False)
        return 0
