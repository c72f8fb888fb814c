"""How a rule says no."""

from __future__ import annotations

from shared.errors import FieldError
from shared.text import Text


def refusal(pointer: str, rule: str, zh: str, en: str) -> FieldError:
    """A fault at `pointer` below the form."""
    return FieldError(pointer, Text(zh, en), rule)
