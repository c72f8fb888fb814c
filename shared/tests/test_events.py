"""The envelope, the names and the ids of events."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Event, derived_id, event, matches, received

NOW = datetime(2026, 11, 23, 4, 0, 0, 123000, UTC)
TYPE = "education.case.accepted.v1"


@given(st.text(max_size=40), st.integers(1, 10**9))
def test_ids(subject: str, sequence: int) -> None:
    """The same fact has one id whatever it says and when; any other fact has another."""
    told = event(TYPE, subject, sequence, {"a": 1}, NOW)
    again = event(TYPE, subject, sequence, {"a": 2}, datetime(2027, 1, 1, tzinfo=UTC))
    assert told["id"] == again["id"]
    others = [
        event("education.case.closed.v1", subject, sequence, {}, NOW),
        event(TYPE, subject + "x", sequence, {}, NOW),
        event(TYPE, subject, sequence + 1, {}, NOW),
    ]
    assert len({told["id"], *(other["id"] for other in others)}) == 4


@given(st.lists(st.text(alphabet="abc1", max_size=3), max_size=4))
def test_derived(parts: list[str]) -> None:
    """Moving a letter from one part to the next gives another id."""
    assert derived_id(*parts) == derived_id(*parts)
    assert derived_id(*parts, "a", "bc") != derived_id(*parts, "ab", "c")


def test_envelope() -> None:
    """The envelope carries CloudEvents' required attributes (1.0, section 3.1)."""
    told = event(TYPE, "c1", 3, {"number": "N"}, NOW)
    assert told == {
        "specversion": "1.0",
        "id": derived_id(TYPE, "c1", 3),
        "source": "/education",
        "type": TYPE,
        "subject": "c1",
        "time": "2026-11-23T04:00:00.123+00:00",
        "datacontenttype": "application/json",
        "sequence": 3,
        "data": {"number": "N"},
    }


@given(st.dictionaries(st.text(max_size=5), st.integers(-9, 9)), st.none() | st.just("00-a-b-01"))
def test_round_trip(data: dict[str, Any], traceparent: str | None) -> None:
    """What is sent as JSON is what the handler gets."""
    told = event(TYPE, "c1", 3, data, NOW) | ({"traceparent": traceparent} if traceparent else {})
    read = orjson.loads(orjson.dumps(told))
    assert received(read, read["data"]) == Event(
        told["id"], TYPE, "/education", "c1", NOW, 3, data, traceparent
    )


@pytest.mark.parametrize(
    "type_",
    ["", "case.accepted.v1", "education.case.accepted", "education.case.accepted.v0",
     "education.case.accepted.v1.x", "Education.case.accepted.v1", "education.case.accepted.v1\n"],
)  # fmt: skip
def test_bad_type(type_: str) -> None:
    """A name that is not `<service>.<noun>.<participle>.v<n>` is not told."""
    with pytest.raises(ValueError, match="not an event type"):
        event(type_, "c1", 1, {}, NOW)


@pytest.mark.parametrize(
    ("pattern", "type_", "expected"),
    [
        (TYPE, TYPE, True),
        ("*.case.accepted.v1", TYPE, True),
        ("#", TYPE, True),
        ("education.#", TYPE, True),
        ("#.v1", TYPE, True),
        ("education.case.accepted.v1.#", TYPE, True),
        ("*.accepted.v1", TYPE, False),
        ("*.case.closed.v1", TYPE, False),
        ("education.*", TYPE, False),
        ("educationXcase.accepted.v1", TYPE, False),
    ],
)
def test_matches(pattern: str, type_: str, expected: bool) -> None:
    """Topic patterns match as the broker matches them (AMQP 0-9-1, 3.1.3.3)."""
    assert matches(pattern, type_) is expected
