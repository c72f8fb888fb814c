"""Whether a reader's schema agrees with the publisher's, and samples of what is published.

Guarantees: a reader that agrees loads whatever the publisher's schema allows, in every field that
both declare by type. Does not: compare the rules of values (lengths, patterns of plain text).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields, validate

from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Phone,
    ResidentId,
    SocialCreditCode,
    String,
)

PLAIN = (fields.String, String)
"""Text of any kind; every other class of text says which."""

SAMPLES: dict[type[fields.Field[Any]], Any] = {
    Day: "2026-11-23",
    DivisionCode: "430104",
    Instant: "2026-11-23T12:00:00+08:00",
    Phone: "13800000001",
    ResidentId: "11010519491231002X",
    SocialCreditCode: "91110000600037341L",
    fields.Boolean: True,
    fields.Dict: {},
    fields.Integer: 1,
    fields.Float: 0.5,
    fields.String: "text",
}


def faults(reader: Schema, publisher: Schema, where: str = "") -> Iterator[str]:
    """What `reader` expects that `publisher` does not promise."""
    promised = {f.data_key or name: f for name, f in publisher.fields.items()}
    for name, field in reader.fields.items():
        key = field.data_key or name
        if key in promised:
            yield from _field_faults(field, promised[key], f"{where}/{key}")
        else:
            yield f"{where}/{key}: not published"


def _field_faults(reader: Any, publisher: Any, where: str) -> Iterator[str]:
    if reader.required and not publisher.required:
        yield f"{where}: required by the reader, not always published"
    if publisher.allow_none and not reader.allow_none:
        yield f"{where}: may be null, which the reader refuses"
    yield from _kind_faults(reader, publisher, where)


def _kind_faults(reader: Any, publisher: Any, where: str) -> Iterator[str]:
    if type(reader) is fields.Raw:
        return
    if isinstance(reader, fields.Nested) and isinstance(publisher, fields.Nested):
        yield from faults(reader.schema, publisher.schema, where)
    elif isinstance(reader, fields.List) and isinstance(publisher, fields.List):
        yield from _field_faults(reader.inner, publisher.inner, f"{where}/*")
    elif isinstance(reader, fields.Dict) and isinstance(publisher, fields.Dict | fields.Nested):
        return
    elif not _takes(reader, publisher):
        yield f"{where}: {type(publisher).__name__} is published, {type(reader).__name__} is read"


def _takes(reader: Any, publisher: Any) -> bool:
    if type(reader) in PLAIN:
        return isinstance(publisher, fields.String | fields.DateTime)
    return isinstance(publisher, type(reader))


def sample(schema: Schema) -> dict[str, Any]:
    """An object that `schema` takes, with every field."""
    return {f.data_key or name: _sample(f) for name, f in schema.fields.items()}


def least(schema: Schema) -> dict[str, Any]:
    """The least that `schema` takes: required fields only, null where it may be."""
    return {
        f.data_key or name: None if f.allow_none else _sample(f)
        for name, f in schema.fields.items()
        if f.required
    }


def _sample(field: Any) -> Any:
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            return next(iter(rule.choices))
    if isinstance(field, BilingualText):
        return {"zh": "文", "en": "text"}
    if isinstance(field, fields.Nested):
        return [sample(field.schema)] if field.many else sample(field.schema)
    if isinstance(field, fields.List):
        return [_sample(field.inner)]
    return next(SAMPLES[cls] for cls in type(field).__mro__ if cls in SAMPLES)
