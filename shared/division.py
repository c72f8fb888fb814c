"""Administrative divisions by their codes alone (GB/T 2260: two digits a level).

Guarantees: pure arithmetic on six-digit codes. Does not: know which codes exist or their names
(the catalogue does).
"""

from __future__ import annotations

import re

PATTERN = re.compile(r"[1-9]\d{5}")
LEVELS = ("province", "city", "county")


def level(code: str) -> str:
    """"province", "city" (prefecture) or "county"."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def ancestors(code: str) -> tuple[str, ...]:
    """`code` and what it lies in, from itself to the province: 430104, 430100, 430000."""
    chain = (code, code[:4] + "00", code[:2] + "0000")
    return tuple(dict.fromkeys(chain))


def covers(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies in it."""
    return outer in ancestors(inner)


def at_level(code: str, wanted: str) -> str | None:
    """The division of level `wanted` that `code` is or lies in; None where `code` is above it."""
    return next((c for c in ancestors(code) if level(c) == wanted), None)
