"""Signs of life add up, and cost no write a use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain.pulse import Beat, blank, figures, merged, take
from services.exchange.usecases.pulses import Pulses
from shared.errors import Unavailable
from shared.testing import NOON, FakeStore

NODE = "GOV/education"
BEATS = st.builds(
    Beat,
    st.integers(0, 40 * 3600).map(lambda s: datetime(2026, 11, 23, tzinfo=UTC) + timedelta(0, s)),
    st.none() | st.integers(0, 5000),
    st.booleans(),
)


def counted(beats: list[Beat]) -> dict[str, Any]:
    pulse = blank(NODE)
    for beat in beats:
        take(pulse, beat)
    return pulse


@given(st.lists(st.lists(BEATS)))
def test_portions(portions: list[list[Beat]]) -> None:
    """However calls are spread over processes and writes, the pulse is the same."""
    whole = merged(blank(NODE), counted([beat for portion in portions for beat in portion]))
    summed = blank(NODE)
    for portion in portions:
        summed = merged(summed, counted(portion))
    newest = max(whole["hours"], default="")
    assert summed["hours"].get(newest) == whole["hours"].get(newest)
    assert len(summed["hours"]) <= 24
    assert (summed["heartbeat_at"], summed["failed_at"]) == (
        whole["heartbeat_at"],
        whole["failed_at"],
    )


def test_figures() -> None:
    """Rate, mean and maximum are those of the calls; a mere sign of life is no call."""
    beats = [Beat(NOON, 10), Beat(NOON, 30), Beat(NOON, 900, answered=False), Beat(NOON)]
    found = figures(counted(beats))
    assert found == {
        "calls": 3,
        "failed": 1,
        "failure_rate": 0.3333,
        "mean_ms": 20,
        "slowest_ms": 30,
    }
    assert figures(blank(NODE))["failure_rate"] is None


def test_written() -> None:
    """Two processes' calls add up in one document a node, written once."""
    store, one, other = FakeStore(), Pulses(), Pulses()
    for n in range(100):
        one.tell(NODE, 0.01, True, NOON + timedelta(seconds=n))
    other.tell(NODE, 0.05, False, NOON)
    assert (one.write(store), other.write(store), one.write(store)) == (1, 1, 0)
    kept = store["pulses"].require(NODE)
    assert kept["version"] == 2 and figures(kept)["calls"] == 101
    assert kept["heartbeat_at"] == NOON + timedelta(seconds=99)


def test_away() -> None:
    """What cannot be written now is written later, with what has come since."""

    class Away(FakeStore):
        def __getitem__(self, name: str) -> Any:
            raise Unavailable

    pulses, store = Pulses(), FakeStore()
    pulses.tell(NODE, 0.01, True, NOON)
    with pytest.raises(Unavailable):
        pulses.write(Away())
    pulses.tell(NODE, 0.01, True, NOON)
    pulses.write(store)
    assert figures(store["pulses"].require(NODE))["calls"] == 2
