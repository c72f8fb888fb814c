"""What the government holds of an application: facts read through the exchange, and what of them
stands in the form (pure).

Guarantees: a field counts as held only while it has the value that was read, while what it was
found by is what the form says, and while the reading is not older than `FRESH`; all else is stated
by the applicant. Does not: read, or keep (the department's use cases do).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.department.pointers import ABSENT, at
from shared.text import Text

FRESH = timedelta(days=30)
"""How long a reading proves what it says: what is submitted later is verified anew."""

ACCOUNT = "account"
"""The resource of facts that identity knows of the applicant: name, identity, phone."""
ACCOUNT_ORIGIN: Mapping[str, Any] = {"provider": "identity", "resource": ACCOUNT, "version": 1}
OWN = "@"
"""Begins the name of an attribute of the caller's account where a pointer would begin with a
slash: "@identity"."""


REASONS: Mapping[str, Text] = {
    "key-missing": Text("缺少查询条件，请先填写", "What it is found by is missing: fill that in"),
    "not-own": Text(
        "只查询本人和被监护人，请自行填写", "Only read of oneself and wards: fill it in"
    ),
    "unavailable": Text("数据来源暂不可用，请自行填写或稍后再试", "Away: fill it in, or try later"),
    "refused": Text("未获授权查询，请自行填写", "May not be read for this: fill it in"),
    "not-found": Text("登记中没有相应记录，请自行填写", "No such entry: fill it in"),
    "not-held": Text("登记中没有此项，请自行填写", "The register does not say: fill it in"),
    "choose": Text("有多条记录，请选择", "Several entries fit: choose one"),
    "unfit": Text("登记内容不符合表单要求，请自行填写", "Nothing that fits here: fill it in"),
}
"""Why a field stays open."""


class Fact(NamedTuple):
    """One field as it was read.

    origin: {provider, resource, version}. at: when (RFC 3339). record: the evidence's receipt, or
    None for what identity says. key: what it was found by, by pointer or attribute. by: the account
    for which it was read.
    """

    pointer: str
    value: Any
    origin: Mapping[str, Any]
    at: str
    record: Mapping[str, Any] | None
    key: Mapping[str, Any]
    by: str

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return self._asdict()

    def source(self) -> dict[str, Any]:
        """Where it comes from, as answers tell it."""
        return {**self.origin, "at": self.at, "record": self.record}


def fact_of(told: Mapping[str, Any]) -> Fact:
    """The inverse of `Fact.told`."""
    return Fact(**told)


def standing(
    facts: Iterable[Fact], form: Mapping[str, Any], account: str, now: datetime
) -> dict[str, Fact]:
    """By pointer, the facts that hold of `form` as `account` has it at `now`."""
    return {
        fact.pointer: fact
        for fact in facts
        if at(form, fact.pointer) == fact.value
        and now - datetime.fromisoformat(fact.at) <= FRESH
        and _found_by(fact, form, account)
    }


def _found_by(fact: Fact, form: Mapping[str, Any], account: str) -> bool:
    return all(
        fact.by == account if where.startswith(OWN) else at(form, where) == value
        for where, value in fact.key.items()
    )


def marks(
    pointers: Iterable[str], facts: Iterable[Fact], form: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """For each declared field that the form has: whether it is held or stated by the applicant, and
    what was read. differs: something else was read, or by what the form no longer says.
    """
    read = {fact.pointer: fact for fact in facts}
    for pointer in dict.fromkeys([*pointers, *read]):
        value, fact = at(form, pointer), read.get(pointer)
        if value is ABSENT:
            continue
        same = fact is not None and value == fact.value and _found_by(fact, form, fact.by)
        yield {
            "field": pointer,
            "origin": "held" if same else "stated",
            "differs": fact is not None and not same,
            "source": fact.source() if fact else None,
        }
