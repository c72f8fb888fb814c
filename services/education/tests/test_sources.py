"""Enrolments and the registers: parents are not asked, and nobody is taken for a guardian."""

from datetime import timedelta
from typing import Any

import pytest

from services.education import items
from services.education.tests.families import AT_HOME, CHILD, OTHER, SISTER, Families, Identity
from services.education.tests.office import CHIEF, CLERK, LI, ZHANG, Office, child
from services.education.usecases import answering, enrolling, freezing
from shared.department import usecases
from shared.errors import Conflict, Invalid, NotFound
from shared.errors import Unavailable as Away

GONE = Away(type="provider-unavailable")


@pytest.fixture
def office() -> Office:
    return Office(sharing=Families(), identity=Identity())


def families(office: Office) -> Families:
    assert isinstance(office.desk.sharing, Families)
    return office.desk.sharing


def begun(office: Office, round_: str, name: str = "张小禾", caller: Any = ZHANG) -> Any:
    """A draft, filled in for the child of this name."""
    form = {"round": round_, "child": {"name": name}}
    body = {"item": items.ENROLMENT.code, "division": "430104", "form": form}
    headers = {"Authorization": f"Bearer {caller.subject}"}
    return usecases.prefill(office.desk, office.call(caller, body=body, headers=headers))


def handed_in(office: Office, draft: Any, caller: Any = ZHANG, **changes: Any) -> Any:
    """The draft with choices, submitted."""
    form = {**usecases.opened_form(office.desk, draft), "choices": ["YL-01"], **changes}
    call = office.call(caller, body={"form": form}, if_match=draft["version"])
    kept = usecases.replace_form(office.desk, call, draft["_id"])
    call = office.call(caller, body={}, if_match=kept["version"])
    case = usecases.submit_draft(office.desk, call, kept["_id"])
    office.listen()
    return office.store["cases"].require(case["_id"])


def stated(office: Office, round_: str, number: str, caller: Any = ZHANG, **changes: Any) -> Any:
    """An application filled in by hand, by somebody whom identity's register does not name."""
    case = office.submit(items.ENROLMENT, office.form(round_, number, **changes), caller)
    office.listen()
    return office.store["cases"].require(case["_id"])


def again(office: Office, case: Any) -> Any:
    usecases.Sweep().run(office.desk, office.now)
    return office.store["cases"].require(case["_id"])


def states(case: Any) -> dict[str, str]:
    return {check["name"]: check["state"] for check in case["checks"]}


def override(office: Office, case: Any, check: str) -> None:
    case = office.store["cases"].require(case["_id"])
    body = {"reasons": ["核验了户口簿原件"]}
    call = office.call(CLERK, body=body, if_match=case["version"])
    usecases.override(office.desk, call, case["_id"], check)


def test_nothing_is_asked(office: Office) -> None:
    """A parent names the child and the schools; all that is held is filled in, and proven."""
    draft = begun(office, office.round())
    filled, marks = usecases.sources(office.desk, draft)
    assert filled.form["child"] == {"name": "张小禾", "identity": CHILD}
    assert filled.form["household"] == {"division": "430104", "street": "岳麓街道"}
    assert filled.form["siblings"] == []
    assert {one["field"] for one in filled.missing} == {"/household/community"}
    assert all(mark["origin"] == "held" for mark in marks)
    case = handed_in(office, draft)
    assert states(case) == {"guardianship": "holds"}
    assert families(office).asked() == ["wards", "household-membership"]
    office.move(case, "accept", CLERK)
    assert office.of(case)["accepted"] and "unproven" not in office.of(case)


def test_in_the_draw(office: Office) -> None:
    """Who is guardian by the household register alone gets as far as everybody else."""
    round_ = office.round()
    case = handed_in(office, begun(office, round_))
    office.move(case, "accept", CLERK)
    office.draw(round_)
    assert office.of(case)["offer"]["school"] == "YL-01"
    for stranger in ("accept", "decline"):
        with pytest.raises(NotFound):
            office.act(case, stranger, LI)
    office.act(case, "accept")
    assert office.state(case) == "admitted closed"


def test_by_hand(office: Office) -> None:
    """What is stated by hand is verified after the submission; the register's yes lets it pass."""
    case = stated(office, office.round(), CHILD)
    assert states(case) == {"guardianship": "holds", "household": "holds"}
    office.move(case, "accept", CLERK)


def test_identity_knows(office: Office) -> None:
    """Whom identity's register names is a guardian without another question."""
    families(office).guards["zhang"].clear()
    case = office.apply(office.round(), CHILD)
    office.listen()
    case = office.store["cases"].require(case["_id"])
    assert states(case)["guardianship"] == "holds"
    assert case["checks"][0]["source"]["provider"] == "identity"
    assert "guardianship" not in families(office).asked()


@pytest.mark.parametrize("error", [GONE, Away()])
def test_provider_down(office: Office, error: Away) -> None:
    """A parent applies while the register is away; only acceptance waits for it."""
    families(office).away = dict.fromkeys(("wards", "guardianship", "household-membership"), error)
    round_ = office.round()
    draft = begun(office, round_)
    place = {"division": "430104", "street": "岳麓街道"}
    case = handed_in(
        office, draft, child={"name": "张小禾", "identity": CHILD}, household=place, siblings=[]
    )
    assert states(case) == {"guardianship": "pending", "household": "pending"}
    with pytest.raises(Conflict) as refusal:
        office.move(case, "accept", CLERK)
    assert refusal.value.type == "check-pending"
    families(office).away = {}
    case = again(office, case)
    assert set(states(case).values()) == {"holds"}
    office.move(case, "accept", CLERK)
    office.draw(round_)
    assert office.of(case)["state"] == "offered"


def test_elsewhere(office: Office) -> None:
    """A household that is not where it is stated stops the acceptance, unless an official has seen
    the originals."""
    families(office).homes[CHILD] = {**AT_HOME, "street": "望月湖街道"}
    case = stated(office, office.round(), CHILD)
    assert states(case) == {"guardianship": "holds", "household": "fails"}
    with pytest.raises(Conflict) as refusal:
        office.move(case, "accept", CLERK)
    assert refusal.value.type == "check-failed"
    override(office, case, "household-1")
    office.move(case, "accept", CLERK)
    assert office.of(case)["accepted"]


def test_stranger(office: Office) -> None:
    """A stranger who applies for a child learns nothing of it, is not accepted, and keeps nobody
    from the child's place."""
    round_ = office.round()
    case = stated(office, round_, CHILD, LI)
    assert states(case) == {"guardianship": "fails", "household": "pending"}
    assert "household-membership" not in families(office).asked()
    guardian = stated(office, round_, CHILD)
    office.move(guardian, "accept", CLERK)
    assert office.of(guardian)["guardian"] == "zhang"
    override(office, case, "guardianship-1")
    override(office, case, "household-1")
    with pytest.raises(Conflict) as refusal:
        office.move(case, "accept", CLERK)
    assert refusal.value.type == "overtaken"
    office.move(case, "decline", CLERK, {"reasons": ["并非监护人"]})
    assert office.of(guardian)["accepted"]


def test_taken(office: Office) -> None:
    """A stranger is told the same whether the child has applied or not yet."""
    families(office).away = {"guardianship": GONE}
    round_, other = office.round(), office.round(title="另一轮次")
    office.guard(ZHANG, CHILD)
    stated(office, round_, CHILD)
    for number in (round_, other):
        with pytest.raises(Invalid) as refusal:
            stated(office, number, CHILD, LI)
        assert [error.rule for error in refusal.value.errors] == ["guardian"]


def test_silence(office: Office) -> None:
    """Silence accepts, but nobody is drawn whose guardian is not confirmed; the official settles it
    before the draw."""
    round_ = office.round()
    case = stated(office, round_, CHILD, LI)
    office.pass_days(8)
    assert usecases.deem_accepted(office.desk, office.now) == 1
    office.listen()
    with pytest.raises(Conflict) as refusal:
        office.freeze(round_)
    assert refusal.value.type == "guardians-open"
    office.move(case, "start", CLERK)
    office.move(case, "refuse", CHIEF, {"reasons": ["并非监护人"]})
    assert office.of(case)["state"] == "withdrawn"
    office.freeze(round_)


def test_refused_only_so(office: Office) -> None:
    """An enrolment is refused past its round only where the applicant is no guardian."""
    case = stated(office, office.round(), CHILD)
    office.move(case, "accept", CLERK)
    office.move(case, "start", CLERK)
    with pytest.raises(Conflict) as refusal:
        refused(office, case)
    assert refusal.value.type == "decided-by-the-round"


def refused(office: Office, case: Any) -> None:
    from services.education.usecases import settling

    settling.guard(office.store, office.store["cases"].require(case["_id"]), "refuse")


def test_siblings(office: Office) -> None:
    """The school of a sister is known where she was admitted in a round that counted."""
    round_ = office.round(capacity=2)
    sister = handed_in(office, begun(office, round_, "张小满"))
    office.move(sister, "accept", CLERK)
    office.draw(round_)
    office.act(sister, "accept")
    later = (office.now + timedelta(days=5)).date()
    days = {"opens_on": office.now.date(), "closes_on": later, "ends_on": later + timedelta(30)}
    second = office.round(**{name: day.isoformat() for name, day in days.items()})
    draft = begun(office, second)
    filled, _ = usecases.sources(office.desk, draft)
    assert filled.form["siblings"] == ["YL-01"]
    other = begun(office, second, "陈一诺", LI)
    assert usecases.opened_form(office.desk, other)["siblings"] == []


def test_who_acts(office: Office) -> None:
    """Who has applied and is confirmed acts for the child; who is not confirmed does not."""
    case = stated(office, office.round(), OTHER, ZHANG)
    enrolment = office.of(case)
    call = office.call(ZHANG, if_match=enrolment["version"])
    with pytest.raises(NotFound):
        answering.accept(office.store, call, enrolment["_id"])
    assert answering.read(office.store, office.call(ZHANG), enrolment["_id"])


def test_unproven_is_kept_small(office: Office) -> None:
    """Only an application that nobody has confirmed is listed as such, and only until one is."""
    round_ = office.round()
    stated(office, round_, SISTER, LI)
    assert len(office.store["enrolments"].find({"unproven": round_})) == 1
    stated(office, round_, SISTER, ZHANG, choices=["YL-02"])
    office.guard(ZHANG, child(9))
    stated(office, round_, child(9))
    found = office.store["enrolments"].find({"unproven": round_})
    assert [one["guardian"] for one in found] == ["zhang"]
    assert enrolling.is_proven(office.store, found[0], office.now.date())
    assert freezing.unproven(office.store, round_, office.now) == 0
