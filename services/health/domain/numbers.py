"""Numbers of certificates and licences, which follow from what they are given for (pure).

Guarantees: the same cause asks for the same numbers in the same order, so that giving a number can
be repeated; the first that nobody else has is the one. Does not: know which are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

TRIES = 32
CATEGORY_DIGITS = {"clinical": "1", "tcm": "2", "dental": "3", "public-health": "4"}
LEVEL_DIGITS = {"doctor": "1", "assistant": "2"}


def serials(cause: str, digits: int) -> Iterator[str]:
    """Serial numbers of `digits` to try for `cause`, in order."""
    for attempt in range(TRIES):
        hashed = sha256(f"{cause}|{attempt}".encode()).digest()
        yield str(int.from_bytes(hashed[:8], "big") % 10**digits).zfill(digits)


def doctor_numbers(cause: str, level: str, category: str, division: str) -> Iterator[str]:
    """医师执业证书编码: fifteen digits: level, category, division (GB/T 2260), serial."""
    head = LEVEL_DIGITS[level] + CATEGORY_DIGITS[category] + division
    return (head + serial for serial in serials(cause, 7))


def nurse_numbers(cause: str, division: str, year: int) -> Iterator[str]:
    """护士执业证书编号: twelve digits: year, province, serial."""
    return (f"{year}{division[:2]}{serial}" for serial in serials(cause, 6))


def institution_numbers(cause: str, code: str, division: str, category: str) -> Iterator[str]:
    """医疗机构登记号, 22 characters: organisation code (of the social credit code), division,
    category of the institution, serial."""
    head = code[8:17] + division + category
    return (head + serial for serial in serials(cause, 22 - len(head)))


def birth_numbers(cause: str, division: str) -> Iterator[str]:
    """出生医学证明编号: a letter and nine digits, the first two being the province's."""
    return (f"T{division[:2]}{serial}" for serial in serials(cause, 7))


def food_worker_numbers(cause: str, division: str, year: int) -> Iterator[str]:
    """健康证明编号: division, year, serial."""
    return (f"{division}{year}{serial}" for serial in serials(cause, 6))
