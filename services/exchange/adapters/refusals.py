"""What a system over HTTP says is wrong with a key or a claim: 422 with a problem (RFC 9457).

Guarantees: nothing of it is believed but where and by which rule; its words are bounded and plain.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from shared.errors import FieldError, Invalid
from shared.text import Text

MOST, LONGEST = 20, 200
POINTER = re.compile(r"/[\x21-\x7e]{0,199}", re.ASCII)
RULE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
SIGNS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def unacceptable(content: bytes) -> Invalid:
    """The refusal, with the faults that `content` names."""
    told = Text("数据提供方不接受该请求的内容", "The provider does not accept what is asked by")
    return Invalid(
        told, errors=[fault for one in _errors(content)[:MOST] if (fault := _fault(one))]
    )


def _errors(content: bytes) -> list[Any]:
    try:
        found = orjson.loads(content)["errors"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []
    return found if isinstance(found, list) else []


def _fault(told: Any) -> FieldError | None:
    pointer, rule, detail = (
        told.get(name) if isinstance(told, dict) else None for name in ("pointer", "rule", "detail")
    )
    if not isinstance(pointer, str) or not POINTER.fullmatch(pointer):
        return None
    known = rule if isinstance(rule, str) and len(rule) < 60 and RULE.fullmatch(rule) else "invalid"
    words = SIGNS.sub(" ", detail)[:LONGEST] if isinstance(detail, str) else ""
    return FieldError(pointer.removeprefix("/order"), words, known)
