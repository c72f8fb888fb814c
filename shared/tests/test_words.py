from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.words import query, rank, searchable

NAMES = searchable(("食品经营许可", "Food trade: licence"))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("食品经营", 0),
        ("经营许可", 1),
        ("Food trade", 0),
        ("licence", 1),
        ("ＦＯＯＤ　ｌｉｃ", 2),
        ("许可 食品", 2),
        ("怎么办理食品经营许可证", 3),
        ("how do I get a food licence", 2),
        ("药品零售", None),
        ("aircraft", None),
        ("?!", None),
    ],
)
def test_rank(asked: str, expected: int | None) -> None:
    """Whole phrases come first, then all terms, then enough of them."""
    assert rank(query(asked), NAMES, NAMES) == expected


@given(st.text(max_size=30))
def test_any_text(asked: str) -> None:
    """Whatever is typed, the answer is a rank or nothing."""
    found = rank(query(asked), NAMES, NAMES)
    assert found is None or 0 <= found <= 6


@given(st.text("食品药经营许可 abc", min_size=2, max_size=12))
def test_own_name(name: str) -> None:
    """What has any term is found by its own name, first."""
    names = searchable((name,))
    asked = query(name)
    assert rank(asked, names, names) == (0 if asked.phrase else None)
