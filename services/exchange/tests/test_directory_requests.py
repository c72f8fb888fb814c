"""Sharing requests: asked, answered in time, granted once, revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange import grant_views as views
from services.exchange import items
from services.exchange.domain import grants as rules
from services.exchange.domain.sharing_requests import terms, widened
from services.exchange.events import PUBLISHES
from services.exchange.grant_schemas import GrantDetail, RequestBody, RequestDetail
from services.exchange.granting import EXAMPLE
from services.exchange.migrations import m0001_ends
from services.exchange.tests.directory import ADMINISTRATOR, announcement, pulses, signer
from services.exchange.tests.test_directory_resources import HOUSEHOLD, heard
from services.exchange.usecases import directory, grants, reading, requests, resources
from shared.case import events_of, told
from shared.case import move_of as move_told
from shared.clock import local_day
from shared.documents import Document
from shared.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    IllegalMove,
    Invalid,
    NotFound,
    ServiceError,
    Stale,
    Unavailable,
)
from shared.events import received
from shared.schema import load
from shared.testing import NOON, FakeStore, a_call, an_official

TODAY = local_day(NOON)
POWERS = ("accept", "approve")
ASKER = an_official("liu", "430000", "education", *POWERS, name="刘招生")
KEEPER = an_official("qin", "430000", "public-security", *POWERS, name="秦户政")
STRANGER = an_official("he", "430000", "health", *POWERS)
DISTRICT = an_official("chen", "430104", "education", *POWERS)
BASIS = {"zh": "《反间谍法》", "en": "Counter-Espionage Law"}


def opened(**changes: Any) -> FakeStore:
    """The directory with the household register's resource, declared so."""
    store = FakeStore()
    directory.open_directory(store, NOON)
    node = announcement(signer(1), member="GOV/public-security", service="household")
    directory.take_in(store, pulses(), node, NOON)
    resources.take_in(store, heard(**changes), NOON)
    return store


@pytest.fixture
def store() -> FakeStore:
    return opened()


def body(**changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = load(RequestBody(), {**EXAMPLE, **changes})
    return loaded


def ask(store: FakeStore, caller: Any = ASKER, key: str = "r1", **changes: Any) -> Document:
    call = a_call(caller, body=body(**changes), id=key, digest=repr(changes))
    return requests.submit(store, call)


def call_of(store: FakeStore, caller: Any, id_: str, days: int = 0, **given: Any) -> Any:
    version = store["cases"].require(id_)["version"]
    now = NOON + timedelta(days=days)
    return a_call(caller, body=given, if_match=version, now=now)


def granted(store: FakeStore, **given: Any) -> Document:
    """The grant that answers a request, accepted and approved by the provider."""
    id_ = ask(store)["_id"]
    requests.accept(store, call_of(store, KEEPER, id_), id_)
    requests.approve(store, call_of(store, KEEPER, id_, **given), id_)
    requests.settle(store, id_, NOON)
    return reading.grant(store, store["cases"].require(id_)["grant"])


def rules_of(error: ServiceError) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.rule) for fault in error.errors]


def test_granted(store: FakeStore) -> None:
    """Asked, found complete, approved: one grant with all that was asked, told to the consumer."""
    grant = granted(store)
    assert grant["consumer"] == "GOV/education/education"
    assert (grant["provider"], grant["resource_version"]) == ("GOV/public-security", 1)
    assert (grant["fields"], grant["items"]) == (["address"], ["education-enrolment"])
    assert grant["quota"] == {"amount": 10_000, "period": "day"}
    assert (grant["from_day"], grant["until_day"]) == ("2026-11-23", "2028-12-31")
    use = {
        "consumer": grant["consumer"], "resource": HOUSEHOLD.code, "kind": "query",
        "purpose": "enrolment", "item": "education-enrolment", "fields": ["address"],
    }  # fmt: skip
    assert rules.refusal(grant, use, TODAY) is None
    issued = next(e for e in store.sent if e["type"] == "exchange.grant.issued.v1")
    assert PUBLISHES[issued["type"]].schema().validate(issued["data"]) == {}
    assert (issued["subject"], issued["sequence"]) == (grant["_id"], 1)
    assert issued["data"]["fields"] == ["address"]


class Catalogue:
    """The catalogue's RPC, or that it is away."""

    def __init__(self) -> None:
        self.away = False

    def known_items(self, codes: list[str], timeout: float) -> list[str]:
        assert timeout > 0
        if self.away:
            raise Unavailable()
        return [code for code in codes if code == "education-enrolment"]


def test_items(store: FakeStore) -> None:
    """Items that the catalogue does not know are named, in both languages, when they are asked for
    and when they are corrected."""
    unknown = partial(items.unknown, Catalogue())

    def given(*codes: str) -> Any:
        asked = body(items=["education-enrolment", *codes])
        return a_call(ASKER, body=asked, id="r1", digest="d")

    with pytest.raises(Invalid) as refused:
        requests.submit(store, given("no-such-item"), unknown)
    assert rules_of(refused.value) == [("/items/1", "item-unknown")]
    assert "no-such-item" in refused.value.errors[0].detail.zh  # type: ignore[attr-defined]
    assert requests.submit(store, given(), unknown)["state"] == "submitted"


def test_items_away(store: FakeStore) -> None:
    """While the catalogue is away a request is taken; its items are looked up before it is
    approved, and the provider can leave out those that there are not."""
    catalogue = Catalogue()
    catalogue.away, unknown = True, partial(items.unknown, catalogue)
    asked = body(items=["education-enrolment", "no-such-item"])
    id_ = requests.submit(store, a_call(ASKER, body=asked, id="r1", digest="d"), unknown)["_id"]
    requests.accept(store, call_of(store, KEEPER, id_), id_)
    catalogue.away = False
    with pytest.raises(Invalid) as refused:
        requests.approve(store, call_of(store, KEEPER, id_), id_, unknown)
    assert rules_of(refused.value) == [("/items/1", "item-unknown")]
    less = call_of(store, KEEPER, id_, items=["education-enrolment"])
    assert requests.approve(store, less, id_, unknown)["terms"]["items"] == ["education-enrolment"]


def test_told(store: FakeStore) -> None:
    """Every move is told as a department's is, and its days are the request's own."""
    granted(store)
    moves = [e for e in store.sent if ".case." in e["type"]]
    assert [e["type"].split(".")[2] for e in moves] == [
        "submitted", "accepted", "started", "approved", "closed",
    ]  # fmt: skip
    assert [e["sequence"] for e in moves] == [1, 2, 3, 4, 5]
    for one in moves:
        assert PUBLISHES[one["type"]].schema().validate(one["data"]) == {}
        assert (one["data"]["department"], one["data"]["division"]) == ("public-security", "430000")
        assert one["data"]["internal"]
        days = [one["data"][f"{name}_days"] for name in ("acceptance", "statutory", "promised")]
        assert days == [2, 5, 5]
    heard_moves = [move_told(received(e, e["data"])) for e in moves]
    assert told(heard_moves, {"statutory": 5, "promised": 5, "acceptance": 2})["state"] == "closed"


def test_twice(store: FakeStore) -> None:
    """The same request again is the same; settled again, there is still one grant."""
    grant = granted(store)
    again = ask(store)
    assert again["state"] == "closed"
    requests.settle(store, again["_id"], NOON)
    assert reading.grant(store, grant["_id"])["version"] == 1
    with pytest.raises(IdempotencyMismatch):
        ask(store, explanation="别的")


def test_killed_between(store: FakeStore) -> None:
    """Where the process dies after the grant was issued, the request is closed with that one."""
    id_ = ask(store)["_id"]
    requests.accept(store, call_of(store, KEEPER, id_), id_)
    approved = requests.approve(store, call_of(store, KEEPER, id_), id_)
    first = rules.issued(approved, "qin", approved["history"][-1]["at"])
    store["grants"].add(first)
    requests.settle(store, id_, NOON + timedelta(days=1))
    assert store["cases"].require(id_)["grant"] == first["_id"]
    assert store["grants"].count({}) == 1


def test_less(store: FakeStore) -> None:
    """The provider may give less than was asked, and never more."""
    id_ = ask(store, fields=["address", "identity"], kinds=["query", "verify"])["_id"]
    requests.accept(store, call_of(store, KEEPER, id_), id_)
    wider = {"fields": ["address", "x"], "kinds": ["batch"], "until_day": "2029-01-01"}
    with pytest.raises(Invalid) as refused:
        requests.approve(store, call_of(store, KEEPER, id_, **wider), id_)
    assert rules_of(refused.value) == [
        ("/fields/1", "choice"),
        ("/kinds/0", "choice"),
        ("/until_day", "range"),
    ]
    less = {"fields": ["address"], "quota": {"amount": 10, "period": "total"}}
    requests.approve(store, call_of(store, KEEPER, id_, **less), id_)
    requests.settle(store, id_, NOON)
    grant = reading.grant(store, store["cases"].require(id_)["grant"])
    assert (grant["fields"], grant["kinds"]) == (["address"], ["query", "verify"])
    assert grant["quota"] == {"amount": 10, "period": "total"}


NAMES = st.lists(st.sampled_from("abcd"), min_size=1, unique=True)


@given(NAMES, NAMES, st.sampled_from(["2026-11-22", "2026-11-23", "2026-12-31", "2027-01-01"]))
def test_never_more(asked: list[str], given_fields: list[str], until: str) -> None:
    """What passes as less than was asked is a part of it."""
    whole: dict[str, Any] = {"fields": asked, "kinds": ["query"], "purposes": ["p"], "items": []}
    whole |= {"volume": {"amount": 1, "period": "day"}, "until_day": "2026-12-31"}
    less = {"fields": given_fields, "until_day": until}
    passes = not list(widened(whole, less, TODAY))
    assert passes == (set(given_fields) <= set(asked) and "2026-11-23" <= until <= "2026-12-31")
    if passes:
        result = terms(whole, less)
        assert set(result["fields"]) <= set(asked) and result["until_day"] <= whole["until_day"]


def test_returned(store: FakeStore) -> None:
    """What is missing is told once; corrected, it is checked anew."""
    id_ = ask(store)["_id"]
    requests.answer(store, call_of(store, KEEPER, id_, missing=["法律依据"]), id_, "return")
    with pytest.raises(IllegalMove):
        requests.accept(store, call_of(store, KEEPER, id_), id_)
    corrected = {k: v for k, v in body().items() if k not in ("consumer", "resource")}
    call = call_of(store, ASKER, id_, **{**corrected, "fields": ["nonsense"]})
    with pytest.raises(Invalid) as refused:
        requests.resubmit(store, call, id_)
    assert rules_of(refused.value) == [("/fields/0", "choice")]
    again = requests.resubmit(store, call_of(store, ASKER, id_, 1, **corrected), id_)
    assert (again["state"], again["received_on"], again["desk"]) == (
        "submitted",
        "2026-11-24",
        "GOV/public-security",
    )


@pytest.mark.parametrize("action", ["decline", "refuse"])
def test_refused(store: FakeStore, action: str) -> None:
    """A refusal has its reasons, and no grant."""
    id_ = ask(store)["_id"]
    if action == "refuse":
        requests.accept(store, call_of(store, KEEPER, id_), id_)
    requests.answer(store, call_of(store, KEEPER, id_, reasons=["用途不明"]), id_, action)
    requests.settle(store, id_, NOON)
    shown = views.detail(store["cases"].require(id_), TODAY)
    assert RequestDetail().validate(shown) == {}
    assert shown["reasons"] == ["用途不明"] and shown["grant"] is None
    assert store["grants"].count({}) == 0


def test_unconditional() -> None:
    """What is shared without conditions is granted at once, by rule."""
    store = opened(sharing="unconditional")
    request = ask(store)
    assert request["state"] == "approved" and "desk" not in request
    requests.settle(store, request["_id"], NOON)
    grant = reading.grant(store, store["cases"].require(request["_id"])["grant"])
    assert grant["history"][0]["by"] == "system"


def test_not_shared() -> None:
    """What is not shared is refused at once, with the legal reason."""
    store = opened(sharing="not-shared", sharing_basis=BASIS)
    request = ask(store)
    requests.settle(store, request["_id"], NOON)
    shown = views.detail(store["cases"].require(request["_id"]), TODAY)
    assert (shown["state"], shown["reasons"], shown["grant"]) == ("closed", [BASIS], None)


@pytest.mark.parametrize(
    ("caller", "changes", "faults"),
    [
        (STRANGER, {}, [("/consumer", "representation")]),
        (DISTRICT, {}, [("/consumer", "representation")]),
        (ASKER, {"consumer": "GOV/astrology/x"}, [("/consumer", "consumer")]),
        (ASKER, {"fields": ["address", "income"]}, [("/fields/1", "choice")]),
        (ASKER, {"resource_version": 9}, [("/resource_version", "version")]),
        (ASKER, {"until_day": "2026-11-22"}, [("/until_day", "range")]),
        (ASKER, {"until_day": "2036-01-01"}, [("/until_day", "range")]),
    ],
)
def test_faulty(store: FakeStore, caller: Any, changes: dict[str, Any], faults: Any) -> None:
    """Each fault is told where it stands, and nothing is made."""
    with pytest.raises(Invalid) as refused:
        ask(store, caller, **changes)
    assert rules_of(refused.value) == faults
    assert store["cases"].count({}) == 0
    with pytest.raises(NotFound):
        ask(store, resource="no-such-thing")


def test_cities(store: FakeStore) -> None:
    """A city's own data bureau asks for its government, and no other city's does."""
    bureau = an_official("data", "430100", "data", "accept")
    assert ask(store, bureau, consumer="CITY/430100/*")["consumer_member"] == "CITY/430100"
    with pytest.raises(Invalid):
        ask(store, bureau, key="r2", consumer="CITY/430200/*")


def test_parties(store: FakeStore) -> None:
    """Only parties see a request; each makes its own moves, in the version it has seen."""
    id_ = ask(store)["_id"]
    with pytest.raises(NotFound):
        requests.seen(store, a_call(STRANGER), id_)
    assert requests.seen(store, a_call(ADMINISTRATOR), id_)["_id"] == id_
    with pytest.raises(Forbidden):
        requests.accept(store, call_of(store, ASKER, id_), id_)
    with pytest.raises(Forbidden):
        requests.withdraw(store, call_of(store, KEEPER, id_), id_)
    stale = call_of(store, KEEPER, id_)
    requests.withdraw(store, call_of(store, ASKER, id_, reason="不再需要"), id_)
    with pytest.raises(Stale):
        requests.accept(store, stale, id_)
    assert "desk" not in store["cases"].require(id_)


def listing(store: FakeStore, caller: Any, side: str, **asked: Any) -> list[str]:
    query = {"side": side, "limit": 50, **asked}
    return [one["_id"] for one in requests.listed(store, a_call(caller, query=query)).items]


def test_lists(store: FakeStore) -> None:
    """Each side has its list; the desk holds what waits for the provider."""
    ids = [ask(store, key=f"r{n}")["_id"] for n in range(3)]
    requests.withdraw(store, call_of(store, ASKER, ids[0]), ids[0])
    assert sorted(listing(store, ASKER, "consumer")) == ids
    assert sorted(listing(store, KEEPER, "provider")) == ids
    assert sorted(listing(store, KEEPER, "desk")) == ids[1:]
    assert listing(store, STRANGER, "consumer") == []
    assert sorted(listing(store, ADMINISTRATOR, "desk", member="GOV/public-security")) == ids[1:]
    with pytest.raises(NotFound):
        listing(store, STRANGER, "desk", member="GOV/public-security")
    with pytest.raises(NotFound):
        listing(store, DISTRICT, "consumer")


def revoke(store: FakeStore, id_: str, caller: Any = KEEPER) -> Document:
    version = store["grants"].require(id_)["version"]
    call = a_call(caller, body={"reason": "超范围使用"}, if_match=version)
    return grants.revoke(store, call, id_)


def test_revoked(store: FakeStore) -> None:
    """A revocation counts from the moment it is saved, is told, and happens once."""
    grant = granted(store)
    for caller in (ASKER, STRANGER):
        with pytest.raises((Forbidden, NotFound)):
            revoke(store, grant["_id"], caller)
    revoke(store, grant["_id"])
    use = {"consumer": grant["consumer"], "resource": HOUSEHOLD.code}
    refused = rules.refusal(reading.grant(store, grant["_id"]), use, TODAY)
    assert refused is not None and refused.type == "grant-revoked"
    last = store.sent[-1]
    assert (last["type"], last["sequence"]) == ("exchange.grant.revoked.v1", 2)
    shown = views.grant(store["grants"].require(grant["_id"]), TODAY)
    assert GrantDetail().validate(shown) == {}
    assert (shown["in_force"], shown["revoked"]["reason"]) == (False, "超范围使用")
    with pytest.raises(Conflict):
        revoke(store, grant["_id"])


def test_expired(store: FakeStore) -> None:
    """A grant ends by itself after its last day, once, and its consumer is told; it is refused from
    the first second of the next day, with or without that."""
    grant = granted(store)
    last = datetime.fromisoformat(f"{grant['until_day']}T23:59:59+08:00")
    assert grants.end_expired(store, last) == 0
    first = last + timedelta(seconds=1)
    use = {"consumer": grant["consumer"], "resource": HOUSEHOLD.code}
    for ended in (1, 0):
        kept = reading.grant(store, grant["_id"])
        refused = rules.refusal(kept, use, local_day(first))
        assert refused is not None and refused.type == "grant-expired"
        assert grants.end_expired(store, first) == ended
    found = store["grants"].require(grant["_id"])
    assert (found["state"], len(found["history"])) == ("expired", 2)
    told = [(one["type"], one["sequence"]) for one in found.outbox]
    assert told == [("exchange.grant.issued.v1", 1), ("exchange.grant.expired.v1", 2)]
    assert GrantDetail().validate(views.grant(found, local_day(first))) == {}
    with pytest.raises(Conflict) as error:
        revoke(store, grant["_id"])
    assert error.value.type == "grant-expired"


def test_expired_or_revoked(store: FakeStore) -> None:
    """What was revoked before its last day does not expire as well."""
    grant = granted(store)
    revoke(store, grant["_id"])
    assert grants.end_expired(store, NOON + timedelta(days=4_000)) == 0


def test_expired_before(store: FakeStore) -> None:
    """A grant of a version that did not end them ends as well."""
    grant = granted(store)
    store["grants"].save(grant, {name: v for name, v in grant.items() if name != "ends"})
    assert grants.end_expired(store, NOON + timedelta(days=4_000)) == 0
    for _ in range(2):
        m0001_ends.forwards(store)
    assert grants.end_expired(store, NOON + timedelta(days=4_000)) == 1


def test_grants_read(store: FakeStore) -> None:
    """Both parties read a grant, by side, resource and state; nobody else learns of it."""
    grant = granted(store)

    def found(caller: Any, **asked: Any) -> list[str]:
        query = {"limit": 50, "side": "consumer", **asked}
        return [one["_id"] for one in grants.listed(store, a_call(caller, query=query)).items]

    assert found(ASKER) == found(KEEPER, side="provider") == [grant["_id"]]
    assert found(ASKER, state="revoked") == found(ASKER, resource="other") == []
    assert found(STRANGER) == []
    assert grants.seen(store, a_call(ASKER), grant["_id"]) == grant
    with pytest.raises(NotFound) as refused:
        grants.seen(store, a_call(STRANGER), grant["_id"])
    assert refused.value.type == "grant-unknown"


def test_deadlines(store: FakeStore) -> None:
    """Two working days to check, five to decide, each explained by its own ground."""
    id_ = ask(store)["_id"]
    requests.accept(store, call_of(store, KEEPER, id_, 1), id_)
    shown = views.detail(store["cases"].require(id_), TODAY)
    assert RequestDetail().validate(shown) == {}
    dues = {name: one["due"] for name, one in shown["deadlines"].items()}
    assert dues == {
        "acceptance": "2026-11-25",
        "statutory": "2026-12-01",
        "promised": "2026-12-01",
    }
    bases = [one["basis"][0]["zh"] for one in shown["deadlines"].values()]
    assert all(basis.startswith("《政务数据共享条例》") for basis in bases)
    assert events_of(store["cases"].require(id_), "exchange")
