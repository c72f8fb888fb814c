"""How a rule says no: where, which rule, and why, in both languages."""

from __future__ import annotations

from shared.errors import FieldError
from shared.text import Text


def refusal(pointer: str, rule: str, zh: str, en: str) -> FieldError:
    """A refusal of the value at `pointer` (a JSON pointer within the form)."""
    return FieldError(pointer, Text(zh, en), rule)
