"""What documents count for, and how it adds up (pure).

    counts        {counter: number}
    contribution  {key: counts}      key: whose figures these are

Guarantees: normal form: no zeros, counters and keys in order, so that equal figures compare equal;
the order in which contributions are added does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Counts = dict[str, int]
Contribution = dict[str, Counts]


def plus(one: Mapping[str, int], other: Mapping[str, int], sign: int = 1) -> Counts:
    """`one` plus `sign` times `other`, counter by counter."""
    both = dict(one)
    for counter, number in other.items():
        both[counter] = both.get(counter, 0) + sign * number
    return {counter: both[counter] for counter in sorted(both) if both[counter]}


def minus(after: Mapping[str, int], before: Mapping[str, int]) -> Counts:
    """`after` less `before`, counter by counter."""
    return plus(after, before, -1)


def difference(after: Contribution, before: Contribution) -> Contribution:
    """What must be added where `before` was counted, so that `after` is."""
    keys = sorted(after.keys() | before.keys())
    found = {key: minus(after.get(key, {}), before.get(key, {})) for key in keys}
    return {key: counts for key, counts in found.items() if counts}


def total(contributions: Iterable[Contribution]) -> Contribution:
    """All together, key by key."""
    found: dict[str, Counts] = {}
    for one in contributions:
        for key, counts in one.items():
            sums = found.setdefault(key, {})
            for counter, number in counts.items():
                sums[counter] = sums.get(counter, 0) + number
    return {key: sums for key in sorted(found) if (sums := plus(found[key], {}))}
