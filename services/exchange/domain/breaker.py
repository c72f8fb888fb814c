"""The circuit breaker of one provider (pure): whether to ask a system that has been failing.

    closed     every request is let through; `FAILURES` failures in a row open it
    open       none is, for a pause that doubles each time, from `FIRST_PAUSE` to `LONGEST_PAUSE`
    half-open  one probe at a time; it closes the breaker, or opens it anew

Guarantees: once open, only a probe decides, so requests that were on their way when it opened
change nothing; a probe that is never heard of again stands in the way for `PROBE_LIMIT` seconds.
Does not: know why a request failed, or keep time: `now` is seconds of a clock that never goes back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

FAILURES = 5
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds."""
PROBE_LIMIT = 30.0
"""Seconds."""

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Breaker:
    """failures: in a row, while closed. until: when the pause or the probe ends; None: closed."""

    failures: int = 0
    pause: float = 0.0
    until: float | None = None
    probing: bool = False


class Admission(NamedTuple):
    """A request that is let through; `probe`: its outcome decides."""

    breaker: Breaker
    probe: bool


CLOSED = Breaker()


def state(breaker: Breaker, now: float) -> State:
    """The state at `now`."""
    if breaker.until is None:
        return "closed"
    return "half-open" if breaker.probing or now >= breaker.until else "open"


def admitted(breaker: Breaker, now: float) -> Admission | None:
    """The request that comes at `now`, or None where it is not to be sent."""
    if breaker.until is None:
        return Admission(breaker, probe=False)
    if now < breaker.until:
        return None
    return Admission(replace(breaker, probing=True, until=now + PROBE_LIMIT), probe=True)


def wait(breaker: Breaker, now: float) -> float:
    """Seconds until a request can be let through."""
    return 0.0 if breaker.until is None else max(0.0, breaker.until - now)


def succeeded(breaker: Breaker, admission: Admission) -> Breaker:
    """After an answer to the request that was let through by `admission`."""
    return CLOSED if admission.probe or breaker.until is None else breaker


def failed(breaker: Breaker, admission: Admission, now: float) -> Breaker:
    """After that request failed."""
    if breaker.until is None:
        failures = breaker.failures + 1
        return _opened(0.0, now) if failures >= FAILURES else Breaker(failures)
    return _opened(breaker.pause, now) if admission.probe and breaker.probing else breaker


def _opened(pause: float, now: float) -> Breaker:
    longer = min(max(2 * pause, FIRST_PAUSE), LONGEST_PAUSE)
    return Breaker(FAILURES, longer, now + longer)
