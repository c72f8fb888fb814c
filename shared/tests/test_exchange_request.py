"""What a request must be: complete, bounded, of one kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.exchange.request import SCHEMA, check, is_plain
from shared.tests.exchanging import ANYTHING, ZHANG

QUERY: dict[str, Any] = {
    "id": "8f14e45f-ceea-467f-9a3b-0000000000aa",
    "attempt": 1,
    "at": "2026-11-23T04:00:00.123Z",
    "kind": "query",
    "consumer": "GOV/education/education",
    "grant": "grant-1",
    "purpose": "enrolment",
    "case": "education/1",
    "item": "school-enrolment",
    "resource": "household-register",
    "fields": ["number"],
    "salt": "5a" * 16,
    "key": {"identity": ZHANG},
    "keys": None,
    "claims": None,
}
VERIFY = {**QUERY, "kind": "verify", "claims": {"number": "H-1"}}
BATCH = {**QUERY, "kind": "batch", "key": None, "keys": [{"identity": ZHANG}] * 500}


@pytest.mark.parametrize("request_", [QUERY, VERIFY, BATCH, {**QUERY, "item": None}])
def test_usual(request_: dict[str, Any]) -> None:
    """What consumers write is taken at a glance."""
    assert is_plain(request_)
    check(request_)


@given(st.sampled_from([QUERY, VERIFY, BATCH]), st.sampled_from(sorted(QUERY)), ANYTHING)
def test_glance(request_: dict[str, Any], name: str, value: Any) -> None:
    """What is taken at a glance, the schema takes as well."""
    changed = {**request_, name: value}
    if is_plain(changed):
        assert SCHEMA.validate(changed) == {}


@given(st.sampled_from(sorted(QUERY)))
def test_incomplete(name: str) -> None:
    """A request that lacks a member, or has one more, is refused."""
    with pytest.raises(Invalid):
        check({key: value for key, value in QUERY.items() if key != name})
    with pytest.raises(Invalid):
        check({**QUERY, f"{name}-2": 1})


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"attempt": 0}, "/attempt"),
        ({"attempt": "1"}, "/attempt"),
        ({"at": "yesterday"}, "/at"),
        ({"at": "2026-11-23T04:00:00"}, "/at"),
        ({"kind": "erase"}, "/kind"),
        ({"salt": "5a"}, "/salt"),
        ({"fields": []}, "/fields"),
        ({"fields": ["number", "number"]}, "/fields"),
        ({"key": None}, "/key"),
        ({"keys": [{"identity": ZHANG}]}, "/keys"),
        ({"key": {"identity": [ZHANG]}}, "/key/identity"),
        ({"key": {"identity": 1.5}}, "/key/identity"),
        ({"key": {"identity": "1" * 501}}, "/key/identity"),
        ({"claims": {"number": "H-1"}}, "/claims"),
        ({"kind": "verify", "claims": {"address": "x"}}, "/fields"),
        ({"consumer": "GOV/\x00"}, "/consumer"),
    ],
)
def test_refused(change: dict[str, Any], pointer: str) -> None:
    """Every fault is named by its place."""
    with pytest.raises(Invalid) as refused:
        check({**QUERY, **change})
    assert pointer in [error.pointer for error in refused.value.errors]


def test_times_in_other_words() -> None:
    """A time may be written as RFC 3339 allows."""
    check({**QUERY, "at": "2026-11-23T12:00:00+08:00"})


@pytest.mark.parametrize("given_", [None, [], "x", 1])
def test_no_object(given_: Any) -> None:
    """What is no object is refused."""
    with pytest.raises(Invalid):
        check(given_)
