"""When lamps change by time alone, walked through in small steps (pure).

Guarantees: the steps follow each other without a gap from the last sweep until now; where the clock
was put back meanwhile, they begin anew; in none are more due than a small part of a day's.
Does not: know a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from services.supervision.domain.record import GRACE, SPREAD
from shared.clock import CHINA

FINE = timedelta(seconds=20)
"""Steps where many cases may be due: the first minutes of a day, and soon after a sweep, for what
was put off when the last word came. The rest of a day is one step."""
FAR = timedelta(days=3)
"""How far back to look in steps where nobody knows when the last sweep was."""
EARLIEST = datetime(2000, 1, 1, tzinfo=CHINA)

Step = tuple[datetime, datetime]
"""After the first moment, up to the second."""


def steps(swept: datetime | None, now: datetime) -> Iterator[Step]:
    """From the last sweep until `now`; from the earliest on where that is not known (None), or lies
    ahead: what came due since the clock was put back is behind it."""
    known = swept is not None and swept <= now
    start = swept if swept is not None and known else now - FAR
    if not known:
        yield EARLIEST, start
    at = start
    while at < now:
        end = min(_end(at, start), now)
        yield at, end
        at = end


def _end(at: datetime, start: datetime) -> datetime:
    midnight = datetime.combine(at.astimezone(CHINA), time(), CHINA)
    if at - start <= 2 * GRACE or at < midnight + timedelta(seconds=SPREAD):
        return at + FINE
    return midnight + timedelta(days=1)
