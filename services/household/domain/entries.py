"""What an entry of the register must satisfy (pure).

Sources: Regulation on Household Registration, Art. 5; Civil Code, Art. 17, 27; GB 11643.
Guarantees: every fault is told at once, with its field. Does not: compare with other households.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from services.household.domain.relations import HEAD
from shared.age import birth_date, is_minor
from shared.errors import FieldError
from shared.text import Text

Given = Mapping[str, Any]
"""A member as an official enters it: {identity, name, relation, from_day, guardians}; each
guardian: {identity, name, relation}."""

MOST_GUARDIANS = 2


def household_faults(kind: str, members: Sequence[Given], today: date) -> Iterator[FieldError]:
    """What is wrong with a new household."""
    heads = sum(member["relation"] == HEAD for member in members)
    if heads > 1 or (kind == "family" and heads != 1):
        yield _fault("/members", "one-head", "应有且只有一名户主", "Exactly one head is needed")
    numbers = [member["identity"] for member in members]
    for place, member in enumerate(members):
        if numbers.index(member["identity"]) < place:
            yield _twice(f"/members/{place}/identity")
        yield from member_faults(member, today, f"/members/{place}")


def joining_faults(
    kind: str, member: Given, present: Sequence[Mapping[str, Any]], today: date
) -> Iterator[FieldError]:
    """What is wrong with a member who joins those who are `present`."""
    if member["relation"] == HEAD and any(m["relation"] == HEAD for m in present):
        yield _fault("/relation", "one-head", "该户已有户主", "The household has a head")
    elif kind == "family" and member["relation"] != HEAD and not present:
        yield _fault("/relation", "one-head", "空户应先登记户主", "An empty household needs a head")
    yield from member_faults(member, today, "")


def member_faults(member: Given, today: date, pointer: str) -> Iterator[FieldError]:
    """What is wrong with the entry of one member."""
    born = birth_date(member["identity"])
    if not born.isoformat() <= member["from_day"] <= today.isoformat():
        text = "应在出生之日与今日之间", "Must lie between birth and today"
        yield _fault(f"{pointer}/from_day", "order", *text)
    yield from guardian_faults(member["identity"], member["guardians"], today, pointer)


def guardian_faults(
    identity: str, guardians: Sequence[Given], today: date, pointer: str
) -> Iterator[FieldError]:
    """What is wrong with the guardians of the member with the number `identity`."""
    if guardians and not is_minor(birth_date(identity), today):
        text = "成年人不登记监护人", "Only minors have guardians here (Civil Code, Art. 17, 27)"
        yield _fault(f"{pointer}/guardians", "minor", *text)
    numbers = [guardian["identity"] for guardian in guardians]
    for place, number in enumerate(numbers):
        below = f"{pointer}/guardians/{place}/identity"
        if number == identity or numbers.index(number) < place:
            yield _twice(below)
        elif is_minor(birth_date(number), today):
            yield _fault(below, "majority", "监护人应当成年", "A guardian must be of age")


def leaving_faults(from_day: str, until_day: str, today: date) -> Iterator[FieldError]:
    """What is wrong with the last day of a membership."""
    if not from_day <= until_day <= today.isoformat():
        text = "应在登记之日与今日之间", "Must lie between the first day and today"
        yield _fault("/until_day", "order", *text)


def _twice(pointer: str) -> FieldError:
    return _fault(pointer, "unique", "同一人不得重复", "The same person twice")


def _fault(pointer: str, rule: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer, Text(zh, en), rule)
