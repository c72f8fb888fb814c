"""When what runs at intervals runs."""

import pytest

from shared.entrypoints.timed import interval


@pytest.mark.parametrize(
    ("seconds", "every", "expected"),
    [(30, None, 30), (3600, None, 3600), (1, "2", 2), (60, "2", 2), (3600, "2", 120)],
)
def test_interval(seconds: float, every: str | None, expected: float) -> None:
    """As declared, unless the environment shortens it: rare runs stay rarer than others."""
    assert interval(seconds, every) == expected
