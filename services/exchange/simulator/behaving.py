"""How simulated systems misbehave: slowly, now and then not at all, or not for a while.

Guarantees: by chance that follows from a seed, so a run can be repeated. Does not: lie; what is
answered is right.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

HANGING = 60.0
"""Seconds that a request which hangs is held."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """latency: mean milliseconds of an answer (exponential). failures, hangs: shares of requests,
    0 to 1, that get a 503 or no answer. away: all of them get a 503.
    """

    latency: float = 0.0
    failures: float = 0.0
    hangs: float = 0.0
    away: bool = False


class Behaviours:
    """Of all nodes of one process: one for all, until a node is told another."""

    def __init__(self, usual: Behaviour, seed: int = 2018) -> None:
        self._of: dict[str, Behaviour] = defaultdict(lambda: usual)
        self._chance = random.Random(seed)  # noqa: S311 (no secret)

    def tell(self, node: str, told: dict[str, Any]) -> Behaviour:
        """From now on `node` behaves as `told`; TypeError for what no behaviour has."""
        self._of[node] = replace(self._of[node], **told)
        return self._of[node]

    def answers(self, node: str) -> bool:
        """Whether this request is answered, after the time that it takes."""
        one = self._of[node]
        drawn = self._chance.random()
        if one.away:
            return False
        if one.latency:
            time.sleep(self._chance.expovariate(1000 / one.latency))
        if drawn < one.hangs:
            time.sleep(HANGING)
        return drawn >= one.hangs + one.failures
