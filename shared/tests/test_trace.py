"""Trace context."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.trace import TRACEPARENT, UNRECORDED, above, continued, trace_id

hexes = st.text("0123456789abcdef", min_size=32, max_size=32).filter(lambda t: set(t) != {"0"})


@given(hexes)
def test_kept(trace: str) -> None:
    """The caller's trace goes on, with a parent of ours."""
    given_ = f"00-{trace}-00f067aa0ba902b7-01"
    ours = continued(given_)
    assert TRACEPARENT.fullmatch(ours)
    assert trace_id(ours) == trace
    assert ours != given_


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "x",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-" + "a" * 32 + "-" + "0" * 16 + "-01",
        "00-" + "A" * 32 + "-00f067aa0ba902b7-01",
        "00-" + "a" * 32 + "-00f067aa0ba902b7-01\n",
    ],
)
def test_new(bad: str | None) -> None:
    """What is not a trace context begins a new one."""
    ours = continued(bad)
    assert TRACEPARENT.fullmatch(ours)
    assert trace_id(ours) != trace_id(continued(bad))


def test_unrecorded() -> None:
    """What its caller does not record stays unrecorded; what begins here is as it is said to be."""
    assert continued("00-" + "a" * 32 + "-00f067aa0ba902b7-00").endswith("-00")
    assert continued(None, UNRECORDED).endswith("-00")
    assert continued(None).endswith("-01")


def test_above() -> None:
    """Above a context is what it came from, and nothing where that was no context."""
    ours = continued(None)
    assert above(continued(ours), ours) == ours
    assert above(ours, None) is None
    assert above(ours, continued(None)) is None


def test_none() -> None:
    """Without a context there is no trace id."""
    assert trace_id(None) == ""
