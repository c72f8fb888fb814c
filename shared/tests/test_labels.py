"""What people call fields and values: how it is told, and that nothing is forgotten."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from shared.labels import unlabelled
from shared.openapi import json_schema
from shared.schema import Day, Integer, Schema, String, fields, label, one_of, validate
from shared.text import Text

COLOURS = {"red": Text("红", "Red"), "green": Text("绿", "Green")}
TITLE = {"title": "名", "x-title": {"zh": "名", "en": "Name"}}


class Room(Schema):
    area = Integer(metadata=label("面积（平方米）", "Area (square metres)"))
    colours = fields.List(
        fields.String(validate=one_of(COLOURS)), metadata=label("颜色", "Colours")
    )


class House(Schema):
    built = Day(metadata=label("竣工日期", "Completed on", Text("以备案为准", "As on file")))
    rooms = fields.List(fields.Nested(Room), metadata=label("房间", "Rooms"))
    hall = fields.Nested(Room, allow_none=True, metadata=label("门厅", "Hall"))
    colour = fields.String(
        allow_none=True, validate=one_of(COLOURS), metadata=label("外墙颜色", "Colour")
    )


class Bare(Schema):
    kind = fields.String(validate=validate.OneOf(["a", "b"], labels=[Text("甲", "A")]))
    agreed = fields.Boolean(metadata=label("同意", "Agreed"), validate=validate.Equal(True))
    rooms = fields.List(fields.Nested(Room.from_dict({"x/y": String()})))


def test_told() -> None:
    """Fields, nested ones and lists have both titles, hints both texts, values both names."""
    made = json_schema(House)["properties"]
    assert made["built"] == {
        "type": "string",
        "format": "date",
        "title": "竣工日期",
        "x-title": {"zh": "竣工日期", "en": "Completed on"},
        "description": "以备案为准",
        "x-description": {"zh": "以备案为准", "en": "As on file"},
    }
    assert [made[n]["title"] for n in ("rooms", "hall", "colour")] == ["房间", "门厅", "外墙颜色"]
    named = {"red": {"zh": "红", "en": "Red"}, "green": {"zh": "绿", "en": "Green"}}
    assert made["colour"]["x-enum-titles"] == named
    assert made["hall"]["properties"]["colours"]["items"]["x-enum-titles"] == named
    assert made["rooms"]["items"]["properties"]["area"]["x-title"]["en"] == "Area (square metres)"
    Draft202012Validator.check_schema(json_schema(House))


def test_complete() -> None:
    """A form whose fields and values are all named has nothing to be told."""
    assert list(unlabelled(json_schema(House))) == []


def test_forgotten() -> None:
    """What is forgotten is told in both languages, by the place in the schema."""
    found = list(unlabelled(json_schema(Bare), "/form"))
    assert [(fault.pointer, fault.rule) for fault in found] == [
        ("/form/properties/kind", "field-titled"),
        ("/form/properties/rooms", "field-titled"),
        ("/form/properties/kind/enum", "value-named"),
        ("/form/properties/rooms/items/properties/x~1y", "field-titled"),
    ]
    assert "“b”" in found[2].detail
    assert all(isinstance(fault.detail, Text) and fault.detail.zh for fault in found)


@pytest.mark.parametrize(
    "title",
    [
        {"title": "名"},
        {"x-title": {"zh": "名", "en": "Name"}},
        {"title": " ", "x-title": {"zh": "名", "en": "Name"}},
        {"title": "名", "x-title": {"zh": "名", "en": " "}},
        {"title": "名", "x-title": {"en": "Name"}},
        {"title": "名", "x-title": "Name"},
    ],
)
def test_half(title: dict[str, Any]) -> None:
    """A title in one language is none."""
    assert not list(unlabelled({"properties": {"a": TITLE}}))
    assert [f.rule for f in unlabelled({"properties": {"a": title}})] == ["field-titled"]


def test_alternatives() -> None:
    """What an alternative or a map holds is a field, too."""
    inside: dict[str, Any] = {"properties": {"a": {}}}
    for schema in ({"anyOf": [{}, inside]}, {"oneOf": [inside]}, {"additionalProperties": inside}):
        assert [fault.rule for fault in unlabelled(schema)] == ["field-titled"]
    (found,) = unlabelled({"anyOf": [{}, inside]})
    assert found.pointer == "/anyOf/1/properties/a"


WORDS = ("properties", "items", "anyOf", "enum", "x-enum-titles", "title", "x-title", "a")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner),
    max_leaves=12,
)


@given(JSON)
def test_anything(announced: Any) -> None:
    """Whatever is announced as a form is looked through."""
    assert all(fault.pointer.startswith("/form") for fault in unlabelled(announced, "/form"))
