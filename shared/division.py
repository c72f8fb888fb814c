"""Administrative divisions (GB/T 2260: two digits a level) and departments: the reference data that
every service shares.

Guarantees: arithmetic on six-digit codes; names and codes from `shared/data` (its README tells
their origin). Does not: cover other provinces.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from shared.text import Text

PATTERN = re.compile(r"[1-9]\d{5}")
LEVELS = ("province", "city", "county")
DATA = Path(__file__).with_name("data")


def level(code: str) -> str:
    """ "province", "city" (prefecture) or "county"."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def ancestors(code: str) -> tuple[str, ...]:
    """`code` and what it lies in, from itself to the province: 430104, 430100, 430000."""
    chain = (code, code[:4] + "00", code[:2] + "0000")
    return tuple(dict.fromkeys(chain))


def covers(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` or lies in it."""
    return outer in ancestors(inner)


def at_level(code: str, wanted: str) -> str | None:
    """The division of level `wanted` that `code` is or lies in; None where `code` is above it."""
    return next((c for c in ancestors(code) if level(c) == wanted), None)


class Division(NamedTuple):
    """One division; `parent` is None for the province."""

    code: str
    level: str
    parent: str | None
    name: Text


class Department(NamedTuple):
    """One kind of department, by its slug. office: the provincial one."""

    code: str
    name: Text
    office: Text


@cache
def _by_code() -> dict[str, Division]:
    return {
        d["code"]: Division(d["code"], d["level"], d["parent"], Text(**d["name"]))
        for d in _data("divisions.json")
    }


@cache
def departments() -> tuple[Department, ...]:
    """The departments, in the order of the data: the eleven of the plan first."""
    return tuple(
        Department(d["code"], Text(**d["name"]), Text(**d["office"]))
        for d in _data("departments.json")
    )


def divisions() -> tuple[Division, ...]:
    """The province, its 14 prefecture-level and its 122 county-level divisions."""
    return tuple(_by_code().values())


def exists(code: str) -> bool:
    """Whether there is such a division in the province."""
    return code in _by_code()


def name(code: str) -> Text:
    """The division's name; `KeyError` where there is none."""
    return _by_code()[code].name


def _data(file: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = orjson.loads((DATA / file).read_bytes())
    return data
