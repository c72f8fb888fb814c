"""What registers hold is filled in, marked, and bound to the application."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.department import usecases, views
from shared.department.facts import FRESH
from shared.department.practice import Source
from shared.department.register_schemas import Prefilled
from shared.department.usecases import Desk, opened_form
from shared.errors import Forbidden, IdempotencyMismatch, IllegalMove, Invalid, NotFound
from shared.errors import Unavailable as Away
from shared.tests.desk import LI, NUMBER, ZHANG, request, store, told
from shared.tests.registers import (
    BABY,
    CHILD,
    OWN,
    VACCINATIONS,
    Identity,
    a_registered_desk,
    again,
    begin,
    registers,
    replaced,
    stated,
    states,
    submitted,
)

NAMED = {"child": {"name": "张小禾"}}
HELD = ["/parent", "/child/name", "/child/identity", "/household/division", "/household/street"]


@pytest.fixture
def desk() -> Desk:
    return a_registered_desk()


def shown(desk: Desk, case: Any) -> dict[str, Any]:
    """What the applicant gets to see of a prefill."""
    filled, marks = usecases.sources(desk, case)
    told = views.prefilled(case, filled.form, marks, filled.choices, filled.missing)
    assert Prefilled().validate(told) == {}
    return told


def origins(desk: Desk, case: Any) -> dict[str, str]:
    return {mark["field"]: mark["origin"] for mark in shown(desk, case)["sources"]}


def missing(desk: Desk, case: Any) -> dict[str, str]:
    return {one["field"]: one["reason"] for one in shown(desk, case)["missing"]}


def test_filled(desk: Desk) -> None:
    """All that is held is in the form, numbers masked, each value with its source and record."""
    case = begin(desk, NAMED)
    told = shown(desk, case)
    assert told["state"] == "draft" and told["missing"] == [] == told["choices"]
    assert told["form"]["child"]["identity"] == "4301**********002X"
    assert told["form"]["household"] == {"division": "430104", "street": "岳麓街道"}
    held = {mark["field"]: mark for mark in told["sources"] if mark["origin"] == "held"}
    assert list(held) == HELD
    source = held["/household/street"]["source"]
    assert source["resource"] == "household-membership" and source["record"]["leaf"]
    assert held["/parent"]["source"]["record"] is None
    assert not any(number in str(told) for number in (OWN, CHILD))


def test_sealed(desk: Desk) -> None:
    """Nothing that is kept or told shows what was read."""
    case = begin(desk, NAMED)
    assert not any(secret in str(case) for secret in (OWN, CHILD, "岳麓街道"))
    assert told_events(desk) == []


def told_events(desk: Desk) -> list[str]:
    return [event.type for event in told(desk)]


def test_purpose(desk: Desk) -> None:
    """Each reading names purpose, item and its case; what is not needed is not read."""
    case = begin(desk, {**NAMED, "household": {"division": "430104"}})
    uses = registers(desk).uses
    assert {(u["case"], u["purpose"], u["item"]) for u in uses} == {
        (f"enterprise/{case['_id']}", "enrolment", "enrolment")
    }
    assert registers(desk).asked() == ["wards", "household-membership"]
    begin(desk, {**NAMED, "household": {"division": "430104", "street": "x"}}, key="p2")
    assert registers(desk).asked()[2:] == ["wards"]


@pytest.mark.parametrize("child", [{"name": "别人", "identity": NUMBER}, {"identity": NUMBER}])
def test_of_others(desk: Desk, child: Any) -> None:
    """Nobody reads about others by typing their number."""
    case = begin(desk, {"child": child})
    assert registers(desk).asked() == ["wards"]
    assert missing(desk, case)["/household/street"] == "not-own"
    assert origins(desk, case)["/child/identity"] == "stated"


def test_confirmed(desk: Desk) -> None:
    """What the person says of a child and the register confirms is held."""
    case = begin(desk, {"child": {"name": "张小禾", "identity": CHILD}})
    assert origins(desk, case)["/child/identity"] == "held"
    assert origins(desk, case)["/household/street"] == "held"


def test_request_tells_nothing(desk: Desk) -> None:
    """The id of a reading follows from the question, and the number cannot be guessed from it."""
    begin(desk, NAMED)
    first = [use["id"] for use in registers(desk).uses]
    other = a_registered_desk()
    begin(other, NAMED)
    assert [use["id"] for use in registers(other).uses] == first
    assert len(set(first)) == len(first)


def test_choice(desk: Desk) -> None:
    """Where several children fit, they are offered masked; the one sent back is taken."""
    case = begin(desk)
    told = shown(desk, case)
    assert missing(desk, case) == {
        "/child/name": "choose", "/child/identity": "choose",
        "/household/division": "key-missing", "/household/street": "key-missing",
    }  # fmt: skip
    (choice,) = told["choices"]
    assert [row["/child/name"] for row in choice["rows"]] == ["张小禾", "张小满"]
    assert BABY not in str(told)
    masked = choice["rows"][1]
    meant = {"child": {"name": masked["/child/name"], "identity": masked["/child/identity"]}}
    after = again(desk, case, {**meant, "parent": "张伟"})
    assert opened_form(desk, after)["child"]["identity"] == BABY
    assert missing(desk, after) == {"/household/street": "not-held"}
    assert origins(desk, after)["/parent"] == "held"


def test_no_such_child(desk: Desk) -> None:
    """A child that the register does not name for this person stays to be filled in by hand."""
    case = begin(desk, {"child": {"name": "别人"}})
    assert missing(desk, case)["/child/identity"] == "not-found"
    masked = {"child": {"identity": "4301**********9999"}}
    assert missing(desk, begin(desk, masked, key="p2"))["/child/identity"] == "not-found"


def test_again(desk: Desk) -> None:
    """The same request gives the same draft and reads nothing; another one is refused."""
    case = begin(desk, NAMED)
    uses = len(registers(desk).uses)
    registers(desk).failing = Away()
    assert begin(desk, NAMED) == case and len(registers(desk).uses) == uses
    with pytest.raises(IdempotencyMismatch):
        begin(desk, {"child": {"name": "张小满"}})


@pytest.mark.parametrize(
    ("error", "goes_on", "reason"),
    [
        (Away(), False, "unavailable"),
        (Away(type="provider-unavailable"), True, "unavailable"),
        (Forbidden(type="grant-revoked"), True, "refused"),
        (NotFound(type="grant-unknown"), True, "refused"),
    ],
)
def test_away(error: Any, goes_on: bool, reason: str) -> None:
    """A register that is away or refuses leaves its fields open; the others are asked, unless the
    exchange itself is away.
    """
    desk = a_registered_desk(VACCINATIONS)
    registers(desk).away = {"vaccinations": error}
    case = begin(desk, NAMED)
    assert missing(desk, case)["/vaccinated"] == reason
    told = next(one for one in shown(desk, case)["missing"] if one["field"] == "/vaccinated")
    assert told["refused"] == (error.type if reason == "refused" else None)
    assert registers(desk).asked() == (["wards", "household-membership"] if goes_on else [])


def test_identity_away(desk: Desk) -> None:
    """While identity is away, what needs the own number is left open."""
    assert isinstance(desk.identity, Identity)
    desk.identity.failing = Away()
    case = begin(desk, NAMED)
    assert missing(desk, case) == {
        "/parent": "unavailable", "/child/identity": "unavailable",
        "/household/division": "key-missing", "/household/street": "key-missing",
    }  # fmt: skip


def test_back(desk: Desk) -> None:
    """What was missing is filled in when the register is back."""
    registers(desk).away = {"household-membership": Away()}
    case = begin(desk, NAMED)
    registers(desk).away = {}
    after = again(desk, case, shown(desk, case)["form"])
    assert missing(desk, after) == {} and origins(desk, after)["/household/street"] == "held"
    assert origins(desk, after)["/child/identity"] == "held"


def test_unfit(desk: Desk) -> None:
    """What a register tells and the form does not take is left open."""
    registers(desk).family[CHILD]["street"] = "很长" * 20
    case = begin(desk, NAMED)
    assert missing(desk, case) == {"/household/street": "unfit"}
    assert "street" not in opened_form(desk, case)["household"]


def test_faults(desk: Desk) -> None:
    """What the person gives must be of its type; nothing is kept or read where it is not."""
    with pytest.raises(Invalid) as refusal:
        begin(desk, {"child": {"identity": 5}})
    assert [e.pointer for e in refusal.value.errors] == ["/form/child/identity"]
    assert store(desk)["cases"].count({}) == 0 and registers(desk).uses == []


def test_own_drafts(desk: Desk) -> None:
    """Only one's own draft is filled, and only a draft."""
    case = begin(desk, NAMED)
    with pytest.raises(NotFound):
        again(desk, case, NAMED, LI)
    done = submitted(desk, replaced(desk, case, {**shown(desk, case)["form"], "school": "S-01"}))
    with pytest.raises(IllegalMove):
        again(desk, done, NAMED)


def test_corrected(desk: Desk) -> None:
    """What people correct by hand is stated by them, and it shows that the register differs."""
    case = begin(desk, NAMED)
    form = shown(desk, case)["form"]
    form["household"]["street"] = "望月湖街道"
    marks = {m["field"]: m for m in shown(desk, replaced(desk, case, form))["sources"]}
    assert (
        marks["/household/street"]["origin"] == "stated" and marks["/household/street"]["differs"]
    )
    assert marks["/household/division"]["origin"] == "held"
    form["household"]["street"] = "岳麓街道"
    back = replaced(desk, store(desk)["cases"].require(case["_id"]), form)
    assert origins(desk, back)["/household/street"] == "held"


def test_of_another(desk: Desk) -> None:
    """What was read of one child proves nothing of another, whatever the form says beside."""
    case = begin(desk, NAMED)
    form = shown(desk, case)["form"]
    form["child"] = {"name": "张小满", "identity": BABY}
    after = replaced(desk, case, form)
    assert origins(desk, after)["/household/division"] == "stated"
    assert origins(desk, after)["/child/identity"] == "stated"


def test_submitted(desk: Desk) -> None:
    """What was read is proven at submission: only the rest is asked for."""
    case = begin(desk, NAMED)
    form = {**shown(desk, case)["form"], "school": "S-01"}
    done = submitted(desk, replaced(desk, case, form))
    assert states(done) == {"guardianship": "holds", "not-listed": "pending"}
    assert done["checks"][0]["record"]["leaf"]


def test_stale_reading(desk: Desk) -> None:
    """A reading proves what it says for thirty days; who submits later is verified anew."""
    case = begin(desk, NAMED)
    case = replaced(desk, case, {**shown(desk, case)["form"], "school": "S-01"})
    done = submitted(desk, case, FRESH.days + 1)
    assert states(done)["guardianship"] == "pending" and "household" in states(done)


def test_by_hand(desk: Desk) -> None:
    """Who fills in everything by hand submits as before, and all of it is stated."""
    case = stated(desk)
    assert set(origins(desk, case).values()) == {"stated"}
    assert states(case) == dict.fromkeys(["guardianship", "household", "not-listed"], "pending")


def test_own_records() -> None:
    """The department's own records fill in as well, by what the form says; no exchange is asked."""
    school = Source(
        "schools",
        {"/school": "code"},
        key={"account": "@account", "child": "/child/name"},
        own=lambda store, vault, key: {"code": "S-09"} if key["child"] == "张小满" else None,
    )
    desk = a_registered_desk(school)
    case = begin(desk, {"child": {"name": "张小满"}})
    mark = next(m for m in shown(desk, case)["sources"] if m["field"] == "/school")
    assert mark["origin"] == "held" and mark["source"]["provider"] == "enterprise"
    assert mark["source"]["record"] is None
    other = begin(desk, NAMED, key="p2")
    assert missing(desk, other)["/school"] == "not-found"


VALUES = st.sampled_from(["张小禾", "张小满", CHILD, BABY, NUMBER, "430104", "岳麓街道", "430111"])
POINTERS = {"child": ("name", "identity"), "household": ("division", "street")}


@given(st.data())
def test_marks(data: st.DataObject) -> None:
    """Whatever is sent back, a field is held only where it is what the registers hold of the child
    that the form names.
    """
    desk = a_registered_desk()
    case = begin(desk, NAMED)
    form = opened_form(desk, case)
    for part, names in POINTERS.items():
        for name in names:
            if data.draw(st.booleans()):
                form[part][name] = data.draw(VALUES)
    try:
        after = replaced(desk, case, form)
    except Invalid:
        return
    held = {field for field, origin in origins(desk, after).items() if origin == "held"}
    child = opened_form(desk, after)["child"]["identity"]
    truth = registers(desk).family.get(child, {})
    household = opened_form(desk, after)["household"]
    for name in ("division", "street"):
        if f"/household/{name}" in held:
            assert household[name] == truth[name]
    if "/child/identity" in held:
        assert child == CHILD


def test_token(desk: Desk) -> None:
    """The caller's own access token goes to identity, and nothing else of theirs."""
    asked: list[str] = []

    class Listening(Identity):
        def own_account(self, token: str, timeout: float) -> dict[str, str]:
            asked.append(token)
            return super().own_account(token, timeout)

    body = {"item": "enrolment", "division": "430104", "form": NAMED}
    listening = Listening(desk.vault)
    heard = Desk(
        desk.service, desk.department, desk.practices, desk.store, desk.vault, desk.sharing,
        listening,
    )  # fmt: skip
    call = request(ZHANG, body, headers={"Authorization": "Bearer abc"})
    usecases.prefill(heard, call)
    assert asked == ["abc"]
