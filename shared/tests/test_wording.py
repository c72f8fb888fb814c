"""Marshmallow's messages in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow
import pytest
from marshmallow import fields, validate

from shared.text import Text
from shared.wording import worded

ROOT = Path(__file__).parents[2]
ON_DUMP = {"format"}
"""Messages about our own values when they are written; no caller sees them."""
FILLED = {"obj_type": "datetime", "awareness": "aware", "input": "x"}


def used(module: str) -> list[str]:
    """The classes of `module` ("fields", "validate") that the platform's sources name."""
    files = (f for top in ("shared", "services") for f in (ROOT / top).rglob("*.py"))
    named = re.compile(rf"\b{module}\.(\w+)")
    found = {name for file in files for name in named.findall(file.read_text(encoding="utf-8"))}
    known = vars(getattr(marshmallow, module))
    return sorted(name for name in found if isinstance(known.get(name), type))


def field_messages(name: str) -> Iterator[str]:
    for cls in getattr(fields, name).__mro__:
        for key, message in getattr(cls, "default_error_messages", {}).items():
            if key not in ON_DUMP:
                yield message.format(**FILLED)


BROKEN: dict[str, list[tuple[Any, Any]]] = {
    "Length": [
        (validate.Length(min=2), "a"),
        (validate.Length(max=2), "abc"),
        (validate.Length(min=1, max=2), "abc"),
        (validate.Length(equal=2), "abc"),
    ],
    "Range": [
        (validate.Range(min=2), 1),
        (validate.Range(max=2), 3),
        (validate.Range(min=0.5, max=1.5), -9),
        (validate.Range(min=1, min_inclusive=False), 1),
        (validate.Range(max=1, max_inclusive=False), 1),
    ],
    "OneOf": [(validate.OneOf(["a", "b c"]), "x"), (validate.OneOf([]), "x")],
    "Equal": [(validate.Equal(True), False)],
    "Regexp": [(validate.Regexp("a"), "x")],
    "ContainsOnly": [(validate.ContainsOnly(["a"]), ["x"])],
    "Email": [(validate.Email(), "x")],
    "URL": [(validate.URL(), "x")],
}
"""Each validator we use, with values it refuses: one for each of its messages."""


@pytest.mark.parametrize("name", used("fields"))
def test_fields(name: str) -> None:
    """Whatever a field that we use says by default is said in Chinese, too."""
    for message in field_messages(name):
        text, rule = worded(message)
        assert isinstance(text, Text) and text == message and text.zh != message, message
        assert rule


@pytest.mark.parametrize("name", used("validate"))
def test_validators(name: str) -> None:
    """Whatever a validator that we use says by default is said in Chinese, too."""
    for validator, value in BROKEN[name]:
        with pytest.raises(marshmallow.ValidationError) as refusal:
            validator(value)
        (message,) = refusal.value.messages
        text, rule = worded(message)
        assert isinstance(text, Text) and "{" not in text.zh, message
        assert rule != "invalid"


def test_numbers_are_kept() -> None:
    """The Chinese names the same limits as the English."""
    text, rule = worded("Length must be between 1 and 20.")
    assert isinstance(text, Text)
    assert (text.zh, rule) == ("长度应为 1 至 20", "length")


def test_own_words() -> None:
    """A service's own text stays; what nobody knows is said as it stands."""
    own = Text("太多", "Too many")
    assert worded(own) == (own, "invalid")
    assert worded("Something else") == ("Something else", "invalid")
