"""Families of refresh tokens."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import sessions
from services.identity.domain.sessions import Verdict

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ACCOUNT = {"_id": "a1", "epoch": 3}
FAMILY = "0e2a1c1e-6d5f-4a57-b1c8-2f2a4c7d8e90"


def family() -> sessions.Document:
    """A new family whose token is "t0"."""
    return sessions.start(FAMILY, ACCOUNT, "t0", NOW)


def test_rotates() -> None:
    """The current token gives the next one."""
    verdict, after = sessions.rotate(family(), "t0", "t1", NOW)
    assert (verdict, after["current"], after["used"]) == (Verdict.ROTATED, "t1", ["t0"])


def test_reuse() -> None:
    """A token that comes back ends the family, also for its rightful holder."""
    _, after = sessions.rotate(family(), "t0", "t1", NOW)
    verdict, ended = sessions.rotate(after, "t0", "t2", NOW)
    assert verdict is Verdict.REUSED
    assert sessions.rotate(ended, "t1", "t2", NOW)[0] is Verdict.REFUSED


def test_guess() -> None:
    """A token that never was one of the family does it no harm."""
    verdict, after = sessions.rotate(family(), "guess", "t1", NOW)
    assert (verdict, after) == (Verdict.REFUSED, family())


def test_idle() -> None:
    """A family that nobody uses ends."""
    assert sessions.rotate(family(), "t0", "t1", NOW + sessions.IDLE)[0] is Verdict.REFUSED


def test_longest() -> None:
    """Even a family in use ends at last."""
    session, token = family(), "t0"
    for hour in range(1, 12):
        now = NOW + timedelta(hours=hour)
        verdict, session = sessions.rotate(session, token, token := f"t{hour}", now)
        assert verdict is Verdict.ROTATED
    assert not sessions.is_live(session, NOW + sessions.LONGEST)


@given(st.lists(st.integers(0, 9), max_size=20))
def test_one_good(shown: list[int]) -> None:
    """Whatever is shown in whatever order: a token is good at most once."""
    session, good = family(), []
    for step, number in enumerate(shown):
        fresh = f"t{len(session['used']) + 1}"
        verdict, session = sessions.rotate(session, f"t{number}", fresh, NOW + timedelta(0, step))
        good += [number] if verdict is Verdict.ROTATED else []
    assert len(good) == len(set(good))


@given(st.text(max_size=90))
def test_presented(text: str) -> None:
    """Whatever a client sends, only what we could have given out is taken apart."""
    parts = sessions.presented(text)
    assert parts is None or text.startswith(parts.family)


def test_token() -> None:
    """What was given out is known again by its digest."""
    secret = "x" * 43
    parts = sessions.presented(sessions.token(FAMILY, secret))
    assert parts == (FAMILY, sessions.digest(secret))
