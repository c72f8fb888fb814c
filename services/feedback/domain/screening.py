"""Texts of people, before they are kept where others read them.

Guarantees: resident identity numbers, mobile numbers and e-mail addresses are masked and cannot be
grown back. Does not: find names, or numbers that are spelt out.
"""

from __future__ import annotations

import re

from shared.personal import mask_in

_ADDRESS = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]{0,63}@([A-Za-z0-9.-]{1,253})", re.ASCII)


def screened(text: str) -> str:
    """``zhang@example.com, 13800001234`` -> ``z***@example.com, 138****1234``."""
    return _ADDRESS.sub(r"\1***@\2", mask_in(text))


def mask_address(address: str) -> str:
    """``zhang.wei@example.com`` -> ``z***@example.com``; whatever has no @ is hidden."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***@{host}" if at else "***"
