"""The industry that a company name states, by division of GB/T 4754-2017.

Guarantees: wordings of one industry (地产, 房地产, 置业) get the same class, so that names can be
compared within it. Does not: know every trade; an unknown wording is a class of its own.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from services.enterprise.domain.hanzi import normalised

_TABLE = tomllib.loads(
    (Path(__file__).parent.parent / "data" / "industries.toml").read_text(encoding="utf-8")
)
GENERIC = frozenset(_TABLE["generic"])
CLASSES: dict[str, tuple[str, str]] = {
    code: (row["zh"], row["en"]) for code, row in _TABLE["classes"].items()
}
WORDS: dict[str, str] = {
    word: code for code, row in _TABLE["classes"].items() for word in row["words"]
}
LONGEST = max(map(len, [*WORDS, *GENERIC]))


def words_in(wording: str) -> list[str]:
    """The known words in `wording`, from left to right, the longest first at every place."""
    found, at = [], 0
    while at < len(wording):
        size = next(
            (
                n
                for n in range(min(LONGEST, len(wording) - at), 0, -1)
                if wording[at : at + n] in WORDS or wording[at : at + n] in GENERIC
            ),
            0,
        )
        if size:
            found.append(wording[at : at + size])
        at += size or 1
    return found


def class_of(industry: str) -> str:
    """The class of an industry's wording: a code of GB/T 4754, or the wording where none is known.

    The first word that names an industry decides; generic ones (科技, 贸易) only where it stands
    alone.
    """
    wording = normalised(industry)
    known = words_in(wording)
    exact = [w for w in known if w in WORDS and w not in GENERIC]
    loose = [w for w in known if w in WORDS]
    if exact:
        return WORDS[exact[0]]
    if loose and "".join(known) == wording:
        return WORDS[loose[0]]
    return _stem(wording, known)


def _stem(wording: str, known: list[str]) -> str:
    for word in known:
        wording = wording.replace(word, "", 1) or wording
    return wording


def is_industry(text: str) -> bool:
    """Whether `text` is made of nothing but words for industries (Art. 8: no trade name)."""
    wording = normalised(text)
    return bool(wording) and "".join(words_in(wording)) == wording
