"""The register of guardianships: who enters it, what is refused, what guardians see."""

from datetime import date

import pytest

from services.identity import views
from services.identity.domain import guardianships as rules
from services.identity.events import PUBLISHES
from services.identity.tell_guardianships import told_again
from services.identity.usecases import accounts, guardianships, registration
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.testing import NOON, a_call, an_official, person

REGISTRAR = an_official("registrar", "430000", "civil-affairs", "administer")
NUMBER, CHILD = "430104199001010019", "43010420200618002X"
BODY = {
    "guardian_identity_number": NUMBER, "child_name": "张小禾", "child_identity_number": CHILD,
    "child_born": "2020-06-18", "relation": "parent", "from_day": "2020-06-18",
}  # fmt: skip


@pytest.fixture
def zhang(store, tools):
    """A citizen with an account: its id."""
    form = {"name": "张伟", "identity_number": NUMBER, "phone": "13800000001",
            "password": "moon-river-77"}  # fmt: skip
    return registration.register(store, tools, a_call(body=form, id="zhang", digest="z"))["_id"]


def entered(store, tools, caller=REGISTRAR, digest="d", **changes):
    call = a_call(caller, body={**BODY, **changes}, digest=digest)
    return guardianships.register(store, tools, call)


def rule_of(refused):
    return [error.rule for error in refused.value.errors]


def test_registered(store, tools, zhang):
    """A guardianship lasts to the day before majority, and is told without number or name."""
    made = entered(store, tools)
    assert made["guardian"] == zhang and made["until_day"] == "2038-06-17"
    told = store.sent[-1]
    assert told["data"]["child"] == tools.vault.lookup(CHILD)
    assert PUBLISHES[told["type"]].schema().validate(told["data"]) == {}
    assert CHILD not in str(told) and CHILD not in str(made)
    assert "张小禾" not in str(told)
    shown = views.guardianship(made, NOON)
    assert shown["child_identity_number"] == "4301**********002X" and shown["in_force"]


def test_again(store, tools, zhang):
    """The same request gives the same entry; another one for the same child is refused."""
    first = entered(store, tools)
    assert entered(store, tools)["version"] == first["version"]
    with pytest.raises(Conflict):
        entered(store, tools, digest="other")


def test_who(store, tools, zhang):
    """Only those who keep the register enter and read it; a guardian sees the own wards."""
    for department in ("education", "market-regulation"):
        nobody = an_official("x", "430000", department, "administer")
        with pytest.raises(Forbidden):
            entered(store, tools, nobody)
    made = entered(store, tools)
    for caller, id_ in ((REGISTRAR, "none"), (nobody, made["_id"])):
        with pytest.raises(NotFound):
            guardianships.read(store, a_call(caller), id_)
    own = guardianships.wards(store, a_call(person(zhang)))
    assert [one["_id"] for one in own] == [made["_id"]]
    assert guardianships.wards(store, a_call(person("li"))) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"guardian_identity_number": "430104199202020029"}, "no-account"),
        ({"guardian_identity_number": "nonsense"}, "no-account"),
        ({"child_identity_number": "430104202006180021"}, "resident-identity"),
        ({"child_born": "2020-06-19"}, "birth-date"),
        ({"child_identity_number": NUMBER, "child_born": "1990-01-01"}, "majority"),
        ({"from_day": "2019-01-01"}, "order"),
        ({"from_day": "2039-01-01"}, "order"),
    ],
)
def test_faults(store, tools, zhang, changes, rule):
    """What cannot be is refused, with its field."""
    with pytest.raises(Invalid) as refused:
        entered(store, tools, **changes)
    assert rule in rule_of(refused)


def test_ended(store, tools, zhang):
    """An end is told, counts from the day after, and a new guardianship can follow."""
    made = entered(store, tools)
    body = {"until_day": "2026-11-30", "reason": "监护人变更"}
    call = a_call(REGISTRAR, body=body, if_match=made["version"])
    ended = guardianships.end(store, call, made["_id"])
    assert store.sent[-1]["type"] == "identity.guardianship.ended.v1"
    assert store.sent[-1]["data"]["until_day"] == "2026-11-30"
    assert rules.in_force(ended, date(2026, 11, 30))
    assert not rules.in_force(ended, date(2026, 12, 1))
    with pytest.raises(Conflict):
        guardianships.end(
            store, a_call(REGISTRAR, body=body, if_match=ended["version"]), made["_id"]
        )
    again = entered(store, tools, digest="again", from_day="2026-12-01")
    assert again["_id"] == made["_id"] and len(again["history"]) == 3
    assert store.sent[-1]["sequence"] == 3


def test_told_again(store, tools, zhang):
    """A service that comes later is told each guardianship as it stands, by the same event."""
    made = entered(store, tools)
    body = {"until_day": "2026-11-30", "reason": "监护人变更"}
    call = a_call(REGISTRAR, body=body, if_match=made["version"])
    guardianships.end(store, call, made["_id"])
    assert list(told_again(store)) == [store.sent[-1]]


def test_leap_day():
    """Who was born on 29 February is of age on 1 March."""
    assert rules.last_day(date(2020, 2, 29)) == date(2038, 2, 28)
    assert rules.last_day(date(2020, 3, 1)) == date(2038, 2, 28)


def test_data_subjects(store, tools, zhang):
    """A citizen may ask about their own data and their wards', as long as they are wards."""
    entered(store, tools)
    told = accounts.data_subjects(store, zhang, NOON)
    assert [(one["relation"], one["person"]) for one in told] == [
        ("self", tools.vault.lookup(NUMBER)), ("ward", tools.vault.lookup(CHILD)),
    ]  # fmt: skip
    grown = NOON.replace(year=2039)
    assert [one["relation"] for one in accounts.data_subjects(store, zhang, grown)] == ["self"]
    assert accounts.data_subjects(store, "nobody", NOON) == []
