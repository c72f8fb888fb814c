from __future__ import annotations

from typing import Any

import pytest

from services.catalogue import views
from services.catalogue.domain.delegation import is_in_force
from services.catalogue.domain.directory import directory
from services.catalogue.events import POWER_DELEGATED, POWER_REVOKED, PUBLISHES
from services.catalogue.tests.samples import NOW, TEXT, announced
from services.catalogue.usecases import items, powers, queries
from services.catalogue.usecases.listing import all_lists
from shared.errors import Conflict, Forbidden, IdempotencyMismatch, Invalid, ServiceError, Stale
from shared.testing import FakeStore, a_call, an_official

ADMIN = an_official("admin", "430000", "platform", "administer")
BODY = {
    "item": "health-001",
    "from_division": "430000",
    "delegates": ["430100", "430200"],
    "from_day": "2026-12-01",
    "until_day": None,
    "legal_basis": TEXT,
}


def a_store() -> FakeStore:
    store = FakeStore()
    items.take_in(store, announced(levels=["province"]), NOW)
    store.sent.clear()
    return store


def delegated(store: FakeStore, id_: str = "d", caller: Any = ADMIN, **given: Any) -> Any:
    body = {**BODY, **given}
    return powers.delegate(store, a_call(caller, id=id_, digest=str(body), body=body))


def in_force(power: Any, day: str) -> list[str]:
    return [d["id"] for d in power["delegations"] if is_in_force(d, day)]


def revoked(store: FakeStore, version: int, day: str = "2027-01-01", id_: str = "d") -> Any:
    body = {"from_day": day, "legal_basis": TEXT}
    return powers.revoke(store, a_call(ADMIN, body=body, if_match=version), id_)


def test_delegated() -> None:
    """A delegation is in the public list, in the guide when it is in force, and told."""
    store = a_store()
    delegated(store)
    (told,) = store.sent
    assert (told["type"], told["subject"], told["sequence"]) == (POWER_DELEGATED, "d", 1)
    assert PUBLISHES[POWER_DELEGATED].schema().validate(told["data"]) == {}
    results, kept = queries.find_powers(store, directory(all_lists(store)), {"limit": 5}, NOW)
    listed = views.power(results.found[0], kept["health-001"])
    assert listed["delegations"][0]["delegates"] == ["430100", "430200"]
    for day, expected in (("2026-11-30", 0), ("2026-12-01", 1)):
        affair = queries.affair(store, "health-001", {"on": day}, NOW)
        assert len(views.guide(affair, day)["delegations"]) == expected


def test_idempotent() -> None:
    """The same request again is the same delegation; another under its key is refused."""
    store = a_store()
    assert delegated(store)[1] == delegated(store)[1]
    assert len(store.sent) == 1
    with pytest.raises(IdempotencyMismatch):
        delegated(store, from_day="2026-12-02")


@pytest.mark.parametrize(
    ("given", "error", "pointer"),
    [
        ({"item": "nothing"}, Invalid, "/item"),
        ({"from_division": "430100"}, Invalid, "/from_division"),
        ({"delegates": ["439900"]}, Invalid, "/delegates/0"),
        ({"delegates": ["430000"]}, Invalid, "/delegates/0"),
        ({"delegates": ["430100", "430100"]}, Invalid, "/delegates/1"),
        ({"from_day": "2026-11-22"}, Invalid, "/from_day"),
        ({"until_day": "2026-11-30"}, Invalid, "/until_day"),
        ({"caller": an_official("a", "430100", "health", "administer")}, Forbidden, None),
        ({"caller": an_official("a", "430000", "education", "administer")}, Forbidden, None),
    ],
)
def test_refused(given: dict[str, Any], error: type[ServiceError], pointer: str | None) -> None:
    """What is wrong with a delegation is told by field; strangers may not delegate."""
    with pytest.raises(error) as refusal:
        delegated(a_store(), **given)
    assert [e.pointer for e in refusal.value.errors] == ([pointer] if pointer else [])


def test_twice() -> None:
    """No delegate gets the same power twice for the same day."""
    store = a_store()
    delegated(store, until_day="2026-12-31")
    with pytest.raises(Conflict):
        delegated(store, "e", delegates=["430200"], from_day="2026-12-31")
    delegated(store, "f", delegates=["430200"], from_day="2027-01-01")
    delegated(store, "g", delegates=["430300"])
    power = store["powers"].require("health-001")
    assert in_force(power, "2026-12-15") == ["d", "g"]


def test_revoked() -> None:
    """A revocation ends the delegation the day before, is told, and cannot be repeated."""
    store = a_store()
    power, _ = delegated(store)
    with pytest.raises(Stale):
        revoked(store, power["version"] + 1)
    power, delegation = revoked(store, power["version"])
    assert views.delegation("health-001", delegation)["until_day"] == "2026-12-31"
    told = store.sent[-1]
    assert (told["type"], told["sequence"]) == (POWER_REVOKED, 2)
    assert told["data"]["until_day"] == "2026-12-31"
    assert not in_force(power, "2027-01-01")
    with pytest.raises(Conflict):
        revoked(store, power["version"])
    delegated(store, "e", from_day="2027-01-01")


def test_revoked_before_it_began() -> None:
    """A delegation revoked before its first day is never in force."""
    store = a_store()
    power, _ = delegated(store)
    power, _ = revoked(store, power["version"], "2026-11-25")
    assert not any(in_force(power, f"2026-{m:02d}-25") for m in (11, 12))
    with pytest.raises(Invalid):
        revoked(store, delegated(store, "e")[0]["version"], "2026-11-22", "e")
