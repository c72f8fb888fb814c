from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.domain import lines
from shared.errors import Invalid, TooLarge

LINE = st.binary(max_size=300).map(lambda b: b.replace(b"\n", b"").strip())


@given(st.lists(LINE, max_size=20), st.booleans())
def test_numbered(given_lines: list[bytes], zipped: bool) -> None:
    """Every line that is not blank comes back with its number, plain or packed."""
    data = b"\n".join(given_lines)
    if not zipped and data.startswith(lines.GZIP):
        return
    packed = gzip.compress(data) if zipped else data
    expected = [(n, line) for n, line in enumerate(given_lines, 1) if line]
    assert list(lines.numbered(packed)) == expected


def test_long_line() -> None:
    """A line that is too long is told as such, and the next one is read."""
    data = b"a" * (5 * lines.LONGEST_LINE) + b"\nb\n"
    assert list(lines.numbered(data)) == [(1, None), (2, b"b")]


@pytest.mark.parametrize("cut", [5, 30, -1, -9])
def test_broken_gzip(cut: int) -> None:
    """A gzip that is cut off is refused, whatever has been read of it."""
    packed = gzip.compress(b"\n".join(b"%d" % n for n in range(50_000)))
    with pytest.raises(Invalid):
        list(lines.numbered(packed[:cut]))


def test_garbled_gzip() -> None:
    """What only begins like gzip is refused."""
    with pytest.raises(Invalid):
        list(lines.numbered(lines.GZIP + b"nonsense that is no gzip"))


def test_bomb() -> None:
    """A small file that unpacks to too much is refused before it is all there."""
    packed = gzip.compress(b"0" * (lines.MOST_BYTES + 1))
    with pytest.raises(TooLarge):
        list(lines.numbered(packed))


def test_too_many_lines() -> None:
    """So is one with too many lines."""
    with pytest.raises(TooLarge):
        list(lines.numbered(b"1\n" * (lines.MOST_LINES + lines.PIECE)))
