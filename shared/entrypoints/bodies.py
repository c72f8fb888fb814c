"""Request bodies: JSON (RFC 8259) and HTML forms (WHATWG URL, 5).

Guarantees: a body is read as what it says it is, and only if the route takes that; depth and number
of fields are bounded before anything is parsed; what cannot be read is a `ServiceError`.
Does not: know schemas.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import orjson

from shared.entrypoints.request import Environ, by_name, pairs
from shared.errors import Malformed, UnsupportedMediaType
from shared.text import Text

FORM = "application/x-www-form-urlencoded"
DEPTH_LIMIT = 32
BRACKETED = re.compile(r"([^\[\]]+)\[([^\[\]]+)\](?:\[\])?")
"""``attribute[CODE]``: a member of an object (OpenAPI's deepObject); ``[]`` says it has many."""


def read_body(
    environ: Environ, data: bytes, consumes: Collection[str], repeats: Collection[str] = ()
) -> Any:
    """What `data` says, a JSON value or a form, where `consumes` has its media type."""
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type not in consumes:
        accepted = ", ".join(consumes)
        detail = Text(f"应为 {accepted}", f"The body must be {accepted}")
        raise UnsupportedMediaType(detail)
    return form(data, repeats) if media_type == FORM else json(data)


def form(data: bytes, repeats: Collection[str]) -> dict[str, Any]:
    """The fields of a form; ``name[key]=value`` give ``{name: {key: [value, ...]}}``."""
    try:
        given = pairs(data.decode())
    except UnicodeDecodeError:
        raise Malformed(Text("表单不是 UTF-8", "The form is not UTF-8")) from None
    nested: dict[str, dict[str, list[str]]] = {}
    plain = []
    for name, value in given:
        if member := BRACKETED.fullmatch(name):
            nested.setdefault(member[1], {}).setdefault(member[2], []).append(value)
        else:
            plain.append((name, value))
    return {**by_name(plain, repeats), **nested}


def json(data: bytes) -> Any:
    """The JSON value in `data`."""
    if _depth(data) > DEPTH_LIMIT:
        raise Malformed(
            Text(f"JSON 嵌套不得超过 {DEPTH_LIMIT} 层", f"JSON may nest {DEPTH_LIMIT} deep at most")
        )
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(
            Text(
                f"不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 列",
                f"Not valid JSON: {error}",
            )
        ) from None


# Possessive, and content with a string that never ends, so that its time is linear in the body.
BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)


def _depth(data: bytes) -> int:
    """More than `DEPTH_LIMIT` where `data` nests deeper; read no further than that."""
    if data.count(b"[") + data.count(b"{") <= DEPTH_LIMIT:
        return 0
    depth = 0
    for token in BRACKET.finditer(data):
        depth += 1 if token[1] else -1 if token[2] else 0
        if depth > DEPTH_LIMIT:
            break
    return depth
