"""Claims are verified after the submission: sooner or later, once, and before the decision."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import local_day
from shared.department import checks, usecases, views
from shared.department.events import department_events
from shared.department.practice import Practice, Question, Verification
from shared.department.register_schemas import CheckDetail
from shared.department.usecases import Desk, Sweep
from shared.documents import Document
from shared.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError, Stale
from shared.errors import Unavailable as Away
from shared.testing import NOON, an_official
from shared.tests.desk import (
    DEPARTMENT,
    DISTRICT,
    ELSEWHERE,
    LI,
    NUMBER,
    RESERVATION,
    WANG,
    ZHANG,
    ZHAO,
    move_it,
    request,
    store,
    told,
)
from shared.tests.registers import (
    CHILD,
    PRACTICE,
    VERIFICATIONS,
    Identity,
    a_registered_desk,
    registers,
    reread,
    stated,
    states,
)
from shared.text import Text

GONE = Away(type="provider-unavailable")
REASONS = {"reasons": ["核对了户口簿原件"]}


@pytest.fixture
def desk() -> Desk:
    return a_registered_desk()


def asked(desk: Desk, case: Document) -> Document:
    """The case after the department has heard that the registers are to be asked."""
    usecases.ask(desk, case["_id"], NOON)
    return reread(desk, case)


def processing(desk: Desk, case: Document) -> Document:
    return move_it(desk, move_it(desk, case, "accept"), "start")


def override(desk: Desk, case: Document, id_: str, caller: Any = WANG) -> Document:
    call = request(caller, REASONS, if_match=case["version"])
    return usecases.override(desk, call, case["_id"], id_)


def detail(desk: Desk, case: Document, caller: Any = ZHANG) -> Any:
    form = usecases.opened_form(desk, case)
    return views.detail(case, desk.items, caller, form, local_day(NOON))


def test_submission_waits_for_nothing(desk: Desk) -> None:
    """A submission asks no register, whatever is away, and tells the department to ask."""
    registers(desk).failing = Away()
    assert isinstance(desk.identity, Identity)
    desk.identity.failing = Away()
    case = stated(desk)
    assert case["state"] == "submitted" and registers(desk).uses == []
    events = [e for e in store(desk).sent if e["type"] == "enterprise.check.asked.v1"]
    assert [e["subject"] for e in events] == [case["_id"]]
    schema = department_events("enterprise")["enterprise.check.asked.v1"].schema()
    assert schema.validate(events[0]["data"]) == {}


def test_no_checks_no_event(desk: Desk) -> None:
    """Where nothing is to be verified, nothing is told and nothing is listed."""
    practice = Practice(PRACTICE.item)
    bare = Desk(desk.service, DEPARTMENT, {"enrolment": practice}, desk.store, desk.vault)
    case = stated(bare)
    assert "checks" not in case and "asking" not in case
    assert [e.type for e in told(desk)] == ["enterprise.case.submitted.v1"]


def test_answered(desk: Desk) -> None:
    """The registers' yes is kept with its source, time and record, and shown to both sides."""
    case = asked(desk, stated(desk))
    assert set(states(case).values()) == {"holds"} and "asking" not in case
    for caller in (ZHANG, WANG):
        shown = detail(desk, case, caller)["checks"]
        assert [CheckDetail().validate(one) for one in shown] == [{}, {}, {}]
        assert all(one["record"]["leaf"] and one["source"]["provider"] for one in shown)
    assert CHILD not in str(case)
    uses = registers(desk).uses
    assert {(u["kind"], u["case"], u["purpose"]) for u in uses} == {
        ("verify", f"enterprise/{case['_id']}", "enrolment")
    }


def test_asked_once(desk: Desk) -> None:
    """Heard twice, the registers are asked once; what is answered stays."""
    case = asked(desk, stated(desk))
    registers(desk).family.clear()
    assert asked(desk, case) == case
    assert len(registers(desk).uses) == 3


def test_seen_before_the_answer(desk: Desk) -> None:
    """An answer is no move: applicants move what they have seen; officials see the answer first."""
    case = stated(desk)
    seen = case["version"]
    newest = asked(desk, case)
    assert newest["version"] > seen
    with pytest.raises(Stale):
        override(desk, case, "household-1")
    for version in (seen - 1, newest["version"] + 1):
        with pytest.raises(Stale):
            usecases.withdraw(desk, request(ZHANG, REASONS, if_match=version), case["_id"])
    gone = usecases.withdraw(desk, request(ZHANG, REASONS, if_match=seen), case["_id"])
    assert gone["state"] == "withdrawn" and "answered_from" not in gone


def test_same_question(desk: Desk) -> None:
    """Asked again after a crash, it is the same question under the same id."""
    case = stated(desk)
    registers(desk).away = {"barred": GONE}
    asked(desk, case)
    ids = {use["id"] for use in registers(desk).uses}
    again = a_registered_desk()
    asked(again, stated(again))
    assert ids <= {use["id"] for use in registers(again).uses}


def test_needs(desk: Desk) -> None:
    """Who is not proven to be the guardian learns nothing about the child's household."""
    registers(desk).guardian = "somebody else"
    case = asked(desk, stated(desk))
    assert states(case) == {"guardianship": "fails", "household": "pending", "not-listed": "holds"}
    assert "household-membership" not in registers(desk).asked() and "asking" not in case


@pytest.mark.parametrize("error", [GONE, Away(), Forbidden(type="grant-revoked")])
def test_away_and_back(desk: Desk, error: ServiceError) -> None:
    """While a register is away the case goes on with its check pending; the sweep brings it."""
    registers(desk).away = {"barred": error, "guardianship": error}
    case = asked(desk, stated(desk))
    assert states(case)["guardianship"] == "pending"
    assert detail(desk, case)["checks"][0]["problem"] == error.type
    accepted = move_it(desk, case, "accept")
    registers(desk).away = {}
    Sweep().run(desk, NOON)
    after = reread(desk, accepted)
    assert set(states(after).values()) == {"holds"} and after["state"] == "accepted"
    assert all(one["problem"] is None for one in after["checks"])


def test_one_does_not_wait_for_the_other(desk: Desk) -> None:
    """A register that is away leaves the others' answers where they are."""
    registers(desk).away = {"barred": GONE}
    case = asked(desk, stated(desk))
    assert states(case) == {"guardianship": "holds", "household": "holds", "not-listed": "pending"}
    assert case["asking"] == ["barred"]


def test_away_is_cheap(desk: Desk) -> None:
    """However many cases wait, a register that is away is asked once a sweep, and less and less."""
    registers(desk).away = {"barred": GONE}
    for n in range(5):
        asked(desk, stated(desk, key=f"k{n}", child={"name": "张小禾", "identity": CHILD}))
    versions = [case["version"] for case in store(desk)["cases"].find({})]
    registers(desk).tries.clear()
    sweep = Sweep()
    for _ in range(60):
        sweep.run(desk, NOON)
    assert 5 <= len(registers(desk).tries) <= 12
    assert [case["version"] for case in store(desk)["cases"].find({})] == versions


def test_no_resource_starves(desk: Desk) -> None:
    """Cases that wait for one register do not keep others from theirs, however many they are."""
    registers(desk).away = {"barred": GONE, "guardianship": GONE}
    for n in range(usecases.SWEEP_LIMIT + 5):
        stated(desk, key=f"k{n}")
    sweep = Sweep()
    sweep.run(desk, NOON)
    registers(desk).away = {"barred": GONE}
    for _ in range(40):
        sweep.run(desk, NOON)
    waiting = [case for case in store(desk)["cases"].find({}, limit=500) if "asking" in case]
    assert {tuple(case["asking"]) for case in waiting} == {("barred",)}


def test_blocked(desk: Desk) -> None:
    """Nobody approves while a mandatory check is open or has failed; the refusal names it."""
    registers(desk).away = {"guardianship": GONE}
    case = processing(desk, asked(desk, stated(desk)))
    with pytest.raises(Conflict) as refusal:
        move_it(desk, case, "approve", ZHAO)
    assert refusal.value.type == "check-pending"
    assert refusal.value.extensions == {
        "check": "guardianship-1", "resource": "guardianship", "overridable": False,
    }  # fmt: skip
    registers(desk).away, registers(desk).guardian = {}, "somebody else"
    failed = asked(desk, case)
    with pytest.raises(Conflict) as refusal:
        move_it(desk, failed, "approve", ZHAO)
    assert refusal.value.type == "check-failed" and refusal.value.detail
    assert move_it(desk, failed, "refuse", ZHAO, reasons=["非监护人"])["state"] == "refused"


def test_not_mandatory(desk: Desk) -> None:
    """A check that is not mandatory stands in nobody's way."""
    registers(desk).listed = {CHILD}
    case = processing(desk, asked(desk, stated(desk)))
    assert states(case)["not-listed"] == "fails"
    assert move_it(desk, case, "approve", ZHAO)["state"] == "approved"


def test_overridden(desk: Desk) -> None:
    """Where the law allows it, an official decides without a check, with reasons on the record."""
    registers(desk).away = {"household-membership": GONE}
    case = processing(desk, asked(desk, stated(desk)))
    after = override(desk, case, "household-1", ZHAO)
    shown = next(c for c in detail(desk, after)["checks"] if c["id"] == "household-1")
    assert shown["override"]["reasons"] == REASONS["reasons"] and shown["state"] == "pending"
    assert shown["override"]["by"]["name"] == ZHAO.name and shown["override_basis"]
    assert CheckDetail().validate(shown) == {}
    assert move_it(desk, after, "approve", ZHAO)["state"] == "approved"


def test_no_override(desk: Desk) -> None:
    """No override without a law, by who may not decide, of what is no hindrance, or elsewhere."""
    registers(desk).guardian = "somebody else"
    case = processing(desk, asked(desk, stated(desk)))
    helper = an_official("helper", DISTRICT, DEPARTMENT, "review")
    for id_, caller, error in (
        ("guardianship-1", WANG, "not-overridable"),
        ("household-1", helper, "forbidden"),
        ("none-1", WANG, "not-found"),
        ("household-1", ELSEWHERE, "not-found"),
        ("household-1", LI, "not-found"),
    ):
        with pytest.raises(ServiceError) as refusal:
            override(desk, case, id_, caller)
        assert refusal.value.type == error
    registers(desk).guardian = desk.vault.lookup("430104199001010019")
    other = processing(desk, asked(desk, stated(desk, key="k2")))
    with pytest.raises(Conflict) as refusal:
        override(desk, other, "household-1")
    assert refusal.value.type == "not-blocking"


def test_override_stays(desk: Desk) -> None:
    """An answer that comes after an override is kept beside it, and undoes nothing."""
    registers(desk).away = {"household-membership": GONE}
    case = override(desk, asked(desk, stated(desk)), "household-1")
    registers(desk).away = {}
    registers(desk).family[CHILD]["division"] = "430111"
    after = asked(desk, case)
    (check,) = [c for c in after["checks"] if c["id"] == "household-1"]
    assert check["state"] == "fails" and check["override"]["reasons"]
    assert move_it(desk, processing(desk, after), "approve", ZHAO)["state"] == "approved"


def test_resubmitted(desk: Desk) -> None:
    """After a correction only what has changed is asked anew."""
    case = asked(desk, stated(desk))
    back = move_it(desk, case, "return", missing=["户籍"])
    form = {**usecases.opened_form(desk, back), "household": {"division": "430111"}}
    again = usecases.resubmit(
        desk, request(ZHANG, {"form": form}, if_match=back["version"]), back["_id"]
    )
    assert states(again) == {"guardianship": "holds", "household": "pending", "not-listed": "holds"}
    events = [e for e in store(desk).sent if e["type"] == "enterprise.check.asked.v1"]
    assert len(events) == 2
    assert states(asked(desk, again))["household"] == "fails"


@pytest.mark.parametrize("action", ["withdraw", "return", "decline"])
def test_off_the_desk(desk: Desk, action: str) -> None:
    """A case that is off the desk is not asked for any more."""
    case = stated(desk)
    if action == "withdraw":
        usecases.withdraw(desk, request(ZHANG, if_match=1), case["_id"])
    else:
        move_it(desk, case, action, reasons=["不属于受理范围"], missing=["户口簿"])
    after = asked(desk, case)
    assert "asking" not in after and registers(desk).uses == []


def test_meanwhile(desk: Desk) -> None:
    """Answers that come while an official moves the case are kept, and so is the move."""
    case = stated(desk)

    def accepted() -> None:
        registers(desk).meanwhile = lambda: None
        move_it(desk, case, "accept")

    registers(desk).meanwhile = accepted
    after = asked(desk, case)
    assert after["state"] == "accepted" and set(states(after).values()) == {"holds"}
    assert len(registers(desk).uses) == 3


def test_whose(desk: Desk) -> None:
    """A claim about oneself fails where the number is somebody else's, and no register is asked."""
    verification = Verification(
        "qualified", "barred", "practice", Text("取得资格", "Is qualified"),
        lambda s, a: [checks_question(a.form["school"])], override=None,
    )  # fmt: skip
    own = Practice(PRACTICE.item, verifications=(verification,))
    one = Desk(
        desk.service, DEPARTMENT, {"enrolment": own}, desk.store, desk.vault, desk.sharing,
        desk.identity,
    )  # fmt: skip
    case = asked(one, stated(one, school=NUMBER))
    assert states(case) == {"qualified": "fails"} and registers(desk).uses == []
    assert detail(one, case)["checks"][0]["source"]["provider"] == "identity"
    asked(one, stated(one, key="k2", school="430104199001010019"))
    assert len(registers(desk).uses) == 1


def checks_question(number: str) -> Any:
    return Question("/school", {"identity_number": number}, {"listing": "x"}, whose=number)


def test_bad_question(desk: Desk) -> None:
    """A question that the register does not take stays open by itself, and the others are asked."""
    registers(desk).away = {"guardianship": Invalid()}
    case = asked(desk, stated(desk))
    assert detail(desk, case)["checks"][0]["problem"] == "invalid"
    assert states(case)["not-listed"] == "holds"
    sweep = Sweep()
    sweep.run(desk, NOON)
    assert sweep.rounds["guardianship"].wait == 0


def test_instant() -> None:
    """An item that is decided at once cannot wait for a register."""
    with pytest.raises(ValueError, match="cannot wait"):
        Practice(RESERVATION.item, decide=RESERVATION.decide, verifications=VERIFICATIONS)


def test_gone(desk: Desk) -> None:
    """Nothing is asked for a case that does not exist."""
    usecases.ask(desk, "nothing", NOON)
    with pytest.raises(NotFound):
        usecases.override(desk, request(WANG, REASONS, if_match=1), "nothing", "household-1")


STEPS = st.lists(
    st.sampled_from(
        ["ask", "sweep", "accept", "start", "approve", "override", "away", "back", "move-house"]
    ),
    max_size=14,
)


@given(STEPS)
def test_never_past_a_check(steps: list[str]) -> None:
    """Whatever happens in whatever order, no approval passes a mandatory check that is neither
    confirmed nor overridden, and an answer never changes.
    """
    desk = a_registered_desk()
    case, sweep, known = stated(desk), Sweep(), dict[str, str]()
    for n, step in enumerate(steps):
        now = NOON + timedelta(minutes=n)
        try:
            if step in ("accept", "start", "approve"):
                move_it(desk, reread(desk, case), step, ZHAO if step == "approve" else WANG)
            elif step == "override":
                override(desk, reread(desk, case), "household-1")
            elif step == "ask":
                usecases.ask(desk, case["_id"], now)
            elif step == "sweep":
                sweep.run(desk, now)
            elif step == "move-house":
                registers(desk).family[CHILD]["division"] = "430111"
            else:
                registers(desk).failing = GONE if step == "away" else None
        except ServiceError:
            pass
        found = reread(desk, case)
        answered = {c["id"]: c["state"] for c in found["checks"] if c["state"] != checks.PENDING}
        assert known.items() <= answered.items()
        known = answered
        if found["state"] == "approved":
            for check in found["checks"]:
                assert not check["mandatory"] or check["state"] == "holds" or check["override"]
