"""Readers give what `load` gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, post_load

from shared.errors import Invalid
from shared.reading import reader
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Integer,
    Schema,
    SocialCreditCode,
    String,
    fields,
    load,
    validate,
)


class Kinds(Schema):
    """Fields of every kind that events are read by."""

    text = fields.String(required=True)
    chosen = fields.String(validate=validate.OneOf(["a", "b"]))
    short = String(longest=4)
    word = String(shortest=2, validate=validate.Regexp("[a-z]+"), allow_none=True)
    flag = fields.Boolean(load_default=False)
    number = Integer(minimum=1, maximum=5)
    any_number = Integer(allow_none=True)
    even = Integer(validate=lambda n: n % 2 == 0)
    day = Day(required=True, allow_none=True)
    other_day = Day(data_key="on", attribute="when")
    place = DivisionCode()
    code = SocialCreditCode()
    raw = fields.Raw(allow_none=True)
    many = fields.List(fields.String())
    both = BilingualText()


VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(
        ["", "a", "ab", "abcde", "a\x00", "a\nb", "a\x1f", "2026-02-28", "2026-02-30", "1899-01-01",
         "２０２６-01-01", "430104", "430104\n", "true", 1, 5, 6, 2**60, -1, 1.0, 1.5, True, None,
         b"a", ["a"], ["a", 1], [], {"zh": "甲", "en": "a"}, {"zh": "甲"}]
    ),
    st.text(max_size=5),
    st.dates().map(str),
)  # fmt: skip
NAMES = st.sampled_from([*Kinds().fields, "on", "unknown"])
SCHEMA = Kinds(unknown=EXCLUDE)
READ = reader(SCHEMA, "/data")


def outcome(read: Any, *arguments: Any) -> Any:
    try:
        return [(name, value, type(value)) for name, value in read(*arguments).items()]
    except Invalid as error:
        return error.errors


@given(st.one_of(st.dictionaries(NAMES, VALUES), VALUES))
def test_as_loaded(data: Any) -> None:
    """The same values in the same order, or the same refusal."""
    assert outcome(READ, data) == outcome(load, SCHEMA, data, "/data")


FIT = {"text": "a", "day": "2026-11-23"}


@given(NAMES, VALUES)
def test_one_of_them(name: str, value: Any) -> None:
    """One field alone decides, where the others fit."""
    data = {**FIT, name: value}
    assert outcome(READ, data) == outcome(load, SCHEMA, data, "/data")


class Hooked(Schema):
    number = Integer(required=True)

    @post_load
    def double(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"number": 2 * data["number"]}


def test_hooks() -> None:
    """A schema's own steps are taken, and a strict one stays strict."""
    assert reader(Hooked(unknown=EXCLUDE))({"number": 2, "more": 1}) == {"number": 4}
    with pytest.raises(Invalid):
        reader(Kinds())({**FIT, "unknown": 1})
