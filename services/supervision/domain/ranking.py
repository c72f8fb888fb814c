"""Ranks of departments and of divisions, by published rules (pure).

Guarantees: exact arithmetic, so equal figures share a rank, whoever counts; what cannot be measured
(no evaluation, no answer) is left out and the other weights count for the whole.
Does not: rank what has decided too little.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from services.supervision.domain.figures import SATISFIED
from shared.figures import Counts
from shared.text import Text

LEAST = 5
"""Decisions in the period from which on a department or division is ranked."""


class Rule(NamedTuple):
    """An indicator, its weight, and the counters it is the share of."""

    name: str
    weight: int
    title: Text
    part: tuple[str, ...]
    whole: tuple[str, ...]


LEVELS = tuple(f"level:{level}" for level in range(1, 6))
RULES = (
    Rule("statutory", 35, Text("法定时限按时率", "Within the statutory limit"),
         ("in-statutory",), ("decided",)),
    Rule("promised", 25, Text("承诺时限按时率", "Within the promised limit"),
         ("in-promised",), ("decided",)),
    Rule("answered", 15, Text("受理环节按时答复率", "Answered within five working days"),
         ("answered-in-time",), ("answered",)),
    Rule("satisfied", 25, Text("满意率", "Satisfaction"),
         tuple(f"level:{level}" for level in SATISFIED), LEVELS),
)  # fmt: skip

DEFINITION = Text(
    "得分 = 各指标（百分比）按权重加权平均，无法计算的指标不参与；同分同名次。"
    f"期内决定不足 {LEAST} 件的不参加排名。",
    "Score = weighted mean of the indicators (per cent); what cannot be measured is left out; "
    f"equal scores share a rank. Fewer than {LEAST} decisions in the period: not ranked.",
)


def rules() -> list[dict[str, Any]]:
    """The rules, as they are published."""
    return [{"indicator": r.name, "weight": r.weight, "title": r.title.both()} for r in RULES]


def shares(counts: Counts) -> dict[str, Fraction | None]:
    """Each indicator as a fraction; None where there is nothing to measure."""
    return {rule.name: _share(counts, rule) for rule in RULES}


def _share(counts: Counts, rule: Rule) -> Fraction | None:
    part, whole = (sum(counts.get(c, 0) for c in names) for names in (rule.part, rule.whole))
    return Fraction(part, whole) if whole else None


def score(counts: Counts) -> Fraction | None:
    """From 0 to 100; None where it is not ranked."""
    if counts.get("decided", 0) < LEAST:
        return None
    found = shares(counts)
    measured = [(rule.weight, share) for rule in RULES if (share := found[rule.name]) is not None]
    weights = sum(weight for weight, _ in measured)
    return Fraction(100) * sum((w * share for w, share in measured), Fraction(0)) / weights


def ranked(counted: Mapping[str, Counts]) -> list[dict[str, Any]]:
    """The best first; those not ranked come last, by name, with rank and score None."""
    scores = {name: score(counts) for name, counts in counted.items()}
    order = sorted(scores, key=lambda name: (-_or_least(scores[name]), name))
    return [_row(name, counted[name], scores) for name in order]


def _or_least(found: Fraction | None) -> Fraction:
    return Fraction(-1) if found is None else found


def _row(name: str, counts: Counts, scores: Mapping[str, Fraction | None]) -> dict[str, Any]:
    own = scores[name]
    better = sum(1 for other in scores.values() if own is not None and _or_least(other) > own)
    return {
        "code": name,
        "rank": None if own is None else better + 1,
        "score": None if own is None else round(float(own), 2),
        "decided": counts.get("decided", 0),
        "indicators": {
            rule: None if share is None else round(float(100 * share), 2)
            for rule, share in shares(counts).items()
        },
    }
