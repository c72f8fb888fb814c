"""Growing lock-out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import lockout

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = 60


def after(failures: int) -> lockout.Document:
    """The record after so many failures at once."""
    record = None
    for _ in range(failures):
        record = lockout.failed(record, "somebody", NOW)
    assert record is not None
    return record


@given(st.integers(0, 200))
def test_grows(failures: int) -> None:
    """One more failure never shortens the wait."""
    assert lockout.wait(failures) <= lockout.wait(failures + 1)


def test_few() -> None:
    """Four mistakes cost nothing, the fifth a minute."""
    assert lockout.seconds_left(after(4), NOW) == 0
    assert lockout.seconds_left(after(5), NOW) == lockout.wait(5) == MINUTE
    assert lockout.seconds_left(after(5), NOW + timedelta(seconds=MINUTE - 0.5)) == 1
    assert lockout.seconds_left(after(5), NOW + timedelta(seconds=MINUTE)) == 0


def test_unknown() -> None:
    """A name without failures may be tried."""
    assert lockout.seconds_left(None, NOW) == 0


def test_quiet() -> None:
    """A quiet day forgives."""
    record = lockout.failed(after(9), "somebody", NOW + lockout.QUIET)
    assert record["failures"] == 1
