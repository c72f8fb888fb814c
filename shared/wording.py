"""Marshmallow's English messages as errors of fields: the rule that each names, and its Chinese.

Guarantees: what the library says by default is worded in both languages (a test compares).
Does not: word what a service's own validators say; those raise `Text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.errors import FieldError
from shared.text import Text


class _Wording(NamedTuple):
    pattern: re.Pattern[str]
    rule: str
    zh: str


def _wording(pattern: str, rule: str, zh: str) -> _Wording:
    return _Wording(re.compile(pattern), rule, zh)


WORDINGS = (
    _wording(r"Missing data for required field\.", "required", "必填"),
    _wording(r"Unknown field\.", "unknown", "没有这个字段"),
    _wording(r"Field may not be null\.", "null", "不能为空值"),
    _wording(r"Not a valid (?:utf-8 )?string\.", "type", "应为文本"),
    _wording(r"Not a valid integer\.", "type", "应为整数"),
    _wording(r"Not a valid number\.", "type", "应为数值"),
    _wording(r"Number too large\.", "range", "数值过大"),
    _wording(r"Not a valid boolean\.", "type", "应为 true 或 false"),
    _wording(r"Not a valid list\.", "type", "应为列表"),
    _wording(r"Not a valid (?:mapping type|tuple)\.", "type", "应为对象"),
    _wording(r"Not a valid UUID\.", "format", "应为 UUID"),
    _wording(
        r"Not a valid (?:date|time|datetime|naive datetime|aware datetime)\.",
        "format",
        "时间格式不正确（RFC 3339）",
    ),
    _wording(r"Not a valid URL\.", "format", "网址不正确"),
    _wording(r"Not a valid email address\.", "format", "邮箱地址不正确"),
    _wording(r"Invalid input type\.", "type", "类型不正确"),
    _wording(r"Invalid type\.", "type", "类型不正确"),
    _wording(r"Invalid value\.", "invalid", "取值不正确"),
    _wording(r"Special numeric values.*", "range", "不接受特殊数值"),
    _wording(r"String does not match expected pattern\.", "pattern", "格式不正确"),
    _wording(
        r"Must be greater than or equal to (\S+?) and less than or equal to (\S+?)\.",
        "range",
        "应在 {0} 与 {1} 之间",
    ),
    _wording(r"Must be greater than or equal to (\S+?)\.", "range", "不得小于 {0}"),
    _wording(r"Must be less than or equal to (\S+?)\.", "range", "不得大于 {0}"),
    _wording(r"Must be greater than (\S+?)\.", "range", "应大于 {0}"),
    _wording(r"Must be less than (\S+?)\.", "range", "应小于 {0}"),
    _wording(r"Must be one of: (.*)\.", "choice", "应为其中之一：{0}"),
    _wording(r"Must be equal to (.*)\.", "choice", "应等于 {0}"),
    _wording(r"Length must be between (\d+) and (\d+)\.", "length", "长度应为 {0} 至 {1}"),
    _wording(r"Length must be (\d+)\.", "length", "长度应为 {0}"),
    _wording(r"Shorter than minimum length (\d+)\.", "length", "长度不得少于 {0}"),
    _wording(r"Longer than maximum length (\d+)\.", "length", "长度不得超过 {0}"),
    _wording(r"One or more of the choices you made was not in: (.*)\.", "choice", "应选自：{0}"),
)
"""Marshmallow's English messages, the rule each names, and its Chinese."""


def worded(message: str) -> tuple[str, str]:
    """`message` in both languages where it is known, and the slug of its rule."""
    if isinstance(message, Text):
        return message, "invalid"
    for wording in WORDINGS:
        if found := wording.pattern.fullmatch(message):
            return Text(wording.zh.format(*found.groups()), message), wording.rule
    return message, "invalid"


def field_errors(messages: Any, pointer: str = "") -> list[FieldError]:
    """Marshmallow's `messages` as a flat list, in the order of the schema."""
    return list(_flat(messages, pointer))


def _flat(messages: Any, pointer: str) -> Iterator[FieldError]:
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _flat(below, pointer + step)
    elif isinstance(messages, (list, tuple)):
        for message in messages:
            yield from _flat(message, pointer)
    else:
        yield FieldError(pointer, *worded(messages))
