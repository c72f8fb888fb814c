"""Ages, as the law counts them (pure).

Guarantees: a year of life is complete on the birthday; who was born on 29 February has it on
1 March in other years (Civil Code, Art. 17, 18, 201).
"""

from __future__ import annotations

from datetime import date

MAJORITY = 18
"""Years (Civil Code, Art. 17)."""


def birth_date(number: str) -> date:
    """The birth date in a resident identity number (GB 11643): its 7th to 14th digit."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def age(born: date, on: date) -> int:
    """Full years of life on the day `on`; negative where `born` lies in the future."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_minor(born: date, on: date) -> bool:
    """Whether somebody born on that day is below eighteen on the day `on`."""
    return age(born, on) < MAJORITY
