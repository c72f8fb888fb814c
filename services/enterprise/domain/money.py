"""Amounts in the capital numerals of official documents (中文大写金额)."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
GROUPS = ((100_000_000, "亿"), (10_000, "万"))


def in_words(yuan: int) -> str:
    """Whole yuan from 0 on in words: 1000000 -> 壹佰万元整."""
    return (_words(yuan) or DIGITS[0]) + "元整"


def _words(value: int) -> str:
    for size, name in GROUPS:
        if value >= size:
            high, low = divmod(value, size)
            gap = DIGITS[0] if 0 < low < size // 10 else ""
            return _words(high) + name + gap + _words(low)
    text, skipped = "", False
    for size, name in PLACES:
        digit = value // size % 10
        if digit:
            text += (DIGITS[0] if skipped else "") + DIGITS[digit] + name
        skipped = not digit and bool(text)
    return text
