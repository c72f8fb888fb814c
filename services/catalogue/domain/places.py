"""Scopes: who exercises an item (pure).

A *scope* is a division's code ("430100"), or "*county": every division of that level.
Guarantees: counts follow from the table of divisions (`shared.division`) alone.
"""

from __future__ import annotations

from functools import cache

from shared import division

EVERY = "*"
DIVISIONS = frozenset(d.code for d in division.divisions())
"""The codes that exist."""


def scope_level(scope: str) -> str:
    """The level at which a scope exercises."""
    return scope.removeprefix(EVERY) if scope.startswith(EVERY) else division.level(scope)


def every(level: str) -> str:
    """The scope of all divisions of `level`."""
    return EVERY + level


def scopes_of(code: str) -> tuple[str, str]:
    """The scopes in which the division `code` itself exercises items."""
    return (code, every(division.level(code)))


@cache
def implementers(scope: str, within: str | None = None) -> int:
    """How many divisions exercise what has this scope, in `within` or everywhere."""
    if not scope.startswith(EVERY):
        return int(within is None or division.covers(within, scope))
    level = scope_level(scope)
    return sum(
        d.level == level and (within is None or division.covers(within, d.code))
        for d in division.divisions()
    )
