"""The unified social credit code of an enterprise (GB 32100-2015).

Eighteen characters: 9 (market regulation), 1 (enterprise), division (6, GB/T 2260), organisation
code (9, GB 11714, with its own check character), check character.
Guarantees: valid by both standards, and the same for the same cause and attempt. Does not: know
which codes are taken; a unique index does, and the next attempt gives another one.
"""

from __future__ import annotations

import hashlib

from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SERIES = "MA"
"""Organisation codes given by the market regulation authorities begin with MA."""

_FREE = 8 - len(SERIES)


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code whose first eight are `body` (GB 11714)."""
    total = sum(weight * int(c, 36) for weight, c in zip(WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def social_credit_code(division: str, cause: str, attempt: int = 0) -> str:
    """The code for what `cause` (a case's id) established in `division`, at the given attempt."""
    number = int.from_bytes(hashlib.sha256(f"{cause}/{attempt}".encode()).digest()[:8])
    body = SERIES + _digits(number, _FREE)
    start = f"91{division}{body}{organisation_check(body)}"
    return start + str(uscc.calc_check_digit(start))


def _digits(number: int, count: int) -> str:
    digits = []
    for _ in range(count):
        number, rest = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[rest])
    return "".join(digits)


def is_valid(code: str) -> bool:
    """Whether `code` is valid by GB 32100, and its organisation code by GB 11714."""
    return bool(uscc.is_valid(code)) and code[16] == organisation_check(code[8:16])
