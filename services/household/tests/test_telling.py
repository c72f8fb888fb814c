"""What the exchange is told when the register changes: every record that differs, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.household.domain.households import members_now
from services.household.resources import GUARDIANSHIP, MEMBERSHIP, RESOURCES, WARDS
from services.household.tests.office import (
    BABY,
    CHILD,
    FATHER,
    MOTHER,
    VAULT,
    a_store,
    call,
    correct,
    depart,
    enter,
    family,
    guardian,
    join,
    member,
)
from services.household.usecases import registering
from shared.errors import ServiceError
from shared.exchange.changes import key_hash
from shared.exchange.resource import Source
from shared.testing import NOON, FakeStore

PEOPLE = (FATHER, MOTHER, CHILD, BABY)
PERSON = {MEMBERSHIP.code: "identity_number", GUARDIANSHIP.code: "child", WARDS.code: "guardian"}
Rows = Mapping[str, Mapping[str, Any] | None]


def keys() -> Iterator[tuple[Any, dict[str, str]]]:
    yield from ((MEMBERSHIP, {"identity_number": who}) for who in PEOPLE)
    yield from ((WARDS, {"guardian": who}) for who in PEOPLE)
    for child, who in product(PEOPLE, PEOPLE):
        yield GUARDIANSHIP, {"child": child, "guardian": VAULT.lookup(who)}


def rows(store: FakeStore) -> dict[str, Any]:
    """What every record says, by the hash of its key."""
    source = Source(store, VAULT, NOON)
    found = {}
    for resource, key in keys():
        assert resource.read
        [row] = resource.read(source, [key], resource.fields)
        beyond = {n: v for n, v in (row or {}).items() if n not in resource.key}
        found[key_hash(resource.code, key, PERSON[resource.code], VAULT)] = beyond
    return found


def told(store: FakeStore, events: int) -> dict[str, set[str]]:
    """The records that the events after the first `events` tell, with their fields."""
    [household] = store["households"].each({})
    found: dict[str, set[str]] = {}
    for event in household.outbox[events:]:
        for one in event["data"]["changes"]:
            assert one["key"] not in found
            found[one["key"]] = set(one["fields"])
    return found


def differing(before: Rows, after: Rows) -> dict[str, set[str]]:
    found = {
        key: {n for n in {*(before[key] or {}), *(row or {})}
              if (before[key] or {}).get(n, "-") != (row or {}).get(n, "-")}
        for key, row in after.items()
    }  # fmt: skip
    return {key: fields for key, fields in found.items() if fields}


def count(store: FakeStore) -> int:
    return sum(len(household.outbox) for household in store["households"].each({}))


STEPS = ("join", "leave", "guard", "rename", "house", "head")


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE)), max_size=8))
def test_told(steps: list[tuple[str, str]]) -> None:
    """Whatever officials do, the records whose rows differ are told, with the fields that do."""
    store = a_store()
    before = rows(store)
    found = enter(store, family("104000001", member(FATHER, "head"), member(MOTHER, "spouse")))
    assert told(store, 0) == differing(before, rows(store))
    for step, who in steps:
        before, events = rows(store), count(store)
        try:
            found = move(store, found, step, who)
        except (ServiceError, StopIteration):
            continue
        assert told(store, events) == differing(before, rows(store)), step


def move(store: FakeStore, found: Any, step: str, who: str) -> Any:
    if step == "join":
        return join(store, found, member(who))
    if step == "leave":
        return depart(store, found, who)
    if step == "guard":
        return correct(store, found, who, guardians=[guardian(MOTHER, "李娜")])
    if step == "rename":
        return correct(store, found, who, name="张更名")
    if step == "house":
        address = {"street": f"街道{len(found['history'])}", "community": None, "detail": "1 号"}
        body: dict[str, Any] = {"address": address, "reason": "迁移"}
        return registering.move_house(store, VAULT, call(found, body), found["_id"])
    person = VAULT.lookup(who)
    relations = {m["id"]: "other" for m in members_now(found)}
    relations |= {m["id"]: "head" for m in members_now(found) if m["person"] == person}
    body = {"relations": relations, "reason": "变更"}
    return registering.change_head(store, VAULT, call(found, body), found["_id"])


def test_nothing_personal() -> None:
    """No event names a person, or the household, by anything that could be guessed."""
    store = a_store()
    found = enter(store)
    events = [event for household in store["households"].each({}) for event in household.outbox]
    assert {event["data"]["resource"] for event in events} == {one.code for one in RESOURCES}
    text = str(events)
    for secret in (*PEOPLE, *(VAULT.lookup(who) for who in PEOPLE), found["_id"], found["number"]):
        assert secret not in text
