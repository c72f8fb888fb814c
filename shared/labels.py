"""What people call the fields and the values of a form, in both languages (pure).

    capital = Integer(metadata=label("注册资本（元）", "Registered capital (yuan)"))
    kind = fields.String(validate=one_of({"owned": Text("自有", "Owned")}))

`shared.openapi` renders them as `title` (Chinese) and `x-title`, `description` and `x-description`,
`x-enum-titles`, each of the last three with ``{"zh": ..., "en": ...}``.

Guarantees: `unlabelled` finds every field and value of a form that people could not be shown, and
takes whatever JSON it is given. Does not: judge the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import validate

from shared.errors import FieldError
from shared.text import LANGUAGES, Text

UNTITLED = Text(
    "表单项缺少中英文名称（title、x-title）",
    "A field of the form has no name in Chinese and English (title, x-title)",
)
INSIDE = ("items", "additionalProperties", "anyOf", "allOf", "oneOf")
"""Keywords of JSON Schema, beside `properties`, that hold further schemas."""


def label(zh: str, en: str, hint: Text | None = None) -> dict[str, Any]:
    """Metadata of a field: what people call it, units included.

    hint: what they must know to fill it in and a name can't say.
    """
    return {"title": Text(zh, en), **({"description": hint} if hint else {})}


def one_of(named: Mapping[str, Text]) -> validate.OneOf:
    """The rule that a value is a key of `named`, whose texts are what people call the values."""
    return validate.OneOf(list(named), labels=list(named.values()))


def unlabelled(form: Any, pointer: str = "") -> Iterator[FieldError]:
    """Each field of `form` (JSON Schema) without a title, and each value of an enum without a name.

    Pointers lead into the schema, below `pointer`. Null and booleans need no names.
    """
    waiting = [(form, pointer)]
    while waiting:
        schema, at = waiting.pop()
        if isinstance(schema, Mapping):
            fields = list(_fields(schema, at))
            yield from _unnamed(schema, at)
            yield from (
                FieldError(p, UNTITLED, "field-titled") for f, p in fields if not _titled(f)
            )
            waiting += reversed([*fields, *_inside(schema, at)])


def _titled(field: Any) -> bool:
    return isinstance(field, Mapping) and _said(field.get("title")) and _both(field.get("x-title"))


def _unnamed(schema: Mapping[str, Any], at: str) -> Iterator[FieldError]:
    values, names = schema.get("enum"), schema.get("x-enum-titles")
    for value in values if isinstance(values, list) else ():
        if value is None or isinstance(value, bool):
            continue
        if not (isinstance(names, Mapping) and _both(names.get(str(value)))):
            zh, en = f"选项“{value}”缺少中英文名称", f"The value “{value}” has no name"
            detail = Text(f"{zh}（x-enum-titles）", f"{en} in Chinese and English (x-enum-titles)")
            yield FieldError(f"{at}/enum", detail, "value-named")


def _both(text: Any) -> bool:
    return isinstance(text, Mapping) and all(_said(text.get(language)) for language in LANGUAGES)


def _said(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _fields(schema: Mapping[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    found = schema.get("properties")
    for name, each in found.items() if isinstance(found, Mapping) else ():
        yield each, f"{at}/properties/{str(name).replace('~', '~0').replace('/', '~1')}"


def _inside(schema: Mapping[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    for word in INSIDE:
        found = schema.get(word)
        if isinstance(found, list):
            yield from ((each, f"{at}/{word}/{number}") for number, each in enumerate(found))
        else:
            yield found, f"{at}/{word}"
