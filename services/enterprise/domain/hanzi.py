"""Chinese characters: the standard form of each, and how it is read.

Guarantees: looks characters up in two compact tables (42 KB each in memory), so it costs the same
for every text. Does not: know readings that depend on the context (the most common one counts),
nor characters outside the Unicode block 4E00-9FFF.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator
from pathlib import Path

FIRST, LAST = 0x4E00, 0x9FFF
_DATA = Path(__file__).parent.parent / "data"


def _lines(name: str) -> Iterator[str]:
    with (_DATA / name).open(encoding="utf-8") as file:
        yield from (line.strip() for line in file if not line.startswith("#"))


def _standard_forms() -> array[int]:
    table = array("H", range(FIRST, LAST + 1))
    for line in _lines("standard.txt"):
        for pair in line.split():
            variant, standard = tuple(pair)
            table[ord(variant) - FIRST] = ord(standard)
    return table


def _readings() -> tuple[tuple[str, ...], array[int]]:
    names, table = [""], array("H", bytes(2 * (LAST - FIRST + 1)))
    for line in _lines("pinyin.txt"):
        reading, characters = line.split(" ")
        for character in characters:
            table[ord(character) - FIRST] = len(names)
        names.append(reading)
    return tuple(names), table


_STANDARD = _standard_forms()
_NAMES, _READING = _readings()


def is_han(character: str) -> bool:
    """Whether it is a Chinese character of the common Unicode block."""
    return FIRST <= ord(character) <= LAST


def standard(text: str) -> str:
    """`text` with traditional and variant characters replaced by the standard ones."""
    return "".join(chr(_STANDARD[ord(c) - FIRST]) if is_han(c) else c for c in text)


def reading(text: str) -> str:
    """How `text` is read, syllable by syllable with tones: 红光 -> "hong2 guang1"."""
    return " ".join(_NAMES[_READING[ord(c) - FIRST]] if is_han(c) else c for c in text)


def normalised(text: str) -> str:
    """`text` for comparison: NFKC, lower case, standard characters, letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return standard("".join(c for c in folded if c.isalnum()))
