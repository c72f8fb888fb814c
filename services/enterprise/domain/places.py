"""Divisions: those of Hunan by code, how one opens a company name, which can be no trade name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from shared.division import Division, at_level, divisions, level
from shared.division import name as division_name
from shared.text import Text

LEVEL_WORDS = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
SHORTEST = 2
"""Characters that a short name keeps: 娄底市 -> 娄底, but 宁市 would stay as it is."""
PREFECTURES = {"湘西土家族苗族自治州": "湘西"}
_DATA = Path(__file__).parent.parent / "data"


class Place(NamedTuple):
    """A division: code (GB/T 2260), its full name, the city it lies in ("" if none), in English."""

    code: str
    name: str
    city: str = ""
    english: str = ""


def _lines(file: str) -> Iterator[str]:
    for line in (_DATA / file).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line


def _place(division: Division) -> Place:
    city = at_level(division.code, "city") if division.level == "county" else None
    around = division_name(city).zh if city else ""
    return Place(division.code, division.name.zh, around, str(division.name))


NAMES = frozenset(word for line in _lines("places.txt") for word in line.split())
PLACES = {division.code: _place(division) for division in divisions()}
"""The divisions of Hunan by code."""


def short(name: str) -> str:
    """A division's name without the word for its level: 湖南省 -> 湖南, 浏阳市 -> 浏阳."""
    if name in PREFECTURES:
        return PREFECTURES[name]
    endings = (w for w in LEVEL_WORDS if name.endswith(w) and len(name) - len(w) >= SHORTEST)
    return name.removesuffix(next(endings, ""))


def words(place: Place) -> str:
    """How `place` opens a company name; a district stands behind its city (Provisions, Art. 7)."""
    if level(place.code) == "county" and place.name.endswith("区"):
        return place.city + place.name
    return short(place.name)


def is_place(text: str) -> bool:
    """Whether `text` is a division's name, with or without the word for its level (Art. 8)."""
    return text in NAMES or (short(text) != text and short(text) in NAMES)


def authority(code: str) -> Text:
    """The name of the market regulation authority of the division `code`."""
    place = PLACES[code]
    district = place.city and place.name.endswith("区")
    city = PLACES[at_level(code, "city") or code]
    return Text(
        f"{place.city if district else ''}{place.name}市场监督管理局",
        f"Market Regulation Bureau of {place.english}{f', {city.english}' if district else ''}",
    )
