"""The register: who enters what, what is refused, and what is told of a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.household import seed, views
from services.household.domain import facts
from services.household.domain.households import members_now
from services.household.domain.relations import HEAD, RELATIONS
from services.household.schemas import Household
from services.household.service import COLLECTIONS
from services.household.tests.office import (
    BABY,
    CHILD,
    CITY,
    CLERK,
    DISTRICT,
    ELSEWHERE,
    FATHER,
    MOTHER,
    TEACHER,
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
    member_id,
)
from services.household.usecases import registering, sealing
from shared.clock import local_day
from shared.errors import Conflict, Invalid, NotFound, ServiceError, Stale
from shared.store import Index
from shared.testing import NOON, a_call

TODAY = local_day(NOON)


@pytest.fixture
def store():
    return a_store()


def rules(refused):
    return [(error.pointer, error.rule) for error in refused.value.errors]


def test_entered(store):
    """A household is kept with numbers sealed, shown with numbers masked, and entered once."""
    found = enter(store)
    numbers = (FATHER, MOTHER, CHILD)
    assert not any(number in str(found) for number in numbers)
    shown = views.household(found)
    assert Household().validate(shown) == {} and not any(n in str(shown) for n in numbers)
    assert shown["members"][0]["identity"] == "4301**********0019"
    assert sealing.number_of(VAULT, found["members"][2]) == CHILD
    assert enter(store)["version"] == found["version"] == 1
    with pytest.raises(Conflict) as refused:
        enter(store, family(address={"street": "望月湖街道", "detail": "1 号"}))
    assert refused.value.type == "registered-already"


def test_index(store):
    """The key that keeps a person in one household is the store's own."""
    assert Index.on("current", unique=True, sparse=True) in COLLECTIONS["households"]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([member(FATHER, "spouse")], [("/members", "one-head")]),
        ([member(FATHER, "head"), member(MOTHER, "head")], [("/members", "one-head")]),
        (
            [member(FATHER, "head"), member(FATHER, "spouse")],
            [("/members/1/identity", "unique")],
        ),
        ([member(FATHER, "head", from_day="1989-12-31")], [("/members/0/from_day", "order")]),
        ([member(FATHER, "head", from_day="2026-11-24")], [("/members/0/from_day", "order")]),
        (
            [member(FATHER, "head", guardians=[guardian(MOTHER)])],
            [("/members/0/guardians", "minor")],
        ),
        (
            [member(FATHER, "head"), member(CHILD, guardians=[guardian(CHILD)])],
            [("/members/1/guardians/0/identity", "unique")],
        ),
        (
            [member(FATHER, "head"), member(CHILD, guardians=[guardian(BABY)])],
            [("/members/1/guardians/0/identity", "majority")],
        ),
    ],
)
def test_faults(store, members, expected):
    """Whatever is wrong with an entry is named with its field, and nothing is kept."""
    with pytest.raises(Invalid) as refused:
        enter(store, family("104000001", *members))
    assert rules(refused) == expected
    assert store["households"].count({}) == 0


def test_one_place(store):
    """Nobody is a member of two households; who has left one can enter the other (Art. 6)."""
    first, second = enter(store), enter(store, family("104000002", member(BABY, "head")))
    with pytest.raises(Conflict) as refused:
        join(store, second, member(CHILD, "relative"))
    assert refused.value.type == "registered-elsewhere"
    depart(store, first, CHILD)
    moved = join(store, second, member(CHILD, "relative", from_day="2026-11-21"))
    assert registering.of_member(store, VAULT, CHILD)["_id"] == moved["_id"]
    with pytest.raises(Conflict):
        enter(store, family("104000003", member(CHILD, "head")))


def test_departure(store):
    """A head leaves last; nobody leaves before they came, after today, or twice."""
    found = enter(store)
    with pytest.raises(Conflict) as refused:
        depart(store, found, FATHER)
    assert refused.value.type == "head-remains"
    for day in ("2020-06-17", "2026-11-24"):
        with pytest.raises(Invalid):
            depart(store, found, CHILD, day)
    after = depart(store, found, CHILD, left="deceased")
    with pytest.raises(NotFound):
        depart(store, after, CHILD)
    empty = depart(store, depart(store, after, MOTHER), FATHER)
    assert members_now(empty) == [] and "current" not in empty and "wards_of" not in empty
    with pytest.raises(Invalid) as refused:
        join(store, empty, member(MOTHER, "spouse"))
    assert rules(refused) == [("/relation", "one-head")]
    assert members_now(join(store, empty, member(MOTHER, "head")))


def test_two_empty(store):
    """Any number of households may stand empty."""
    for number, who in (("104000001", FATHER), ("104000002", MOTHER)):
        found = enter(store, family(number, member(who, "head")))
        depart(store, found, who)
    assert store["households"].count({}) == 2


def test_correction(store):
    """Names, relations and guardians are put right with a reason; numbers stay sealed."""
    found = enter(store, family("104000001", member(FATHER, "head"), member(CHILD)))
    child = VAULT.lookup(CHILD)
    assert facts.guardians_of(found, child, TODAY) == []
    after = correct(store, found, CHILD, name="张小禾", guardians=[guardian()])
    assert facts.guardians_of(after, child, TODAY) == [
        {"person": VAULT.lookup(FATHER), "relation": "parent"}
    ]
    assert sealing.number_of(VAULT, after["members"][1]) == CHILD
    assert after["history"][-1]["reason"] == "登记错误"
    with pytest.raises(Conflict) as refused:
        correct(store, after, CHILD, relation="head")
    assert refused.value.type == "change-of-head"
    with pytest.raises(Invalid):
        correct(store, after, FATHER, guardians=[guardian(MOTHER)])


def test_head(store):
    """Another head is named with everybody's relation, or not at all."""
    found = enter(store)
    ids = {who: member_id(found, who) for who in (FATHER, MOTHER, CHILD)}
    wanted = {ids[MOTHER]: "head", ids[FATHER]: "spouse", ids[CHILD]: "daughter"}
    for wrong in ({ids[MOTHER]: "head"}, {**wanted, ids[FATHER]: "head"}):
        with pytest.raises(Conflict):
            body = {"relations": wrong, "reason": "变更"}
            registering.change_head(store, VAULT, call(found, body), found["_id"])
    body = {"relations": wanted, "reason": "变更"}
    after = registering.change_head(store, VAULT, call(found, body), found["_id"])
    assert facts.membership(after, VAULT.lookup(MOTHER))["head"] is True
    assert members_now(depart(store, after, FATHER))


@pytest.mark.parametrize("caller", [ELSEWHERE, TEACHER])
def test_strangers(store, caller):
    """Officials of other divisions and departments find, read and enter nothing."""
    found = enter(store)
    with pytest.raises(NotFound):
        registering.read(store, a_call(caller), found["_id"])
    assert registering.search(store, VAULT, a_call(caller, body={"identity": FATHER})) == []
    with pytest.raises(Invalid):
        enter(store, family("104000009"), caller)


def test_found(store):
    """The official of the division, and of what it lies in, finds a household by either number."""
    found = enter(store)
    for caller in (CLERK, CITY):
        for body in ({"identity": CHILD}, {"division": DISTRICT, "number": "104000001"}):
            seen = registering.search(store, VAULT, a_call(caller, body=body))
            assert [one["_id"] for one in seen] == [found["_id"]]
    assert registering.search(store, VAULT, a_call(CLERK, body={})) == []


def test_stale(store):
    """A change names the version that the official has read."""
    found = enter(store)
    depart(store, found, CHILD)
    with pytest.raises(Stale):
        depart(store, found, MOTHER)


def test_facts(store):
    """What is told of a person is what the entries of today say, and ends with the minority."""
    found = enter(store)
    child, father = VAULT.lookup(CHILD), VAULT.lookup(FATHER)
    assert facts.membership(found, child) == {
        "division": DISTRICT, "number": "104000001", "head": False, "relation": "daughter",
        "since": "2020-06-18", "street": "岳麓街道", "community": None,
    }  # fmt: skip
    assert facts.membership(found, VAULT.lookup(BABY)) is None
    assert len(facts.guardians_of(found, child, TODAY)) == 2
    assert [relation for _, relation in facts.wards_in(found, father, TODAY)] == ["parent"]
    grown = TODAY.replace(year=2038, month=6, day=18)
    assert facts.guardians_of(found, child, grown) == []
    assert list(facts.wards_in(found, father, grown)) == []
    after = depart(store, found, CHILD)
    assert (
        facts.membership(after, child) is None and list(facts.wards_in(after, father, TODAY)) == []
    )


def test_seed(store):
    """The demo families are entered once, however often the seed runs."""
    assert seed.seed(store, VAULT, NOON) == seed.seed(store, VAULT, NOON)
    assert store["households"].count({}) == len(seed.HOUSEHOLDS)


@given(st.lists(st.sampled_from(["join", "leave", "head", "correct"]), max_size=12), st.data())
def test_invariants(steps, data):
    """Whatever officials do, a household has one head, and is found by its members only."""
    store = a_store()
    people = (FATHER, MOTHER, CHILD, BABY)
    found = enter(store, family("104000001", member(FATHER, "head")))
    relations = st.sampled_from(sorted(RELATIONS))
    for step in steps:
        who = data.draw(st.sampled_from(people))
        try:
            if step == "join":
                found = join(store, found, member(who, data.draw(relations)))
            elif step == "leave":
                found = depart(store, found, who)
            elif step == "correct":
                found = correct(store, found, who, relation=data.draw(relations))
            else:
                told = {m["id"]: data.draw(relations) for m in members_now(found)}
                body = {"relations": told, "reason": "变更"}
                found = registering.change_head(store, VAULT, call(found, body), found["_id"])
        except (ServiceError, StopIteration):
            continue
        present = members_now(found)
        heads = [m for m in present if m["relation"] == HEAD]
        assert len(heads) == (1 if present else 0)
        assert found.get("current", []) == [m["person"] for m in present]
        assert len({m["person"] for m in present}) == len(present)
