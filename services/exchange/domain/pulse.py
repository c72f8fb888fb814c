"""Signs of life of a node: when it answered last, how fast, and how often it did not (pure).

    pulse  {_id node, heartbeat_at, failed_at, hours: {hour: Hour}}   the last 24 hours with traffic
    Hour   {answered, failed, milliseconds, slowest}   sum and maximum over what was answered
    hour   "2026-11-23T04", UTC

Guarantees: what is told in any order and in any portions adds up to the same hours. Does not: keep
single calls (the log of evidence does).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

HOURS = 24

Hour = dict[str, int]
Pulse = Mapping[str, Any]


class Beat(NamedTuple):
    """One call: answered within so many milliseconds, or not; None: only a sign of life."""

    at: datetime
    milliseconds: int | None = None
    answered: bool = True


def hour_of(moment: datetime) -> str:
    """The hour of `moment` as pulses are kept by."""
    return moment.astimezone(UTC).isoformat(timespec="hours")[:13]


def blank(node: str) -> dict[str, Any]:
    """The pulse of a node that was never heard of."""
    return {"_id": node, "heartbeat_at": None, "failed_at": None, "hours": {}}


def take(pulse: dict[str, Any], beat: Beat) -> None:
    """Count `beat` in `pulse`, in place: this runs with every use."""
    last = "heartbeat_at" if beat.answered else "failed_at"
    pulse[last] = max(pulse[last] or beat.at, beat.at)
    if beat.milliseconds is None:
        return
    none: Hour = {"answered": 0, "failed": 0, "milliseconds": 0, "slowest": 0}
    hour = pulse["hours"].setdefault(hour_of(beat.at), none)
    hour["answered" if beat.answered else "failed"] += 1
    if beat.answered:
        hour["milliseconds"] += beat.milliseconds
        hour["slowest"] = max(hour["slowest"], beat.milliseconds)


def merged(pulse: Pulse, other: Pulse) -> dict[str, Any]:
    """`pulse` with all that `other` has counted."""
    hours = {hour: dict(told) for hour, told in pulse["hours"].items()}
    for name, told in other["hours"].items():
        kept = hours.get(name)
        hours[name] = _added(kept, told) if kept else dict(told)
    latest = {
        name: max(filter(None, (pulse[name], other[name])), default=None)
        for name in ("heartbeat_at", "failed_at")
    }
    kept_hours = {hour: hours[hour] for hour in sorted(hours)[-HOURS:]}
    return {**pulse, **latest, "hours": kept_hours}


def _added(one: Hour, other: Hour) -> Hour:
    sums = {name: one[name] + other[name] for name in ("answered", "failed", "milliseconds")}
    return {**sums, "slowest": max(one["slowest"], other["slowest"])}


def figures(pulse: Pulse) -> dict[str, Any]:
    """What the kept hours say: {calls, failed, failure_rate, mean_ms, slowest_ms}.

    failure_rate: failed of all calls, 0 to 1, to four places; None where there were no calls.
    """
    hours = pulse["hours"].values()
    answered, failed, total = (
        sum(hour[name] for hour in hours) for name in ("answered", "failed", "milliseconds")
    )
    calls = answered + failed
    return {
        "calls": calls,
        "failed": failed,
        "failure_rate": round(failed / calls, 4) if calls else None,
        "mean_ms": round(total / answered) if answered else None,
        "slowest_ms": max((hour["slowest"] for hour in hours), default=None) if answered else None,
    }
