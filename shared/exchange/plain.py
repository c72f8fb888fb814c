"""Cheap checks of a message's values, before its schema is asked (pure).

The schema says what is wrong with a message, and takes a hundred times as long; a message that is
written as usual needs none.

Guarantees: what passes here passes the schema. Does not: take all that the schema takes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

MOST_NAMES = 100
LONGEST_NAME = 100
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def is_text(value: Any, longest: int) -> bool:
    """Text of one to `longest` printable characters."""
    return type(value) is str and 0 < len(value) <= longest and value.isprintable()


def is_time(value: Any) -> bool:
    """A time as `shared.exchange.messages.instant` writes it."""
    if type(value) is not str or not TIME.fullmatch(value):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_list(value: Any, most: int) -> bool:
    """A list of one to `most` members."""
    return type(value) is list and 0 < len(value) <= most


def is_object(value: Any) -> bool:
    """An object whose names are texts."""
    return (
        type(value) is dict
        and len(value) <= MOST_NAMES
        and all(is_text(name, LONGEST_NAME) for name in value)
    )
