"""What may be deleted: records of failures and of sessions that no longer matter.

Such a record names in `day` the last day (UTC) on which it can matter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

LOOK_BACK = 14
"""Days; so long may the service have been down and still find what it left."""


def swept_days(now: datetime) -> list[str]:
    """The days whose records can go at `now`."""
    return [(now.date() - timedelta(days=2 + n)).isoformat() for n in range(LOOK_BACK)]
