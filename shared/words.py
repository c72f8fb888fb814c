"""Finding items by what people type, in Chinese and in English (pure).

Chinese is cut into bigrams (it has no spaces), English into words of which the beginning is
enough. Guarantees: the same text is found however it is spaced, cased or in full-width letters
(Unicode NFKC). Does not: know synonyms or mend typing errors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

CHINESE = re.compile(r"[\u3400-\u9fff]+")
WORD = re.compile(r"[a-z0-9]+")
ENOUGH = 0.5
"""Of a query's terms, the share that must be found."""


FILLERS = re.compile(
    "怎么办理|怎么办|怎么|如何|办理|我要|我想|请问|申请|需要|什么|哪里|流程|手续|的|吗"
    "|\\b(?:how|do|i|to|get|apply|for|where|can|an?|the|my)\\b"
)
"""What people say around the thing they look for."""


class Query(NamedTuple):
    """What is looked for: the whole phrase, and its terms."""

    phrase: str
    terms: Sequence[str]


def normalised(text: str) -> str:
    """Lower case, NFKC, one space before every word, none within Chinese."""
    text = unicodedata.normalize("NFKC", text).lower()
    chinese = "".join(CHINESE.findall(text))
    words = WORD.findall(text)
    return chinese + "".join(f" {word}" for word in words)


def searchable(texts: Iterable[str]) -> str:
    """The text in which terms are looked up."""
    return "\n".join(normalised(text) for text in texts)


def bigrams(run: str) -> list[str]:
    """Every two neighbours in `run`; a single character stands for itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def terms(text: str) -> list[str]:
    """The distinct terms of `text`: bigrams of its Chinese, words with a space before them."""
    whole = unicodedata.normalize("NFKC", text).lower()
    chinese = [b for run in CHINESE.findall(whole) for b in bigrams(run)]
    return list(dict.fromkeys([*chinese, *(f" {w}" for w in WORD.findall(whole))]))


def query(text: str) -> Query:
    """`text` as it is looked for: without fillers, unless there is nothing else."""
    bare = FILLERS.sub(" ", unicodedata.normalize("NFKC", text).lower())
    return Query(normalised(text), terms(bare) or terms(text))


def rank(wanted: Query, names: str, everything: str) -> int | None:
    """How well it fits: 0 a name begins so, 1 a name contains it, 2 all terms, 3 to 6 enough of
    them; None: it does not.

    names, everything: as `searchable` makes them; lines of `names` are single names.
    """
    if wanted.phrase and wanted.phrase in names:
        begins = names.startswith(wanted.phrase) or f"\n{wanted.phrase}" in names
        return 0 if begins else 1
    hits = sum(term in everything for term in wanted.terms)
    if not wanted.terms or hits < ENOUGH * len(wanted.terms):
        return None
    missing = 1 - hits / len(wanted.terms)
    return 2 + round(missing * 8)
