"""What happens to a case without a caller: silence, decisions, announcements."""

from typing import Any

import pytest

from shared.department import views
from shared.department.announcing import announce
from shared.department.schemas import CaseDetail, CaseFields, CaseSummary, ItemFields, Receipt
from shared.department.usecases import (
    Desk,
    complete,
    decide,
    deem_accepted,
    opened_form,
    reopen,
)
from shared.errors import IllegalMove, NotFound, Stale
from shared.events import Event, derived_id, received
from shared.events import event as tell
from shared.openapi import json_schema
from shared.testing import NOON, person
from shared.tests.desk import (
    ESTABLISHMENT,
    RESERVATION,
    WANG,
    ZHAO,
    a_desk,
    applied,
    approved,
    form,
    item,
    later,
    move_it,
    processing,
    store,
    told,
)
from shared.text import Text


@pytest.fixture
def desk() -> Desk:
    return a_desk()


def test_silence(desk: Desk) -> None:
    """After five working days of silence a case is accepted as of the day of its receipt."""
    case = applied(desk)
    assert deem_accepted(desk, later(7)) == 0
    assert deem_accepted(desk, later(8)) == 1
    now = store(desk)["cases"].require(case["_id"])
    assert (now["state"], now["accepted_on"]) == ("accepted", "2026-11-23")
    assert (now["history"][-1]["deemed"], now["history"][-1]["by"]["kind"]) == (True, "system")
    assert [e.data["deemed"] for e in told(desk, "accepted")] == [True]


def test_silence_once(desk: Desk) -> None:
    """Silence counts once, and only where nobody has answered."""
    applied(desk)
    answered = applied(desk, key="k2")
    move_it(desk, answered, "return", missing=["x"], days=1)
    assert [deem_accepted(desk, later(n)) for n in (9, 9, 10)] == [1, 0, 0]
    assert store(desk)["cases"].require(answered["_id"])["state"] == "returned"


def test_silence_overtaken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An official who is faster wins, and the others are still accepted."""
    slow, fast = applied(desk), applied(desk, key="k2")
    cases = store(desk)["cases"]
    find = cases.find

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        found = find(*args, **kwargs)
        move_it(desk, cases.require(fast["_id"]), "decline", reasons=["no"])
        return found

    monkeypatch.setattr(cases, "find", overtaken)
    assert deem_accepted(desk, later(9)) == 1
    assert cases.require(fast["_id"])["state"] == "declined"
    assert cases.require(slow["_id"])["state"] == "accepted"


def test_complete(desk: Desk) -> None:
    """An approval has its effect and closes the case with its result."""
    case = approved(desk)
    (event,) = told(desk, "approved")
    complete(desk, event, NOON)
    closed = store(desk)["cases"].require(case["_id"])
    number = derived_id("licence", case["_id"])
    assert (closed["state"], closed["result"]) == ("closed", {"licence": number})
    assert store(desk)["licences"].require(number)["name"] == "moon"
    assert closed.has_received(event.id)
    assert len(told(desk, "closed")) == 1


def test_complete_once(desk: Desk) -> None:
    """However often the decision is heard, it has its effect once."""
    case = approved(desk)
    (event,) = told(desk, "approved")
    for _ in range(3):
        complete(desk, event, NOON)
    assert store(desk)["licences"].count({}) == 1
    assert len(told(desk, "closed")) == 1
    assert store(desk)["cases"].require(case["_id"])["version"] == case["version"] + 1


def test_complete_after_a_crash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process dies between effect and delivery, the next try does the rest."""
    case = approved(desk)
    (event,) = told(desk, "approved")
    with monkeypatch.context() as crash:
        crash.setattr(store(desk)["cases"], "save", _dies)
        with pytest.raises(Stale):
            complete(desk, event, NOON)
    assert store(desk)["licences"].count({}) == 1
    complete(desk, event, NOON)
    assert store(desk)["licences"].count({}) == 1
    assert store(desk)["cases"].require(case["_id"])["state"] == "closed"


def _dies(*args: Any, **kwargs: Any) -> Any:
    raise Stale()


def test_complete_refusal(desk: Desk) -> None:
    """A refusal is delivered and has no effect."""
    case = move_it(desk, processing(desk), "refuse", ZHAO, reasons=["no"])
    (event,) = told(desk, "refused")
    complete(desk, event, NOON)
    closed = store(desk)["cases"].require(case["_id"])
    assert (closed["state"], closed["result"]) == ("closed", {})
    assert store(desk)["licences"].count({}) == 0
    seen = views.detail(closed, desk.items, person(), form(), NOON.date())
    assert (seen["reasons"], bool(seen["remedies"])) == (["no"], True)


def test_complete_nothing(desk: Desk) -> None:
    """A decision on a case that does not exist is not swallowed."""
    approved(desk)
    (event,) = told(desk, "approved")
    store(desk)["cases"].remove(event.subject)
    with pytest.raises(NotFound):
        complete(desk, event, NOON)


def test_replies_fit(desk: Desk) -> None:
    """What callers see of a case in each state fits its schema, and so does every event."""
    case = applied(desk)
    assert Receipt().validate(views.receipt(case)) == {}
    steps: list[tuple[str, Any, dict[str, Any]]] = [
        ("accept", WANG, {"opinion": "ok"}),
        ("start", WANG, {}),
        ("suspend", WANG, {"ground": "hearing", "notice": "n"}),
        ("resume", WANG, {}),
        ("refuse", ZHAO, {"reasons": ["no"]}),
    ]
    for days, (action, who, body) in enumerate(steps):
        case = move_it(desk, case, action, who, days=days, **body)
        assert CaseSummary().validate(views.summary(case, desk.items, person())) == {}
        seen = views.detail(case, desk.items, person(), opened_form(desk, case), later(days).date())
        assert CaseDetail().validate(seen) == {}
    assert all(CaseFields().validate(e["data"]) == {} for e in store(desk).sent)


def test_lamps(desk: Desk) -> None:
    """Each deadline has its lamp: red where it has passed, settled where it was kept."""
    case = move_it(desk, applied(desk), "accept", days=1)
    seen = views.timeline(case, later(60).date())["deadlines"]
    assert (seen["acceptance"]["lamp"], seen["acceptance"]["settled"]) == ("green", "2026-11-24")
    assert (seen["statutory"]["lamp"], seen["promised"]["lamp"]) == ("red", "red")


def test_announce(desk: Desk) -> None:
    """Announced again, an item has the same sequence in an event of its own; changed, the next."""
    items = [p.item for p in (ESTABLISHMENT, RESERVATION)]
    announce(desk.store, "enterprise", items, NOON)
    announce(desk.store, "enterprise", items, later(1))
    assert [e.sequence for e in told(desk)] == [1, 1, 1, 1]
    assert len({e.id for e in told(desk)}) == 4
    changed = item("establishment", two_people=True, statutory_days=15, version=2)
    announce(desk.store, "enterprise", [changed], later(2))
    assert (told(desk)[-1].subject, told(desk)[-1].sequence) == ("establishment", 2)
    assert all(ItemFields().validate(e["data"]) == {} for e in store(desk).sent)


def test_announcement() -> None:
    """What is announced of an item is all of it, with its form as JSON Schema."""
    data = ESTABLISHMENT.item.announcement(json_schema)
    assert data["form"]["required"] == ["name"]
    assert data["levels"] == ["county"]
    assert data["name"] == {"zh": "事项", "en": "Item"}


def test_decide(desk: Desk) -> None:
    """What rules decide is decided once, from acceptance on, with its reasons."""
    case = move_it(desk, applied(desk), "accept")
    for _ in range(2):
        decided = decide(desk, case["_id"], False, [Text("无学位", "No place")], NOON)
    assert decided["state"] == "refused"
    assert [e["action"] for e in decided["history"]] == ["submit", "accept", "start", "refuse"]
    assert decided["history"][-1]["reasons"] == [{"zh": "无学位", "en": "No place"}]
    with pytest.raises(IllegalMove):
        decide(desk, applied(desk, key="k2")["_id"], True, (), NOON)


def test_reopen(desk: Desk) -> None:
    """An upheld complaint reopens its closed case once, and only in its own department."""
    case = approved(desk)
    complete(desk, told(desk, "approved")[0], NOON)
    for service, state in (("education", "closed"), ("enterprise", "processing")):
        for _ in range(2):
            reopen(desk, upheld(case["_id"], service), later(3))
        assert store(desk)["cases"].require(case["_id"])["state"] == state
    (event,) = told(desk, "reopened")
    assert event.data["reasoned"] is True


def upheld(case_id: str, service: str) -> Event:
    data = {"service": service, "case": case_id, "reasons": ["fee not owed"]}
    return received(tell("feedback.complaint.upheld.v1", "request-1", 1, data, NOON), data)
