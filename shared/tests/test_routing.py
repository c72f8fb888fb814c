"""Which authority handles a case."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.department.routing import authority, in_force
from shared.division import LEVELS, ancestors, covers, divisions, level
from shared.errors import Invalid
from shared.tests.desk import item

TODAY = date(2026, 11, 23)

codes = st.sampled_from([d.code for d in divisions()])
levels = st.frozensets(st.sampled_from(LEVELS), min_size=1)


def delegation(*delegates: str, until: str | None = None) -> dict[str, Any]:
    return {"delegates": list(delegates), "from_day": "2026-01-01", "until_day": until}


@given(codes, levels, st.lists(codes, max_size=4))
def test_authority(code: str, powers: frozenset[str], delegates: list[str]) -> None:
    """The nearest division that has the power, by level or delegation, is chosen; or none is."""
    chosen = item("i", levels=powers)
    able = [c for c in ancestors(code) if level(c) in powers or c in delegates]
    if able:
        found = authority(chosen, code, [delegation(*delegates)], TODAY)
        assert found == able[0]
        assert covers(found, code)
    else:
        with pytest.raises(Invalid) as refusal:
            authority(chosen, code, [delegation(*delegates)], TODAY)
        assert [e.pointer for e in refusal.value.errors] == ["/division"]


@pytest.mark.parametrize(
    ("from_day", "until_day", "expected"),
    [
        ("2026-11-23", None, True),
        ("2026-11-24", None, False),
        ("2026-01-01", "2026-11-23", True),
        ("2026-01-01", "2026-11-22", False),
    ],
)
def test_in_force(from_day: str, until_day: str | None, expected: bool) -> None:
    """A delegation is in force from its first to its last day, both included."""
    told = {"from_day": from_day, "until_day": until_day}
    assert in_force(told, TODAY) is expected
    assert in_force({k: v for k, v in told.items() if v}, TODAY) is expected


def test_ended() -> None:
    """A delegation that has ended gives no power."""
    provincial = item("i", levels=frozenset({"province"}))
    ended = delegation("430104", until="2026-11-22")
    assert authority(provincial, "430104", [ended], TODAY) == "430000"
