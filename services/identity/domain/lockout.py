"""How long a login name waits after failed attempts.

Guarantees: waits only grow while failures go on; a name that nobody has registered waits exactly
as one that somebody has, so a wait tells nothing. Does not: limit one address (the gateway does).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

Document = dict[str, Any]

WAITS = ((5, 60), (6, 120), (7, 300), (8, 900), (9, 1800), (10, 3600))
"""From so many failures in a row on: seconds to wait after each (NIST SP 800-63B, 5.2.2)."""

QUIET = timedelta(hours=24)
"""After so long without a failure the count starts anew."""


def wait(failures: int) -> int:
    """Seconds to wait after `failures` in a row; 0 while there are few."""
    return max((seconds for least, seconds in WAITS if failures >= least), default=0)


def failed(record: Mapping[str, Any] | None, name: str, now: datetime) -> Document:
    """The record of the login name whose lookup is `name` after one more failure.

    Shape: _id (lookup), failures, failed_at, until (when it may be tried again), day (sweeping).
    """
    count = 1 + (record["failures"] if record and now - record["failed_at"] < QUIET else 0)
    return {
        **(record or {}),
        "_id": name,
        "failures": count,
        "failed_at": now,
        "until": now + timedelta(seconds=wait(count)),
        "day": now.date().isoformat(),
    }


def seconds_left(record: Mapping[str, Any] | None, now: datetime) -> int:
    """Whole seconds until the name may be tried again; 0 where it may be now."""
    if record is None:
        return 0
    left: timedelta = record["until"] - now
    return max(0, math.ceil(left.total_seconds()))
