"""The draw of a random inspection (双随机): which enterprises, and who inspects them (pure).

State Council Guofa [2019] 5: enterprises and inspectors are both drawn at random, the rules and the
outcome are public. Nobody can steer it: the seed was committed to (its SHA-256 published) before
the value of a public beacon (a lottery's numbers, a stock index) that the plan names was known, and
the order follows from both. Anyone can recompute it from the public file:

    ticket(x) = SHA-256 of UTF-8 "seed \\n beacon \\n plan \\n x", in hexadecimal
    enterprises: those under their yearly cap, in the first stratum they fit; of each stratum the
        ceil(size x per_mille / 1000) with the smallest tickets of their code
    inspectors: for each enterprise drawn, in the order of all tickets, the two who have the fewest
        tasks yet, ties by the ticket of "code inspector"; left out: whoever has an interest in it,
        and whoever inspected it the last time

Guarantees: the same file, the same draw. Does not: know persons; inspectors are numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

INSPECTORS = 2
"""Inspectors a task has."""

Pool = Mapping[str, Any]
"""{plan, seed, beacon, commitment, rules, enterprises, inspectors}, as in the public file.

rules: {strata: [{name, risks, kinds, per_mille}], yearly_cap}; an empty list fits all.
enterprises: [{code, kind, risk, inspected, last_inspectors}]; inspected: this year so far.
inspectors: [{number, excluded: [code]}].
"""


def commitment(seed: str) -> str:
    """What is published before the draw: SHA-256 of the seed in UTF-8."""
    return sha256(seed.encode()).hexdigest()


def ticket(pool: Pool, subject: str) -> str:
    """The place of `subject` in the order of the draw."""
    text = "\n".join((pool["seed"], pool["beacon"], pool["plan"], subject))
    return sha256(text.encode()).hexdigest()


def drawn(pool: Pool) -> list[dict[str, Any]]:
    """The tasks [{code, stratum, ticket, inspectors}]; without two inspectors: none."""
    order = sorted(_enterprises(pool), key=lambda task: task["ticket"])
    kept = {enterprise["code"]: enterprise for enterprise in pool["enterprises"]}
    load: Counter[str] = Counter()
    for task in order:
        task["inspectors"] = _inspectors(pool, kept[task["code"]], load)
        load.update(task["inspectors"])
    return order


def _enterprises(pool: Pool) -> Iterable[dict[str, Any]]:
    strata: list[list[dict[str, Any]]] = [[] for _ in pool["rules"]["strata"]]
    for enterprise in pool["enterprises"]:
        place = stratum_of(pool["rules"], enterprise)
        if place is not None:
            code = enterprise["code"]
            name = pool["rules"]["strata"][place]["name"]
            task = {"code": code, "stratum": name, "ticket": ticket(pool, code)}
            strata[place].append(task)
    for rule, tasks in zip(pool["rules"]["strata"], strata, strict=True):
        tasks.sort(key=lambda task: task["ticket"])
        yield from tasks[: quota(len(tasks), rule["per_mille"])]


def stratum_of(rules: Mapping[str, Any], enterprise: Mapping[str, Any]) -> int | None:
    """The place of the first stratum that it fits; None: none, or it has had its inspections."""
    if enterprise["inspected"] >= rules["yearly_cap"]:
        return None
    for place, stratum in enumerate(rules["strata"]):
        if _fits(enterprise["risk"], stratum["risks"]) and _fits(
            enterprise["kind"], stratum["kinds"]
        ):
            return place
    return None


def _fits(value: str, allowed: Sequence[str]) -> bool:
    return not allowed or value in allowed


def quota(size: int, per_mille: int) -> int:
    """How many of so many are drawn."""
    return -(-size * per_mille // 1000)


def _inspectors(pool: Pool, enterprise: Mapping[str, Any], load: Counter[str]) -> list[str]:
    code = enterprise["code"]
    able = [
        inspector["number"]
        for inspector in pool["inspectors"]
        if code not in inspector["excluded"]
        and inspector["number"] not in enterprise["last_inspectors"]
    ]
    able.sort(key=lambda number: (load[number], ticket(pool, f"{code} {number}")))
    return able[:INSPECTORS] if len(able) >= INSPECTORS else []


def shown(pool: Pool, tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The pool as it is made public: only those interests of inspectors that played a part."""
    codes = {task["code"] for task in tasks}
    inspectors = [
        {**i, "excluded": [code for code in i["excluded"] if code in codes]}
        for i in pool["inspectors"]
    ]
    return {**pool, "inspectors": inspectors}


def faults(file: Mapping[str, Any]) -> list[str]:
    """What does not hold in a public file; empty: the draw is as it must be."""
    pool = file["pool"]
    found = []
    if commitment(pool["seed"]) != pool["commitment"]:
        found.append("the seed is not the one that was committed to")
    published, right = file["tasks"], drawn(pool)
    if len(published) != len(right):
        found.append(f"{len(published)} tasks are published, {len(right)} are drawn")
    for theirs, ours in zip(published, right, strict=False):
        found += [
            f"task {ours['code']}: {name} is {theirs.get(name)!r}, must be {ours[name]!r}"
            for name in ours
            if theirs.get(name) != ours[name]
        ]
    return found
