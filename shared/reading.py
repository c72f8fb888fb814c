"""Schemas that are read millions of times: what fits is taken as it is, at a tenth of the cost.

Guarantees: a reader gives what `shared.schema.load` gives, and refuses what it refuses, in its
words; only values that load to themselves are spared its way.
Does not: read what has hooks any faster.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import marshmallow
from marshmallow import fields, missing, validate

from shared.schema import Day, Integer, String, ValidationError, load, printable

Reader = Callable[[Any], Any]
Fits = Callable[[Any], bool]
"""Whether a value is one that loads to itself; False where that is not known."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def reader(schema: marshmallow.Schema, pointer: str = "") -> Reader:
    """What loads data by `schema`, whose unknown fields are dropped; faults lie below `pointer`."""
    slowly = partial(load, schema, pointer=pointer)
    if any(schema._hooks.values()) or schema.unknown != marshmallow.EXCLUDE:
        return slowly
    ways = [
        (field.data_key or name, field.attribute or name, _fits(field), field.deserialize)
        for name, field in schema.load_fields.items()
    ]

    def read(data: Any) -> Any:
        if type(data) is not dict:
            return slowly(data)
        found = {}
        try:
            for key, name, fits, deserialize in ways:
                value = data.get(key, missing)
                if not fits(value):
                    value = deserialize(value, key, data)
                if value is not missing:
                    found[name] = value
        except ValidationError:
            return slowly(data)
        return found

    return read


def _fits(field: fields.Field[Any]) -> Fits:
    make = MAKERS.get(type(field))
    if make is None or field.pre_load or field.post_load:
        return _never
    return make(field)


def _never(value: Any) -> bool:
    return False


def _plain(kind: type) -> Callable[[fields.Field[Any]], Fits]:
    """Of a field without rules: exactly this type."""
    return lambda field: _never if field.validators else lambda value: type(value) is kind


def _integer(field: fields.Field[Any]) -> Fits:
    match field.validators:
        case [validate.Range(min=int(low), max=int(high))]:
            return lambda value: type(value) is int and low <= value <= high
    return _never


def _text(field: fields.Field[Any]) -> Fits:
    match field.validators:
        case [rule, validate.Length(min=int(low), max=int(high), equal=None)] if rule is printable:
            return lambda value: (
                type(value) is str and low <= len(value) <= high and not CONTROL.search(value)
            )
    return _never


def _day(field: fields.Field[Any]) -> Fits:
    return _never if field.validators else lambda value: type(value) is str and _is_day(value)


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    try:
        return bool(Day().deserialize(text) == text)
    except ValidationError:
        return False


MAKERS: Mapping[type, Callable[[fields.Field[Any]], Fits]] = {
    fields.String: _plain(str),
    fields.Boolean: _plain(bool),
    Integer: _integer,
    String: _text,
    Day: _day,
}
