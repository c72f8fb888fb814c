"""How a consumer asks: with which grant, how often, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Conflict, Forbidden, NotFound, ServiceError, Unavailable
from shared.exchange.client import ATTEMPTS, Client
from shared.exchange.consumer import keep
from shared.exchange.granted import fits, picked
from shared.exchange.messages import REQUEST, instant, signable_request, verified
from shared.testing import NOON, FakeStore
from shared.tests.exchanging import LI, OFFICE, ZHANG

CONSUMER = "GOV/education/education"
TODAY = date(2026, 11, 23)
GRANT: dict[str, Any] = {
    "_id": "g1",
    "consumer": CONSUMER,
    "resource": "household-register",
    "fields": ["number", "address"],
    "kinds": ["query", "verify", "batch"],
    "purposes": ["enrolment"],
    "items": ["school-enrolment"],
    "from_day": "2026-01-01",
    "until_day": "2026-12-31",
    "state": "active",
}
FOR: dict[str, Any] = {"purpose": "enrolment", "case": "education/1", "item": "school-enrolment"}


class Wire:
    """The exchange behind a wire that fails as it is told: an error for each try, then answers."""

    def __init__(self, *failures: ServiceError) -> None:
        self.failures = list(failures)
        self.asked: list[tuple[str, Mapping[str, Any], str]] = []

    def __call__(
        self, method: str, request: Mapping[str, Any], signature: str, timeout: float
    ) -> Mapping[str, Any]:
        assert timeout > 0
        self.asked.append((method, request, signature))
        if self.failures:
            raise self.failures.pop(0)
        place = {"provider": "GOV/public-security", "resource": request["resource"], "version": 1}
        receipt = {"request": request["id"], "attempt": request["attempt"], "index": 7, "leaf": "l"}
        body = {**place, "at": instant(NOON), "receipt": receipt}
        if method == "batch":
            return {**body, "rows": [{"number": key["identity"]} for key in request["keys"]]}
        return {**body, "found": True, "data": {"number": "H-1"}, "holds": True}


def client(wire: Wire, *grants: Mapping[str, Any]) -> Client:
    numbers: Iterator[int] = count(1)
    return Client(
        consumer=CONSUMER,
        signer=OFFICE,
        ask=wire,
        grants=lambda resource, fresh: grants or (GRANT,),
        now=lambda: NOON,
        new_id=lambda: f"request-{next(numbers)}",
        new_salt=lambda: f"{next(numbers):032x}",
        pause=lambda seconds: None,
    )


def query(asking: Client, **given: Any) -> Any:
    return asking.query(
        "household-register", {"identity": ZHANG}, fields=["number"], **{**FOR, **given}
    )


def test_query() -> None:
    """A query names consumer, grant, purpose, case and item, and is signed as it goes out."""
    wire = Wire()
    found = query(client(wire))
    [(method, request, signature)] = wire.asked
    assert method == "use"
    assert verified(REQUEST, signable_request(request), signature, OFFICE.public)
    assert request["grant"] == "g1" and request["consumer"] == CONSUMER
    assert {name: request[name] for name in FOR} == FOR
    assert (found.found, found.data, found.origin.provider) == (
        True,
        {"number": "H-1"},
        "GOV/public-security",
    )
    assert found.receipt.told() == {
        "request": "request-1",
        "attempt": 1,
        "index": 7,
        "leaf": "l",
    }


def test_verify() -> None:
    """A verification sends claims, whose names are what it asks for."""
    wire = Wire()
    claims = {"number": "H-1"}
    verdict = client(wire).verify("household-register", {"identity": ZHANG}, claims=claims, **FOR)
    assert verdict.holds and verdict.found
    request = wire.asked[0][1]
    assert (request["kind"], request["fields"], request["claims"]) == (
        "verify",
        ["number"],
        claims,
    )


def test_asked_again() -> None:
    """What gets no answer is asked again: the same id, the next attempt, a signature of its own."""
    wire = Wire(Unavailable(), Unavailable())
    assert query(client(wire)).receipt.attempt == 3
    assert [request["attempt"] for _, request, _ in wire.asked] == [1, 2, 3]
    assert len({request["id"] for _, request, _ in wire.asked}) == 1
    assert all(
        verified(REQUEST, signable_request(r), signature, OFFICE.public)
        for _, r, signature in wire.asked
    )


def test_goes_on_where_it_was() -> None:
    """An attempt that was used before, by this process or another, is passed over."""
    wire = Wire(Conflict(type="replayed", attempt=4))
    assert query(client(wire), id="known").receipt.attempt == 5


@pytest.mark.parametrize(
    "error",
    [
        Forbidden(type="grant-revoked"),
        Conflict(type="quota-exhausted"),
        Unavailable(type="provider-unavailable"),
    ],
)
def test_refused(error: ServiceError) -> None:
    """What was refused, or waits for a provider, is not asked again."""
    wire = Wire(error)
    with pytest.raises(type(error)) as refused:
        query(client(wire))
    assert refused.value.type == error.type
    assert len(wire.asked) == 1


def test_replaced() -> None:
    """A grant of the memory that was replaced meanwhile: the store is asked, and the new one used;
    where there is none, the refusal is told."""
    new = {**GRANT, "_id": "g2"}
    revoked = Forbidden(type="grant-revoked")
    wire = Wire(revoked)
    asking = replace(client(wire), grants=lambda resource, fresh: (new,) if fresh else (GRANT,))
    assert query(asking).found
    assert [request["grant"] for _, request, _ in wire.asked] == ["g1", "g2"]
    with pytest.raises(Forbidden):
        query(client(Wire(revoked)))


def test_gives_up() -> None:
    """An exchange that stays away is `Unavailable`, so that the caller goes on."""
    for failure in (Unavailable(), Conflict(type="replayed", attempt=1)):
        wire = Wire(*[failure] * 100)
        with pytest.raises(Unavailable):
            query(client(wire))
        assert len(wire.asked) == ATTEMPTS


def test_batch() -> None:
    """A batch goes in chunks, each a request of its own whose id follows from the whole's."""
    keys = [{"identity": f"{n}"} for n in range(1_201)]
    wire = Wire(Unavailable())
    given_: dict[str, Any] = {"fields": ["number"], **FOR}
    found = list(client(wire).batch("household-register", keys, id="whole", **given_))
    assert [one.data for one in found] == [{"number": key["identity"]} for key in keys]
    assert [len(request["keys"]) for _, request, _ in wire.asked] == [500, 500, 500, 201]
    ids = [request["id"] for _, request, _ in wire.asked]
    assert ids[0] == ids[1] and len(set(ids)) == 3


@given(st.integers(0, 1_300))
def test_batch_resumed(first: int) -> None:
    """A batch that is taken up again gives what is left, by the same requests as before."""
    keys = [{"identity": f"{n}"} for n in range(1_201)]
    whole, rest = Wire(), Wire()
    given_: dict[str, Any] = {"fields": ["number"], "id": "whole", **FOR}
    found = list(client(whole).batch("household-register", keys, **given_))
    left = list(client(rest).batch("household-register", keys, first=first, **given_))
    assert [one.data for one in left] == [one.data for one in found[first:]]
    asked = [request["id"] for _, request, _ in rest.asked]
    assert asked == [request["id"] for _, request, _ in whole.asked][first // 500 :]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "revoked"},
        {"resource": "tax-register"},
        {"until_day": "2026-11-22"},
        {"from_day": "2026-11-24"},
        {"kinds": ["verify"]},
        {"purposes": ["statistics"]},
        {"items": []},
        {"items": ["student-aid"]},
        {"fields": ["address"]},
    ],
)
def test_no_grant(change: dict[str, Any]) -> None:
    """A grant that does not cover the use in every respect is not named, and nothing is sent."""
    wire = Wire()
    with pytest.raises(NotFound) as refused:
        query(client(wire, {**GRANT, **change}))
    assert refused.value.type == "grant-unknown"
    assert not wire.asked


USE = {
    "resource": "household-register",
    "kind": "query",
    "fields": ["number"],
    "purpose": "enrolment",
    "item": "school-enrolment",
}


def test_picked() -> None:
    """Of several grants that cover a use, the one that lasts longest is named."""
    longer = {**GRANT, "_id": "g2", "until_day": "2027-12-31"}
    other = {**GRANT, "_id": "g3", "until_day": "2028-12-31", "purposes": ["statistics"]}
    assert picked([GRANT, other, longer], USE, TODAY) == "g2"
    assert picked([other], USE, TODAY) is None


@given(st.sets(st.sampled_from(["number", "address", "members"])))
def test_fields(asked: set[str]) -> None:
    """A grant covers every subset of its fields and nothing beyond."""
    use = {**USE, "fields": sorted(asked)}
    assert fits(GRANT, use, TODAY) == (asked <= set(GRANT["fields"]))


def test_kept() -> None:
    """A consumer keeps its own grants and its member's; what is older than the kept is dropped."""
    store = FakeStore()
    keep(store, CONSUMER, GRANT, 1)
    keep(store, CONSUMER, {**GRANT, "_id": "g2", "consumer": "GOV/education/*"}, 1)
    keep(store, CONSUMER, {**GRANT, "_id": "g3", "consumer": "GOV/health/health"}, 1)
    keep(store, CONSUMER, {**GRANT, "state": "revoked"}, 2)
    keep(store, CONSUMER, GRANT, 1)
    kept = {one["_id"]: one["state"] for one in store["sharing_grants"].each({})}
    assert kept == {"g1": "revoked", "g2": "active"}
    assert LI not in str(kept)
