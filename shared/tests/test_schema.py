"""What schemas take, what they refuse, and how they point at it."""

import string
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import bson
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from shared.errors import Invalid
from shared.schema import (
    SAFE_INTEGER,
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Integer,
    Paged,
    Phone,
    ResidentId,
    Schema,
    SocialCreditCode,
    String,
    ValidationError,
    fields,
    load,
)
from shared.text import Text
from shared.wording import field_errors

ID = "11010519491231002X"
CODE = "91110000600037341L"


class Person(Schema):
    name = String(required=True, longest=5)
    number = ResidentId()


class Form(Schema):
    people = fields.List(fields.Nested(Person), required=True)
    notes = fields.Dict(keys=fields.String(), values=Integer())


class All(Schema):
    integer = Integer(minimum=-5, maximum=SAFE_INTEGER)
    text = String(longest=10)
    day = Day()
    moment = Instant()
    resident = ResidentId()
    code = SocialCreditCode()
    division = DivisionCode()
    phone = Phone()
    name = BilingualText()
    nothing = String(allow_none=True)


def loads(field: Any, value: Any) -> Any:
    """What a schema whose only member is `field` makes of `value`."""
    return load(Schema.from_dict({"v": field}, name="One")(), {"v": value})["v"]


def refused(field: Any, value: Any) -> bool:
    try:
        loads(field, value)
    except Invalid as error:
        assert next(e.pointer for e in error.errors).startswith("/v")
        assert all(isinstance(e.detail, Text) and e.rule for e in error.errors)
        return True
    return False


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("name", All().fields)
@given(value=json_values)
def test_anything(name: str, value: Any) -> None:
    """Any JSON value is either loaded, and then BSON can keep it, or refused in both languages."""
    try:
        loaded = load(All(), {name: value})
    except Invalid as error:
        assert error.errors
        for fault in error.errors:
            assert fault.pointer.startswith(f"/{name}")
            assert isinstance(fault.detail, Text), fault
    else:
        bson.encode(loaded)
        orjson.dumps(loaded)


def test_pointers() -> None:
    """Every faulty field is named by its JSON pointer, in the order of the schema."""
    with pytest.raises(Invalid) as refusal:
        load(
            Form(),
            {"people": [{"name": "张"}, {"number": "1"}], "notes": {"a/b~c": "x"}, "z": 1},
            "/form",
        )
    assert [(e.pointer, e.rule) for e in refusal.value.errors] == [
        ("/form/people/1/name", "required"),
        ("/form/people/1/number", "invalid"),
        ("/form/notes/a~1b~0c/value", "type"),
        ("/form/z", "unknown"),
    ]


def test_not_an_object() -> None:
    """A body that is no object is refused as a whole."""
    bodies: tuple[Any, ...] = (None, [], "x", 3)
    for body in bodies:
        with pytest.raises(Invalid) as refusal:
            load(Person(), body)
        assert [e.pointer for e in refusal.value.errors] == [""]


@given(st.text(string.printable, min_size=1, max_size=6))
def test_escapes(key: str) -> None:
    """The last step of a pointer, unescaped (RFC 6901, section 4), is the field's name."""
    (fault,) = field_errors({key: ["Unknown field."]}, "/a")
    if key != "_schema":
        step = fault.pointer.removeprefix("/a/")
        assert "/" not in step
        assert step.replace("~1", "/").replace("~0", "~") == key


@pytest.mark.parametrize(
    "value", [True, "3", 3.0, 3.5, SAFE_INTEGER + 1, -SAFE_INTEGER - 1, None, [], float("inf")]
)
def test_not_an_integer(value: Any) -> None:
    """Only JSON integers that every reader keeps exactly are integers."""
    assert refused(Integer(), value)


@given(st.integers(-SAFE_INTEGER, SAFE_INTEGER), st.integers(-100, 100), st.integers(-100, 100))
def test_integer(value: int, low: int, high: int) -> None:
    """An integer within the limits loads to itself; both limits belong to it."""
    assert loads(Integer(), value) == value
    assert refused(Integer(minimum=low, maximum=high), value) != (low <= value <= high)


def test_integer_with_rules() -> None:
    """The limits add to the rules of the field, they don't replace them."""

    def even(value: int) -> None:
        if value % 2:
            raise ValidationError(Text("应为偶数", "Must be even"))

    for rules in (even, [even]):
        assert refused(Integer(maximum=9, validate=rules), 3)
        assert refused(Integer(maximum=9, validate=rules), 10)
        assert loads(Integer(maximum=9, validate=rules), 4) == 4


@pytest.mark.parametrize("value", ["", "a" * 6, "a\0b", "\x1b", 3, None, ["a"]])
def test_not_a_string(value: Any) -> None:
    """Text has a length between its limits and no control characters."""
    assert refused(String(longest=5), value)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_day(day: date) -> None:
    """A day loads to its ISO text, which BSON and JSON keep."""
    assert loads(Day(), day.isoformat()) == day.isoformat()


@pytest.mark.parametrize(
    "value",
    ["2026-02-29", "1899-12-31", "2101-01-01", "20261123", "2026-W48-1", "2026-11-23T00:00",
     "２０２６-11-23", "2026-1-1", " 2026-11-23", "2026-11-23\n", 20261123, None],
)  # fmt: skip
def test_not_a_day(value: Any) -> None:
    """Days that don't exist, absurd ones and other formats are refused."""
    assert refused(Day(), value)


offsets = st.integers(-839, 839).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30), timezones=offsets))
def test_instant(moment: datetime) -> None:
    """A point in time loads to the same point in UTC."""
    loaded = loads(Instant(), moment.isoformat())
    assert loaded.tzinfo is UTC
    assert loaded == moment


@pytest.mark.parametrize(
    "value",
    ["2026-11-23T12:00:00", "2026-11-23", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00",
     "2026-11-23T25:00:00Z", "now", 1795500000, None],
)  # fmt: skip
def test_not_an_instant(value: Any) -> None:
    """A time without its offset, and an absurd one, are refused."""
    assert refused(Instant(), value)


areas = st.sampled_from(["110105", "430104", "430000", "999999"])


@given(areas, st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.integers(0, 999))
def test_resident_id(area: str, born: date, serial: int) -> None:
    """A number with its right check digit is taken; with any other one it is refused (GB 11643)."""
    head = f"{area}{born:%Y%m%d}{serial:03d}"
    right = mod_11_2.calc_check_digit(head)
    assert loads(ResidentId(), head + right) == head + right
    assert all(refused(ResidentId(), head + d) for d in set("0123456789X") - {right})


@pytest.mark.parametrize(
    "value",
    [ID.lower(), ID[:-1], f" {ID}", "110105 19491231 002X", "110105194913310021", "١" * 18, "", 1],
)
def test_not_a_resident_id(value: Any) -> None:
    """Other spellings and impossible numbers are refused, so that a number has one form."""
    assert refused(ResidentId(), value)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8))
def test_social_credit_code(organisation: str) -> None:
    """A code with its right check character is taken; with any other one refused (GB 32100)."""
    head = f"91430104{organisation}X"
    right = uscc.calc_check_digit(head + "0")
    assert loads(SocialCreditCode(), head + right) == head + right
    others = set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {right}
    assert all(refused(SocialCreditCode(), head + c) for c in others)


@pytest.mark.parametrize("value", [CODE.lower(), CODE[:-1], f"{CODE} ", "", "９" * 18, None])
def test_not_a_social_credit_code(value: Any) -> None:
    """Other spellings of a code are refused, so that a code has one form."""
    assert loads(SocialCreditCode(), CODE) == CODE
    assert refused(SocialCreditCode(), value)


@pytest.mark.parametrize("value", ["43010", "4301044", "043010", "４30104", "430104\n", 430104])
def test_not_a_division(value: Any) -> None:
    """A division is six ASCII digits."""
    assert loads(DivisionCode(), "430104") == "430104"
    assert refused(DivisionCode(), value)


@pytest.mark.parametrize("value", ["1380000000", "12800000001", "+8613800000001", "138000000011"])
def test_not_a_phone(value: str) -> None:
    """A mobile number is eleven digits and begins with 13 to 19."""
    assert loads(Phone(), "13800000001") == "13800000001"
    assert refused(Phone(), value)


def test_bilingual() -> None:
    """A text must have both languages and nothing else."""
    assert loads(BilingualText(), {"zh": "一", "en": "one"}) == {"zh": "一", "en": "one"}
    assert refused(BilingualText(), {"zh": "一"})
    assert refused(BilingualText(), {"zh": "一", "en": "one", "fr": "un"})
    assert refused(BilingualText(), "one")


@pytest.mark.parametrize("limit", ["0", "201", "x", "1.0", "", "1" * 30, "٣", " 5", "+5"])
def test_bad_page(limit: str) -> None:
    """A page has 1 to 200 entries."""
    with pytest.raises(Invalid) as refusal:
        load(Paged(), {"limit": limit})
    assert {e.pointer for e in refusal.value.errors} == {"/limit"}


def test_page() -> None:
    """A page has 50 entries unless the caller says otherwise."""
    assert load(Paged(), {}) == {"limit": 50}
    assert load(Paged(), {"limit": "200", "cursor": "abc"}) == {"limit": 200, "cursor": "abc"}


@pytest.mark.parametrize("operator", [{"$gt": ""}, {"$ne": None}, {"$where": "1"}])
def test_operators(operator: dict[str, Any]) -> None:
    """A database operator is no value of any field."""
    for name, field in All().fields.items():
        assert refused(type(field)() if name != "name" else BilingualText(), operator)
