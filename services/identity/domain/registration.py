"""Who may register: name, resident identity number (GB 11643), phone, password.

Guarantees: every fault is named with its field, all at once. Does not: prove that a number
belongs to who gives it; that takes the public security register, which is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone

from services.identity.domain import passwords
from shared.age import age, birth_date
from shared.errors import FieldError, Invalid
from shared.personal import is_identity
from shared.text import Text

CHINA = timezone(timedelta(hours=8))
OLDEST = 150
"""Years; nobody has lived as long (the oldest recorded age is 122)."""
YOUNGEST = 14
"""Years. Younger persons' data may be processed with a parent's consent only (Personal Information
Protection Law, Art. 31), which cannot be given here."""

PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
CHINESE_NAME = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af·]{2,30}")
LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z .'\-]{1,59}")


def today(now: datetime) -> date:
    """The day in China at `now`."""
    return now.astimezone(CHINA).date()


def normal_number(number: str) -> str:
    """A resident identity number as it is looked up: no spaces around, upper case X."""
    return number.strip().upper()


def check(form: Mapping[str, str], now: datetime) -> None:
    """Raise `Invalid` naming every fault. `form`: name, phone, password, identity_number."""
    faults = [
        *_name(form["name"]),
        *_phone(form["phone"]),
        *_identity_number(form["identity_number"], today(now)),
        *passwords.faults(
            form["password"],
            passwords.personal_words(form["name"], form["phone"], form["identity_number"]),
        ),
    ]
    if faults:
        raise Invalid(errors=faults)


def check_official(form: Mapping[str, str]) -> None:
    """As `check`, for an official, whose account has no resident identity number."""
    words = passwords.personal_words(form["name"], form["phone"])
    faults = [
        *_name(form["name"]),
        *_phone(form["phone"]),
        *passwords.faults(form["password"], words),
    ]
    if faults:
        raise Invalid(errors=faults)


def check_password(password: str, personal: list[str], pointer: str) -> None:
    """Raise `Invalid` where `password` is not acceptable for a person of these words."""
    if faults := passwords.faults(password, personal, pointer):
        raise Invalid(errors=faults)


def _name(name: str) -> Iterator[FieldError]:
    if not (CHINESE_NAME.fullmatch(name) or LATIN_NAME.fullmatch(name)):
        yield FieldError(
            "/name",
            Text("姓名应与居民身份证一致", "Must be the name as on the resident identity card"),
            "name",
        )


def _phone(phone: str) -> Iterator[FieldError]:
    if not PHONE.fullmatch(phone):
        yield FieldError(
            "/phone",
            Text("应为中国大陆手机号码", "Must be a mobile number of mainland China"),
            "phone",
        )


def _identity_number(number: str, on: date) -> Iterator[FieldError]:
    years = age(birth_date(number), on) if is_identity(number) else None
    if years is None:
        yield FieldError(
            "/identity_number",
            Text("身份证号码无效（GB 11643）", "Not a valid resident identity number (GB 11643)"),
            "resident-identity",
        )
    elif not 0 <= years <= OLDEST:
        yield FieldError(
            "/identity_number",
            Text("出生日期不合常理", "The birth date in the number is not plausible"),
            "birth-date",
        )
    elif years < YOUNGEST:
        yield FieldError(
            "/identity_number",
            Text(
                f"未满{YOUNGEST}周岁须由监护人同意（个人信息保护法第三十一条）",
                f"Below the age of {YOUNGEST} a parent's consent is needed "
                "(Personal Information Protection Law, Art. 31)",
            ),
            "age",
        )
