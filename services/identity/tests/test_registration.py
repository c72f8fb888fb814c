"""Who may register, and with which password."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from services.identity.domain import passwords, registration
from shared.errors import Invalid

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
FORM = {
    "name": "张伟",
    "phone": "13800000001",
    "identity_number": "430104199001010019",
    "password": "Hunan-demo-2026",
}


def number(born: str) -> str:
    """A valid resident identity number of Yuelu district with this birth date."""
    stem = f"430104{born}001"
    return stem + str(ric.calc_check_digit(stem + "0"))


def faults(**changed: str) -> set[tuple[str, str]]:
    """The (pointer, rule) pairs that registration refuses."""
    try:
        registration.check(FORM | changed, NOW)
    except Invalid as refusal:
        return {(e.pointer, e.rule) for e in refusal.errors}
    return set()


def test_good() -> None:
    """A plausible person is accepted."""
    assert faults() == set()


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("430104199001010018", "resident-identity"),
        ("43010419900101001", "resident-identity"),
        ("", "resident-identity"),
        ("４30104199001010019", "resident-identity"),
        (number("20260303"), "birth-date"),
        (number("18760301"), None),
        (number("18750301"), "birth-date"),
        (number("20120302"), None),
        (number("20120303"), "age"),
    ],
)
def test_identity_number(value: str, rule: str | None) -> None:
    """Check digit, plausible birth date and age are judged on the day in China."""
    assert faults(identity_number=value) == ({("/identity_number", rule)} if rule else set())


def test_abolished_division() -> None:
    """A number stays valid when its division is renamed or was made after the birth."""
    assert faults(identity_number=number("19400315"), password="moon-river-77") == set()


def test_day_in_china() -> None:
    """A birthday begins at midnight in China, not in Greenwich."""
    form = FORM | {"identity_number": number("20120302")}
    registration.check(form, datetime(2026, 3, 1, 16, tzinfo=UTC))
    with pytest.raises(Invalid):
        registration.check(form, datetime(2026, 3, 1, 15, 59, tzinfo=UTC))


@pytest.mark.parametrize("name", ["张", "张3", "", "<b>李娜</b>", "李" * 31, "張\u200b偉"])
def test_bad_name(name: str) -> None:
    """A name is written as on the identity card."""
    assert ("/name", "name") in faults(name=name)


@pytest.mark.parametrize("name", ["欧阳娜娜", "古丽·买买提", "𠮷田", "John O'Neil"])
def test_good_name(name: str) -> None:
    """Rare characters, minority names and foreign names are names."""
    assert faults(name=name) == set()


@pytest.mark.parametrize(
    "phone", ["12800000001", "1380000000", "+8613800000001", "１３８００００００01"]
)
def test_phone(phone: str) -> None:
    """Only mobile numbers of mainland China."""
    assert ("/phone", "phone") in faults(phone=phone)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Short-9!x", "length"),
        ("x" + "Ab3-" * 32, "length"),
        ("password123", "common"),
        ("Password123", "common"),
        ("1234567890", "common"),
        ("ZYXWVUTSRQP", "common"),
        ("aaaaaaaaaaaa", "repetitive"),
        ("xx张伟xxabcdefg", "personal"),
        ("my-13800000001", "personal"),
        ("secret-010019!", "personal"),
    ],
)
def test_password(password: str, rule: str) -> None:
    """Short, common, repetitive and personal passwords are refused, each with its rule."""
    assert ("/password", rule) in faults(password=password)


def test_all_at_once() -> None:
    """All faults are told in one answer."""
    found = faults(name="1", phone="1", identity_number="1", password="1")
    assert {pointer for pointer, _ in found} == {"/" + field for field in FORM}


@given(st.text(max_size=60))
def test_normalised(text: str) -> None:
    """What is hashed is the same however often it is normalised."""
    assert passwords.normalised(passwords.normalised(text)) == passwords.normalised(text)


@given(st.dates(date(1880, 1, 1), date(2012, 1, 1)))
def test_any_birth_date(born: date) -> None:
    """Every valid number of a grown person passes, X as check digit included."""
    assert faults(identity_number=number(f"{born:%Y%m%d}"), password="moon-river-77") == set()
