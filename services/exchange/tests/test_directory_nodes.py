"""Nodes: planned, announced, moved, and whose keys are believed."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.domain import nodes as rules
from services.exchange.domain import rollout
from services.exchange.domain.node_keys import OVERLAP
from services.exchange.tests.directory import (
    ADMINISTRATOR,
    EDUCATION,
    announcement,
    client,
    pulses,
    signer,
)
from services.exchange.usecases import directory, nodes, overview
from shared.documents import Document
from shared.errors import Conflict, Forbidden, IllegalMove, Invalid, NotFound, Stale
from shared.exchange.messages import KEY
from shared.testing import NOON, FakeStore, a_call, an_official

FIRST, SECOND, THIRD = signer(1), signer(2), signer(3)
LATER = NOON + timedelta(days=1)
CONTACT = {"office": "办公室", "phone": "0731-12345"}


@pytest.fixture
def store() -> FakeStore:
    opened = FakeStore()
    directory.open_directory(opened, NOON)
    return opened


def take_in(store: FakeStore, *given: Any, **more: Any) -> Document:
    told = announcement(*given, **more)
    return directory.take_in(store, pulses(), told, told.time)


def act(store: FakeStore, action: str, id_: str = EDUCATION, **body: Any) -> Document:
    version = store["nodes"].require(id_)["version"]
    call = a_call(ADMINISTRATOR, body=body, if_match=version)
    return nodes.move(store, call, id_, action)


def good(node: Document, at: Any = NOON) -> list[str]:
    return [key["kid"] for key in node["keys"] if rules.key_of(node, key["kid"], at)]


def test_planned(store: FakeStore) -> None:
    """191 members in three phases: 55 and eight, six, 122; opening again changes nothing."""
    planned = Counter((n["planned_on"], n["class"]) for n in directory.all_nodes(store))
    assert planned == {
        ("2018-05-31", "GOV"): 55,
        ("2018-05-31", "CITY"): 8,
        ("2018-06-30", "CITY"): 6,
        ("2018-12-31", "COUNTY"): 122,
    }
    directory.open_directory(store, LATER)
    assert len(directory.all_nodes(store)) == 191
    assert [(e["type"], e["sequence"]) for e in store.sent] == [
        ("exchange.directory.opened.v1", 1),
        ("exchange.directory.opened.v1", 2),
    ]


def test_first_key(store: FakeStore) -> None:
    """A planned node whose service announces itself is connected, with the key it has told."""
    node = take_in(store, FIRST)
    assert (node["state"], node["adapter"], node["service"]) == ("connected", "amqp", "education")
    assert [entry["action"] for entry in node["history"]] == ["test", "connect"]
    assert good(node) == [FIRST.kid]
    told = store.sent[-1]
    assert (told["type"], told["sequence"]) == ("exchange.node.connected.v1", 2)
    assert told["data"] == {
        "node": EDUCATION,
        "class": "GOV",
        "code": "education",
        "state": "connected",
        "on": "2026-11-23",
    }


def test_again(store: FakeStore) -> None:
    """What is announced again, or late, changes nothing."""
    once = take_in(store, FIRST, sequence=2)
    assert take_in(store, FIRST, sequence=2, at=LATER)["version"] == once["version"]
    assert take_in(store, SECOND, sequence=1)["version"] == once["version"]


def test_replaced(store: FakeStore) -> None:
    """A key that the former has signed for takes its place; the former is good for a while."""
    take_in(store, FIRST)
    node = take_in(store, SECOND, FIRST, sequence=2, at=LATER)
    assert good(node, LATER) == [FIRST.kid, SECOND.kid]
    assert good(node, LATER + OVERLAP) == [SECOND.kid]
    assert node["waiting"] == []


@pytest.mark.parametrize("former", [None, THIRD])
def test_waits(store: FakeStore, former: Any) -> None:
    """A key for which no good key speaks waits; an administrator confirms it."""
    take_in(store, FIRST)
    node = take_in(store, SECOND, former, sequence=2)
    assert good(node) == [FIRST.kid]
    assert [key["kid"] for key in node["waiting"]] == [SECOND.kid]
    call = a_call(ADMINISTRATOR, if_match=node["version"], now=LATER)
    node = nodes.confirm_key(store, call, EDUCATION, SECOND.kid)
    assert good(node, LATER + OVERLAP) == [SECOND.kid] and node["waiting"] == []
    assert store.sent[-1]["type"] == "exchange.directory.opened.v1"


def test_taken_for_another(store: FakeStore) -> None:
    """Another service at a member that has one waits, and its key would sign for itself only."""
    take_in(store, FIRST)
    node = take_in(store, SECOND, service="impostor")
    assert good(node) == [FIRST.kid]
    assert [key["subsystem"] for key in node["waiting"]] == ["impostor"]
    stolen = take_in(store, THIRD, FIRST, service="impostor", sequence=2)
    assert good(stolen) == [FIRST.kid]


def test_speaks_for_itself(store: FakeStore) -> None:
    """No service announces another's system."""
    with pytest.raises(Forbidden):
        take_in(store, FIRST, service="health", subsystem="education")
    with pytest.raises(NotFound):
        take_in(store, FIRST, member="GOV/astrology")


def test_retired(store: FakeStore) -> None:
    """A key that was lost ends at once, and does not come back by itself."""
    node = take_in(store, FIRST)
    call = a_call(ADMINISTRATOR, body={"reason": "lost"}, if_match=node["version"])
    node = nodes.retire_key(store, call, EDUCATION, FIRST.kid)
    assert good(node) == []
    node = take_in(store, FIRST, sequence=2, at=LATER)
    assert good(node, LATER) == [] and [k["kid"] for k in node["waiting"]] == [FIRST.kid]
    with pytest.raises(NotFound):
        nodes.retire_key(
            store, a_call(ADMINISTRATOR, if_match=node["version"]), EDUCATION, SECOND.kid
        )


def test_strange_key(store: FakeStore) -> None:
    """What is no Ed25519 key named by its thumbprint is refused."""
    told = announcement(FIRST)
    told.data["jwk"]["kid"] = SECOND.kid  # type: ignore[index]
    with pytest.raises(Invalid) as refused:
        directory.take_in(store, pulses(), told, NOON)
    assert [e.pointer for e in refused.value.errors] == ["/jwk"]


def connection(**changes: Any) -> dict[str, Any]:
    key = {"subsystem": "records", "jwk": dict(FIRST.jwk)}
    told = {"adapter": "http", "url": "https://data.example/x", "contact": CONTACT, "key": key}
    return {**told, **changes}


def set_up(store: FakeStore, id_: str, **changes: Any) -> Document:
    version = store["nodes"].require(id_)["version"]
    call = a_call(ADMINISTRATOR, body=connection(**changes), if_match=version)
    return nodes.set_up(store, call, id_)


def test_http(store: FakeStore) -> None:
    """An existing system is connected by its address and key, in the order of the moves."""
    id_ = "CITY/430100"
    act(store, "test", id_)
    with pytest.raises(Conflict) as refused:
        act(store, "connect", id_)
    assert refused.value.type == "not-equipped"
    set_up(store, id_)
    node = act(store, "connect", id_)
    assert (node["state"], node["url"]) == ("connected", "https://data.example/x")
    node = act(store, "suspend", id_, reason="演练")
    assert node["history"][-1]["reason"] == "演练"
    assert act(store, "resume", id_)["since"]["connected"] == "2026-11-23"
    assert [e["type"].split(".")[2] for e in store.sent[1:]] == [
        "connected",
        "suspended",
        "connected",
    ]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": None}, "/url"),
        ({"url": "file:///etc/passwd"}, "/url"),
        ({"adapter": "amqp"}, "/service"),
        ({"key": {"subsystem": "x", "jwk": {**FIRST.jwk, "kid": "y"}}}, "/jwk"),
    ],
)
def test_faulty_connection(store: FakeStore, changes: dict[str, Any], pointer: str) -> None:
    """An address that is none, or a key that is none, is refused where it stands."""
    with pytest.raises(Invalid) as refused:
        set_up(store, "CITY/430100", **changes)
    assert [e.pointer for e in refused.value.errors] == [pointer]


def test_who(store: FakeStore) -> None:
    """Administrators of departments do not run the exchange, and a stale version moves nothing."""
    other = an_official("x", "430000", "education", "administer")
    with pytest.raises(Forbidden):
        nodes.move(store, a_call(other, body={}, if_match=1), EDUCATION, "test")
    with pytest.raises(Stale):
        nodes.move(store, a_call(ADMINISTRATOR, body={}, if_match=7), EDUCATION, "test")


def test_own_key(store: FakeStore) -> None:
    """A system replaces its own key by one that the former has signed for, and no other."""
    set_up(store, "CITY/430100")
    told = {"member": "CITY/430100", "subsystem": "records", "jwk": dict(SECOND.jwk)}
    word = {"kid": FIRST.kid, "signature": FIRST.sign(KEY, told)}
    body = {"jwk": dict(SECOND.jwk), "endorsement": word}
    call = a_call(client("records"), body=body, now=LATER)
    with pytest.raises(Forbidden) as refused:
        nodes.replace_key(store, a_call(client("other"), body=body), "CITY/430100")
    assert refused.value.type == "signature-invalid"
    node = nodes.replace_key(store, call, "CITY/430100")
    assert good(node, LATER + OVERLAP) == [SECOND.kid]
    back = {"member": "CITY/430100", "subsystem": "records", "jwk": dict(FIRST.jwk)}
    word = {"kid": SECOND.kid, "signature": SECOND.sign(KEY, back)}
    again = a_call(client("records"), body={"jwk": back["jwk"], "endorsement": word})
    again.now = LATER + 2 * OVERLAP
    with pytest.raises(Conflict):
        nodes.replace_key(store, again, "CITY/430100")


@given(st.lists(st.sampled_from(list(rules.MOVES)), max_size=12))
def test_table(actions: list[str]) -> None:
    """Only the moves of the table happen, and the state of each day can be told afterwards."""
    node: dict[str, Any] = {"state": "planned", "history": [], "since": {}}
    shown, now = {}, NOON
    for action in actions:
        now += timedelta(days=1)
        if rules.MOVES[action].source == node["state"]:
            node = rules.moved(node, action, "zhou", now)
        else:
            with pytest.raises(IllegalMove) as refused:
                rules.moved(node, action, "zhou", now)
            assert refused.value.extensions["legal"] == rules.legal_moves(node["state"])
        shown[now.date().isoformat()] = node["state"]
    assert {day: rules.state_on(node, day) for day in shown} == shown
    assert rules.state_on(node, "2026-01-01") == "planned"


def test_coverage(store: FakeStore) -> None:
    """Coverage of any day follows from plan and histories, by level; late is late."""
    before = overview.coverage(store, "2018-05-30", NOON)
    assert [(c["level"], c["total"], c["planned"]) for c in before["levels"]] == [
        ("province", 55, 0),
        ("city", 14, 0),
        ("county", 122, 0),
    ]
    take_in(store, FIRST)
    act(store, "suspend", reason="x")
    store["nodes"].save(
        (node := store["nodes"].require(EDUCATION)),
        {**node, "history": [*node["history"][:2], {**node["history"][2], "on": "2026-11-30"}]},
    )
    days = {one["on"]: one["levels"] for one in overview.coverage_by_day(store)}
    assert list(days) == ["2018-05-31", "2018-06-30", "2018-12-31", "2026-11-23", "2026-11-30"]
    assert [c["planned"] for c in days["2018-06-30"]] == [55, 14, 0]
    assert [days[d][0]["connected"] for d in days] == [0, 0, 0, 1, 0]
    phases = overview.roll_out(store, "2026-11-23", NOON)
    assert [(p["members"], p["in_time"], p["connected"], p["late"]) for p in phases] == [
        (63, 0, 1, 62),
        (6, 0, 0, 6),
        (122, 0, 0, 122),
    ]


def test_phases() -> None:
    """Every member belongs to exactly one phase."""
    planned = rollout.planned(directory.phases())
    assert len({node["_id"] for node in planned}) == len(planned) == 191
