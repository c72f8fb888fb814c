"""The filters of the house, as MongoDB reads them, over documents in memory (`shared.testing`).

Guarantees: equality and `COMPARISONS`, of a list as MongoDB means it: one of its members is enough.
Does not: join filters (`$or`); an operator that it does not know is a `KeyError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISSING = object()

COMPARISONS: Mapping[str, Any] = {
    "$in": lambda have, want: any(v in want for v in values(have)),
    "$ne": lambda have, want: want not in values(have),
    "$exists": lambda have, want: (have is not MISSING) == want,
    "$gt": lambda have, want: any(v is not None and v > want for v in values(have)),
    "$gte": lambda have, want: any(v is not None and v >= want for v in values(have)),
    "$lt": lambda have, want: any(v is not None and v < want for v in values(have)),
    "$lte": lambda have, want: any(v is not None and v <= want for v in values(have)),
}


def values(have: Any) -> list[Any]:
    """What a filter sees of a field: the members of a list; None where it is missing."""
    if have is MISSING:
        return [None]
    return have if isinstance(have, list) else [have]


def matches(document: Mapping[str, Any], filter_: Mapping[str, Any]) -> bool:
    """Whether `document` has, at every path of `filter_`, what is wanted there."""
    return all(_fits(_at(document, name), want) for name, want in filter_.items())


def _fits(have: Any, want: Any) -> bool:
    if isinstance(want, Mapping) and want and all(k.startswith("$") for k in want):
        return all(COMPARISONS[operator](have, value) for operator, value in want.items())
    return have == want or want in values(have)


def _at(document: Any, path: str) -> Any:
    """What stands at `path` ("a.b"); of a list, what stands there in its members."""
    for step in path.split("."):
        if isinstance(document, list):
            document = [d[step] for d in document if step in d] or MISSING
        else:
            document = document.get(step, MISSING) if isinstance(document, Mapping) else MISSING
    return document
