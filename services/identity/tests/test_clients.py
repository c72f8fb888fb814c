"""Clients as administrators keep them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity import views
from services.identity.client_schemas import NewClient
from services.identity.domain import accounts
from services.identity.domain import clients as rules
from services.identity.tests.machines import (
    EC,
    ED,
    FORM,
    ID,
    OTHER_ED,
    ROOT,
    jwks,
    move,
    register,
    replace,
)
from services.identity.tools import Tools
from services.identity.usecases import clients
from shared.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    IllegalMove,
    Invalid,
    NotFound,
    Stale,
)
from shared.events import derived_id
from shared.testing import NOON, FakeStore, a_call, an_official

HEALTH = an_official("h", "430100", "health", "administer")
OUTSIDERS = [
    an_official("e", "430000", "education", "administer"),
    an_official("y", "430111", "health", "administer"),
]
WHY = {"reason": "换证"}


def test_register(store: FakeStore, tools: Tools) -> None:
    """A client is told to the world without its credentials; its secret is kept as a hash only."""
    made = register(store, tools, keys=jwks(ed=ED), secret=True, caller=HEALTH)
    assert made.secret and len(made.secret) == 43
    assert [e["type"] for e in store.sent] == ["identity.client.registered.v1"]
    assert store.sent[0]["data"] == {
        "client": ID,
        "department": "health",
        "division": "430104",
        "scopes": FORM["scopes"],
        "status": "active",
    }
    kept = repr(store["clients"].get(made.client["_id"]))
    assert made.secret not in kept + repr(store.sent)
    assert made.secret not in repr(views.client(made.client, NOON))


def test_again(store: FakeStore, tools: Tools) -> None:
    """A repeated request shows the client, and the secret no more; another one is refused."""
    first = register(store, tools, secret=True)
    assert register(store, tools, secret=True) == (first.client, None)
    with pytest.raises(IdempotencyMismatch):
        register(store, tools, secret=True, name="另一系统")
    with pytest.raises(Conflict) as refusal:
        register(store, tools, secret=True, request="r2")
    assert refusal.value.type == "client-id-taken"
    assert len(store.sent) == 1


@pytest.mark.parametrize(
    "client_id", ["ab", "Abc", "1abc", "a..b", "abc-", "a b c", "abc\n", derived_id("f"), "a" * 65]
)
def test_client_id(store: FakeStore, tools: Tools, client_id: str) -> None:
    """A client_id is plain, and cannot be mistaken for the account of a person."""
    with pytest.raises(Invalid) as refusal:
        register(store, tools, secret=True, client_id=client_id)
    assert {fault.pointer for fault in refusal.value.errors} == {"/client_id"}


@given(st.uuids())
def test_no_account(uuid: UUID) -> None:
    """No id of an account is a client_id."""
    assert "client_id" in NewClient().validate({**FORM, "client_id": str(uuid)})


def test_no_credentials(store: FakeStore, tools: Tools) -> None:
    """A client that could not sign in is not registered, and no one becomes one by rotation."""
    with pytest.raises(Invalid):
        register(store, tools)
    register(store, tools, secret=True)
    with pytest.raises(Invalid):
        replace(store, tools, 0)


@pytest.mark.parametrize("caller", OUTSIDERS)
def test_outside(store: FakeStore, tools: Tools, caller: Any) -> None:
    """A system of elsewhere does not exist for an administrator, nor can one be put there."""
    with pytest.raises(Forbidden):
        register(store, tools, secret=True, caller=caller)
    register(store, tools, secret=True)
    with pytest.raises(NotFound):
        clients.one(store, a_call(caller), ID)
    listed = clients.listed(store, a_call(caller, query={"limit": 10}))
    assert listed.items == []


def test_list(store: FakeStore, tools: Tools) -> None:
    """A list shows the systems of the subtree, to those who look after them."""
    made = register(store, tools, secret=True).client
    for caller in (ROOT, HEALTH):
        assert clients.listed(store, a_call(caller, query={"limit": 10})).items == [made]
    query = {"limit": 10, "department": "education"}
    assert clients.listed(store, a_call(ROOT, query=query)).items == []
    with pytest.raises(NotFound):
        clients.listed(store, a_call(HEALTH, query=query))


def test_change(store: FakeStore, tools: Tools) -> None:
    """What was goes into the history; a system is not moved out of one's reach."""
    made = register(store, tools, secret=True).client
    body = {**FORM, "scopes": ["exchange.consume"], **WHY}
    call = a_call(HEALTH, body=body, if_match=made["version"])
    after = clients.change(store, call, ID)
    assert after["scopes"] == ["exchange.consume"]
    assert after["history"][-1]["details"]["before"]["scopes"] == FORM["scopes"]
    elsewhere = {**body, "division": "430200"}
    with pytest.raises(Forbidden):
        clients.change(store, a_call(HEALTH, body=elsewhere, if_match=2), ID)
    with pytest.raises(Stale):
        clients.change(store, a_call(HEALTH, body=body, if_match=1), ID)


def test_moves(store: FakeStore, tools: Tools) -> None:
    """Suspend and back, end for good: each told once, with who and why in the history."""
    register(store, tools, keys=jwks(ed=ED), secret=True)
    for action in ("suspend", "reinstate", "suspend", "end"):
        client = move(store, action)
    assert (client["keys"], client["secrets"], client["status"]) == ([], [], "ended")
    assert [line["action"] for line in client["history"]] == [
        "registered", "suspended", "reinstated", "suspended", "ended",
    ]  # fmt: skip
    assert [e["type"].split(".")[2] for e in store.sent] == [
        line["action"] for line in client["history"]
    ]
    for action in ("suspend", "reinstate", "end"):
        with pytest.raises(IllegalMove):
            move(store, action)
    with pytest.raises(IllegalMove):
        replace(store, tools, 0, secret=True)


def test_kid_taken(store: FakeStore, tools: Tools) -> None:
    """While a key is good its kid means no other key; afterwards it may."""
    register(store, tools, keys=jwks(k=ED))
    with pytest.raises(Invalid):
        replace(store, tools, 1, keys=jwks(k=OTHER_ED))
    after = replace(store, tools, 0, keys=jwks(k=OTHER_ED)).client
    assert [(key["kid"], key["until"]) for key in after["keys"]] == [("k", None)]


def test_kept_key(store: FakeStore, tools: Tools) -> None:
    """A key that is named again goes on; one that is not, and the secret, run out."""
    register(store, tools, keys=jwks(a=ED, b=OTHER_ED), secret=True)
    after = replace(store, tools, 2, keys=jwks(a=ED, c=EC)).client
    end = NOON + timedelta(hours=2)
    assert {k["kid"]: k["until"] for k in after["keys"]} == {"a": None, "b": end, "c": None}
    assert [s["until"] for s in after["secrets"]] == [end]
    assert rules.live(after["secrets"], end) == []


def test_too_many(store: FakeStore, tools: Tools) -> None:
    """Secrets that are good at once are bounded; without an overlap there is always one."""
    register(store, tools, secret=True)
    for _ in range(rules.MOST_CREDENTIALS - 1):
        replace(store, tools, 1, secret=True)
    with pytest.raises(Invalid):
        replace(store, tools, 1, secret=True)
    assert len(replace(store, tools, 0, secret=True).client["secrets"]) == 1


ROTATIONS = st.lists(st.tuples(st.integers(0, 48), st.integers(0, 72)), max_size=8)


@given(ROTATIONS, st.integers(0, 500))
def test_overlap(rotations: list[tuple[int, int]], asked: int) -> None:
    """However often secrets are replaced, each is good until the end of the shortest overlap that
    began since, and the newest until it is replaced."""
    details = rules.Details("HIS", "health", "430104", ["exchange.consume"], "it@x.example")
    first = rules.Credentials([], "0")
    client = rules.registered("id", ID, details, first, "root", NOON)
    ends: dict[str, float] = {"0": float("inf")}
    hour = 0
    for number, (pause, overlap) in enumerate(rotations, 1):
        hour += pause
        ends = {name: min(end, hour + overlap) for name, end in ends.items()}
        ends[str(number)] = float("inf")
        now = NOON + timedelta(hours=hour)
        entry = accounts.Entry("credentials-replaced", "root", "轮换")
        given_now = rules.Credentials([], str(number))
        client = rules.with_credentials(client, given_now, timedelta(hours=overlap), entry, now)
    moment = hour + asked
    live = {s["hash"] for s in rules.live(client["secrets"], NOON + timedelta(hours=moment))}
    assert live == {name for name, end in ends.items() if moment < end}


@given(st.lists(st.sampled_from(["suspend", "reinstate", "end"]), max_size=8))
def test_life(actions: list[str]) -> None:
    """Whatever is tried, the history only grows, by one for each move, and an end is an end."""
    details = rules.Details("HIS", "health", "430104", ["exchange.consume"], "it@x.example")
    client = rules.registered("id", ID, details, rules.Credentials([], "0"), "root", NOON)
    for action in actions:
        before = client
        try:
            client = rules.moved(client, action, "root", "演练", NOON)
        except IllegalMove:
            continue
        assert client["history"][:-1] == before["history"]
        assert before["status"] != "ended"
