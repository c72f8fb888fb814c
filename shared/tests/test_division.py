"""Administrative divisions and departments."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.division import (
    LEVELS,
    PATTERN,
    ancestors,
    at_level,
    covers,
    departments,
    divisions,
    exists,
    level,
    name,
)

codes = st.sampled_from([d.code for d in divisions()])


def test_numbers() -> None:
    """The province has 14 prefecture-level and 122 county-level divisions."""
    assert Counter(d.level for d in divisions()) == {"province": 1, "city": 14, "county": 122}


def test_ancestors() -> None:
    """A division comes first, its province last."""
    assert ancestors("430104") == ("430104", "430100", "430000")
    assert ancestors("430100") == ("430100", "430000")
    assert ancestors("430000") == ("430000",)


@given(codes)
def test_chain(code: str) -> None:
    """Every ancestor exists and covers the division; levels get higher on the way."""
    chain = ancestors(code)
    assert all(exists(c) and covers(c, code) for c in chain)
    levels = [LEVELS.index(level(c)) for c in chain]
    assert levels == sorted(levels, reverse=True)
    assert [d.parent for d in divisions() if d.code == code] == [(*chain, None)[1]]


@given(codes, codes)
def test_covers(one: str, other: str) -> None:
    """Two divisions cover each other only if they are one."""
    assert (covers(one, other) and covers(other, one)) == (one == other)


@given(codes, st.sampled_from(LEVELS))
def test_at_level(code: str, wanted: str) -> None:
    """The division of a level is found from below, never from above."""
    found = at_level(code, wanted)
    assert (found is None) == (LEVELS.index(level(code)) < LEVELS.index(wanted))
    assert found is None or (level(found) == wanted and covers(found, code))


@pytest.mark.parametrize("code", ["", "43", "430199", "440000", "430104 "])
def test_unknown(code: str) -> None:
    """What is not in the data does not exist, and nothing of the province covers it by mistake."""
    assert not exists(code)
    with pytest.raises(KeyError):
        name(code)


def test_names() -> None:
    """Every division and department has a name in both languages and a code of its own."""
    named = {d.code: d.name for d in divisions()} | {d.code: d.name for d in departments()}
    assert all(text.zh and str(text) for text in named.values())
    assert len(named) == len(departments()) + len(divisions())
    assert all(PATTERN.fullmatch(d.code) for d in divisions())
    assert name("430100").zh == "长沙市"


def test_departments() -> None:
    """Fifty-five departments of the province, the eleven of the plan first, each its own office."""
    found = departments()
    assert [d.code for d in found][:3] == ["market-regulation", "education", "health"]
    assert [d.code for d in found][8:12] == [
        "ecology-environment",
        "emergency-management",
        "science-technology",
        "government-office",
    ]
    assert len({d.office.zh for d in found}) == len({str(d.office) for d in found}) == 55
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", d.code) and len(d.code) <= 40 for d in found)
