"""What the register provides: by its declared key, of today, and no more than is asked."""

from datetime import timedelta
from typing import Any

import pytest

from services.household import resources
from services.household.tests.office import (
    BABY,
    CHILD,
    FATHER,
    MOTHER,
    VAULT,
    a_store,
    depart,
    enter,
    family,
    guardian,
    member,
)
from shared.exchange import order
from shared.exchange.resource import Resource, Source
from shared.testing import NOON

GRANDMOTHER = "430104196001010015"
GUARDIAN = VAULT.lookup(FATHER)


@pytest.fixture
def store():
    return a_store()


def read(store: Any, resource: Resource, now: Any = NOON, **key: str) -> Any:
    """The row of a key, as an order asks for it."""
    asked = {"kind": "query", "key": key}
    keys = order.keys(resource, asked)
    (row,) = resource.read(Source(store, VAULT, now), keys, resource.fields)
    assert row is None or resource.schema().validate(row) == {}
    return row


@pytest.mark.parametrize("resource", resources.RESOURCES)
def test_declared(resource):
    """Each example is a row of its resource, found by its key."""
    assert resource.schema().validate(dict(resource.example)) == {}
    assert set(resource.key) <= resource.example.keys()


def test_membership(store):
    """Where somebody is registered is told while they are a member, and of nobody else."""
    found = enter(store)
    row = read(store, resources.MEMBERSHIP, identity_number=CHILD)
    assert (row["division"], row["street"], row["relation"]) == ("430104", "岳麓街道", "daughter")
    assert row["head"] is False and row["number"] == "104000001"
    assert read(store, resources.MEMBERSHIP, identity_number=BABY) is None
    depart(store, found, CHILD)
    assert read(store, resources.MEMBERSHIP, identity_number=CHILD) is None


def test_guardianship(store):
    """A guardian is confirmed by lookup, for this child, until the child is of age."""
    enter(store)
    asked = {"child": CHILD, "guardian": GUARDIAN}
    assert read(store, resources.GUARDIANSHIP, **asked)["in_force"] is True
    assert read(store, resources.GUARDIANSHIP, **{**asked, "child": BABY}) is None
    other = {**asked, "guardian": VAULT.lookup(BABY)}
    assert read(store, resources.GUARDIANSHIP, **other) is None
    later = NOON + timedelta(days=12 * 366)
    assert read(store, resources.GUARDIANSHIP, later, **asked) is None


def test_wards(store):
    """All minors of a guardian are told, in whichever household they live."""
    enter(store)
    elsewhere = member(BABY, "grandchild", name="张小满", guardians=[guardian()])
    enter(store, family("104000002", member(GRANDMOTHER, "head"), elsewhere))
    row = read(store, resources.WARDS, guardian=FATHER)
    assert {one["identity_number"] for one in row["wards"]} == {CHILD, BABY}
    assert len(read(store, resources.WARDS, guardian=MOTHER)["wards"]) == 1
    assert read(store, resources.WARDS, guardian=CHILD) is None


def test_subjects(store):
    """Whoever reads somebody's wards has read about the children too."""
    enter(store)
    row = read(store, resources.WARDS, guardian=FATHER)
    about = order.subjects(resources.WARDS, row, ["wards"], VAULT)
    assert about == [VAULT.lookup(CHILD)]
