"""People who do not exist, the same in each run, with valid numbers (GB 11643)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from stdnum.iso7064 import mod_11_2

from shared.division import divisions

POPULATION = 2_000
FIRST_BORN, DAYS = date(1960, 1, 1), 16_000
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉玲红梅"


class Person(NamedTuple):
    """identity: resident identity number. number: the place in the population."""

    number: int
    name: str
    identity: str
    born: date


KNOWN: Mapping[str, str] = {
    "430104199001010019": "张伟",
    "430104199202020029": "李娜",
}
"""The citizens of the local platform, who have records as well."""


def chance(*of: object) -> int:
    """A number that follows from `of`, as if by chance."""
    return int.from_bytes(sha256(repr(of).encode()).digest()[:8])


def person(number: int) -> Person:
    """The person in this place of the population."""
    counties = _counties()
    born = FIRST_BORN + timedelta(days=chance("born", number) % DAYS)
    county = counties[number % len(counties)]
    stem = f"{county}{born:%Y%m%d}{number % 1000:03}"
    name = SURNAMES[chance("surname", number) % len(SURNAMES)]
    name += GIVEN[chance("given", number) % len(GIVEN)]
    return Person(number, name, stem + mod_11_2.calc_check_digit(stem), born)


@cache
def people() -> Mapping[str, Person]:
    """Everybody by number: the known ones first, counted backwards from -1."""
    known = [
        Person(-1 - n, name, number, date.fromisoformat(number[6:14]))
        for n, (number, name) in enumerate(KNOWN.items())
    ]
    return {one.identity: one for one in (*known, *map(person, range(POPULATION)))}


@cache
def _counties() -> list[str]:
    return [one.code for one in divisions() if one.level == "county"]
