"""What an acceptable password is (NIST SP 800-63B, 5.1.1.2).

Guarantees: length before composition; no common, repeated or running passwords; nothing that
tells who the account belongs to. Does not: hash (see `hashing`), or know all breached passwords.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from shared.errors import FieldError
from shared.text import Text

SHORTEST, LONGEST = 10, 128
"""Characters. NIST asks for 8 at least, and that 64 at least are accepted."""

FEWEST_DIFFERENT = 5
RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)

COMMON = frozenset(
    word
    for line in (
        "1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc zaq12wsxcde3 q1w2e3r4t5 qwerty12345 qwerty123456",
        "qwertyuiop1 password12 password123 password1234 passw0rd123 p@ssw0rd123 password@123",
        "admin12345 admin123456 administrator administrator1 welcome123 welcome1234 changeme123",
        "letmein123 iloveyou123 iloveyou1314 abc1234567 abc123456789 abcd123456 abcd1234567",
        "a123456789 a1234567890 aa123456789 asd123456789 qq123456789 wang123456 zhang123456",
        "123456789a 123456789q 123456789abc 1234567890a 1234567890q woaini1314 woaini5201314",
        "woaini123456 woaini520520 5201314520 1314520520 5201314woaini qwe123456789 asdfghjkl123",
        "qazwsxedc123 zxcvbnm123456 123456abcdef 147258369a 1472583690 159753456852 789456123a",
    )
    for word in line.split()
)
"""Often used ones of ten characters and more that no other rule here catches, in lower case."""


def normalised(password: str) -> str:
    """`password` in the form that is hashed (NFKC): the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)


def faults(password: str, personal: Iterable[str], pointer: str = "/password") -> list[FieldError]:
    """What is wrong with `password`; `personal`: words that it must not contain."""
    return [FieldError(pointer, detail, rule) for rule, detail in _faults(password, personal)]


def _faults(password: str, personal: Iterable[str]) -> Iterator[tuple[str, Text]]:
    plain = normalised(password)
    folded = plain.casefold()
    if not SHORTEST <= len(plain) <= LONGEST:
        yield (
            "length",
            Text(
                f"密码长度应为 {SHORTEST} 至 {LONGEST} 个字符",
                f"A password has {SHORTEST} to {LONGEST} characters",
            ),
        )
    if folded in COMMON or (len(folded) >= SHORTEST and _is_run(folded)):
        yield "common", Text("密码过于常见，容易被猜中", "This password is too common")
    elif len(set(folded)) < FEWEST_DIFFERENT:
        yield "repetitive", Text("密码重复字符过多", "This password repeats too few characters")
    if any(word.casefold() in folded for word in personal if word):
        yield (
            "personal",
            Text(
                "密码不得包含姓名、手机号码或证件号码",
                "A password must not contain one's name, phone or identity number",
            ),
        )


def _is_run(folded: str) -> bool:
    return any(folded in run or folded in run[::-1] for run in RUNS)


def personal_words(name: str, *numbers: str) -> list[str]:
    """The words that a password of this person must not contain.

    Of a number its whole and its last six digits, the default password of many systems.
    """
    parts = [part for part in (name, *name.replace("·", " ").split()) if len(part) > 1]
    return [*parts, *numbers, *(number[-6:] for number in numbers)]
