"""A resource that its provider shares no more: grants end, with the reason; none is given."""

from __future__ import annotations

import pytest

from services.exchange.events import GRANT_REVOKED
from services.exchange.tests.test_directory_requests import (
    BASIS,
    KEEPER,
    ask,
    call_of,
    granted,
    opened,
)
from services.exchange.tests.test_directory_resources import HOUSEHOLD, heard
from services.exchange.usecases import requests, resources
from services.exchange.usecases.withholding import withhold
from shared.errors import Conflict
from shared.testing import NOON, FakeStore


@pytest.fixture
def store() -> FakeStore:
    return opened()


def close(store: FakeStore) -> None:
    """The provider declares the resource as not shared."""
    resources.take_in(store, heard(2, sharing="not-shared", sharing_basis=BASIS), NOON)


def test_withheld(store: FakeStore) -> None:
    """Its grants are revoked once, with the legal reason, and their consumers are told."""
    grant = granted(store)
    withhold(store, HOUSEHOLD.code, NOON)
    assert store["grants"].require(grant["_id"])["state"] == "active"
    close(store)
    for _ in range(2):
        withhold(store, HOUSEHOLD.code, NOON)
    found = store["grants"].require(grant["_id"])
    assert (found["state"], len(found["history"])) == ("revoked", 2)
    assert BASIS["zh"] in found["revoked"]["reason"]
    assert [told["type"] for told in found.outbox][-1:] == [GRANT_REVOKED]


def test_approved_before(store: FakeStore) -> None:
    """A grant that is issued after the grants were taken back is taken back, too."""
    id_ = ask(store)["_id"]
    requests.accept(store, call_of(store, KEEPER, id_), id_)
    requests.approve(store, call_of(store, KEEPER, id_), id_)
    close(store)
    withhold(store, HOUSEHOLD.code, NOON)
    requests.settle(store, id_, NOON)
    grant = store["grants"].require(store["cases"].require(id_)["grant"])
    assert grant["state"] == "revoked"


def test_not_approved(store: FakeStore) -> None:
    """A request that waits cannot be approved any more."""
    id_ = ask(store)["_id"]
    requests.accept(store, call_of(store, KEEPER, id_), id_)
    close(store)
    with pytest.raises(Conflict) as error:
        requests.approve(store, call_of(store, KEEPER, id_), id_)
    assert error.value.type == "not-shared"
