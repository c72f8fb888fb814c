"""Identical and confusingly similar names, found by equality of keys alone.

A registered name is kept with its `keys`; a wanted name is looked up by its `wanted_keys`. Both are
a handful of short strings, so one multikey index answers and the cost does not grow with the
number of names. Only names of the same authority and the same industry are compared.

Source: 企业名称登记管理规定 Art. 17 (identical), 企业名称相同相近比对规则
(工商企注字〔2017〕133号) Art. 3 and 4 (similar: same reading; one contains the other).
Guarantees: the same keys for the same name, always. Does not: weigh likeness of shape or meaning.
"""

from __future__ import annotations

from typing import NamedTuple

from services.enterprise.domain.hanzi import normalised, reading
from services.enterprise.domain.industries import class_of
from services.enterprise.domain.refusals import refusal
from shared.division import at_level
from shared.errors import FieldError

SHORTEST_PERMUTED = 3
"""Two characters in the other order are another name (华美, 美华); from three on they confuse."""

SHORTEST_CONTAINED = 3
"""One character more or less is similar from this length of the shorter name on."""


class Match(NamedTuple):
    """A name that stands in the way: how it is alike (`KINDS` below) and what it is called."""

    likeness: str
    name: str


LIKENESS: dict[str, tuple[str, str]] = {
    "x": ("identical", "字号相同"),
    "p": ("same-pronunciation", "字号字音相同"),
    "o": ("same-characters", "字号文字相同、排列顺序不同"),
    "d": ("one-character-apart", "字号相差一个字、互相包含"),
}
_IN_ENGLISH = {
    "x": "has the same trade name",
    "p": "sounds the same",
    "o": "has the same characters in another order",
    "d": "differs by one added or omitted character",
}


def scope(division: str) -> str:
    """Within which names are compared: the city that `division` lies in, or the province itself.

    The districts of a city register names that open with the city's, from one library of names.
    """
    return at_level(division, "city") or division


def identity(division: str, trade_name: str, industry: str) -> str:
    """The key that no two names share: same authority, same industry, same trade name (Art. 17)."""
    return f"{_prefix(division, industry)}x:{normalised(trade_name)}"


def keys(division: str, trade_name: str, industry: str) -> list[str]:
    """The keys under which a name is kept."""
    text, prefix = normalised(trade_name), _prefix(division, industry)
    shorter = _without_one(text) if len(text) > SHORTEST_CONTAINED else []
    return _tagged(prefix, text, deleted=shorter)


def wanted_keys(division: str, trade_name: str, industry: str) -> list[str]:
    """The keys by which a wanted name is looked up; any match is identical or similar."""
    text, prefix = normalised(trade_name), _prefix(division, industry)
    shorter = _without_one(text) if len(text) > SHORTEST_CONTAINED else []
    longer = [text] if len(text) >= SHORTEST_CONTAINED else []
    return _tagged(prefix, text, deleted=longer) + [f"{prefix}x:{s}" for s in shorter]


def _prefix(division: str, industry: str) -> str:
    return f"{scope(division)}:{class_of(industry)}:"


def _tagged(prefix: str, text: str, deleted: list[str]) -> list[str]:
    tags = [f"{prefix}x:{text}", f"{prefix}p:{reading(text)}"]
    if len(text) >= SHORTEST_PERMUTED:
        tags.append(f"{prefix}o:{''.join(sorted(text))}")
    return tags + [f"{prefix}d:{s}" for s in deleted]


def _without_one(text: str) -> list[str]:
    return list(dict.fromkeys(text[:i] + text[i + 1 :] for i in range(len(text))))


def likeness(wanted: str, existing: str) -> str | None:
    """How two trade names of one authority and industry are alike; None where they are not."""
    one, other = normalised(wanted), normalised(existing)
    short, long = sorted((one, other), key=len)
    tests = {
        "x": one == other,
        "p": reading(one) == reading(other),
        "o": len(one) >= SHORTEST_PERMUTED and sorted(one) == sorted(other),
        "d": len(short) >= SHORTEST_CONTAINED
        and len(long) == len(short) + 1
        and short in _without_one(long),
    }
    return next((tag for tag, holds in tests.items() if holds), None)


def refusal_for(match: Match) -> FieldError:
    """Why a wanted name is refused because of `match`; an identical one is `name-identical`."""
    slug, zh = LIKENESS[match.likeness]
    law = ("第十七条", "Art. 17") if match.likeness == "x" else ("第十六条", "Art. 16")
    return refusal(
        "/trade_name",
        "name-identical" if match.likeness == "x" else f"name-similar-{slug}",
        f"与“{match.name}”{zh}（《企业名称登记管理规定》{law[0]}）",
        f"“{match.name}” {_IN_ENGLISH[match.likeness]} "
        f"(Provisions on Enterprise Name Registration, {law[1]})",
    )
