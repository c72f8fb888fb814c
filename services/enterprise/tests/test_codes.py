"""The unified social credit code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from services.enterprise.domain import codes


@given(st.uuids(), st.integers(0, 50), st.sampled_from(["430104", "430000", "433101"]))
def test_valid(case, attempt, division):
    """Every code validates by both standards and names its division."""
    code = codes.social_credit_code(division, str(case), attempt)
    assert uscc.validate(code) == code and codes.is_valid(code)
    assert code.startswith(f"91{division}MA")


def test_deterministic():
    """The same cause gives the same code; the next attempt gives another one."""
    first = codes.social_credit_code("430104", "case", 0)
    assert first == codes.social_credit_code("430104", "case", 0)
    assert len({codes.social_credit_code("430104", "case", n) for n in range(100)}) == 100


def test_known():
    """Codes of existing enterprises validate."""
    for code in ("91110000600037341L", "91440300708461136T"):
        assert codes.is_valid(code)


@pytest.mark.parametrize("code", ["", "91430104MA00000000", "x" * 18])
def test_invalid(code):
    """Anything else does not."""
    assert not codes.is_valid(code)
