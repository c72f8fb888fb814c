"""What is swept no longer matters."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import lockout, sessions, sweeping

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_failures(failed_at: datetime, passed: timedelta) -> None:
    """A record of failures that is swept would be forgiven anyway."""
    record = lockout.failed(None, "somebody", failed_at)
    if record["day"] in sweeping.swept_days(failed_at + passed):
        assert lockout.failed(record, "somebody", failed_at + passed)["failures"] == 1
    else:
        assert passed < timedelta(days=3)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_sessions(started_at: datetime, passed: timedelta) -> None:
    """A session that is swept has ended; an ended one is swept in the end."""
    session = sessions.start("f", {"_id": "a", "epoch": 0}, "t", started_at)
    if session["day"] in sweeping.swept_days(started_at + passed):
        assert not sessions.is_live(session, started_at + passed)
    else:
        assert passed < timedelta(days=4)
