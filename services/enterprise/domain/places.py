"""The division in a company name: which words stand for it, and which can be no trade name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from shared.division import level

LEVEL_WORDS = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
_TEXT = (Path(__file__).parent.parent / "data" / "places.txt").read_text(encoding="utf-8")
NAMES = frozenset(w for line in _TEXT.splitlines() if not line.startswith("#") for w in line.split())
PREFECTURES = {"湘西土家族苗族自治州": "湘西"}


class Place(NamedTuple):
    """A division: code (GB/T 2260), its full name, and the name of the city it lies in ("" if none)."""

    code: str
    name: str
    city: str = ""


def short(name: str) -> str:
    """A division's name without the word for its level: 湖南省 -> 湖南, 浏阳市 -> 浏阳."""
    if name in PREFECTURES:
        return PREFECTURES[name]
    word = next((w for w in LEVEL_WORDS if name.endswith(w) and len(name) - len(w) >= 2), "")
    return name.removesuffix(word)


def words(place: Place) -> str:
    """How `place` opens a company name; a district stands behind its city (Provisions, Art. 7)."""
    if level(place.code) == "county" and place.name.endswith("区"):
        return place.city + place.name
    return short(place.name)


def is_place(text: str) -> bool:
    """Whether `text` is a division's name, with or without the word for its level (Art. 8)."""
    return text in NAMES or (short(text) != text and short(text) in NAMES)
