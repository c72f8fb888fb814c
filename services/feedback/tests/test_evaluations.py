"""Evaluations and the rectifications that bad ones open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.feedback import views
from services.feedback.domain import rectification
from services.feedback.tests.affairs import (
    ELSEWHERE,
    HE,
    LI,
    TAN,
    UPSTAIRS,
    ZENG,
    ZHANG,
    a_form,
    a_store,
    asked,
    case_id,
    closed,
    evaluated,
    hear,
    moves,
    sent,
    told,
)
from services.feedback.usecases import evaluations, rectifications
from shared.clock import is_working_day, local_day, working_days_between
from shared.documents import Document
from shared.errors import Conflict, IdempotencyMismatch, IllegalMove, NotFound, Stale
from shared.testing import NOON, FakeStore, a_call, person

DAY = timedelta(days=1)


def types(store: FakeStore) -> list[str]:
    return [event["type"].removeprefix("feedback.") for event in store.sent]


def rectified(store: FakeStore, case: str) -> Document:
    return store["rectifications"].require(rectification.id_of(case))


def test_once() -> None:
    """One evaluation a case: the same request again is the same, another one is refused."""
    store = a_store()
    case = closed(store)
    call = asked(ZHANG, a_form(5, text="很好"))
    first, again = (evaluations.evaluate(store, call, case) for _ in range(2))
    assert first["evaluation"] == again["evaluation"] and len(store.sent) == 1
    with pytest.raises(IdempotencyMismatch):
        evaluations.evaluate(store, asked(ZHANG, a_form(1)), case)
    with pytest.raises(Conflict) as refused:
        evaluations.evaluate(store, asked(ZHANG, a_form(1), "other"), case)
    assert refused.value.type == "already-evaluated"


def test_whose() -> None:
    """Only the applicant, or who acts for its legal person, evaluates; a case that is closed."""
    code = "91110000600037341L"
    store = a_store()
    case, company = closed(store), closed(store, 2, legal_person=code)
    for call, of in ((asked(LI, a_form(5)), case), (asked(LI, a_form(5)), company)):
        with pytest.raises(NotFound):
            evaluations.evaluate(store, call, of)
    agent = person("agent", code)
    assert evaluations.evaluate(store, asked(agent, a_form(5)), company)["evaluation"]["by"]
    hear(store, told(1, 7, "reopen"))
    with pytest.raises(Conflict) as refused:
        evaluations.evaluate(store, asked(ZHANG, a_form(5)), case)
    assert refused.value.type == "not-closed"
    with pytest.raises(NotFound):
        evaluations.evaluate(store, asked(ZHANG, a_form(5)), case_id(99))


def test_nothing_made_up() -> None:
    """Scores that were not given are null, and numbers of people in texts are masked."""
    store = a_store()
    text = "我的身份证 430104199001010019，电话 13800000001，邮箱 zhang.wei@example.com"
    after = evaluated(store, closed(store), 4, scores={"efficiency": 3}, text=text)
    given_ = after["evaluation"]
    assert given_["scores"] == {
        "efficiency": 3, "accuracy": None, "convenience": None, "usability": None
    }  # fmt: skip
    secrets = ("199001010019", "13800000001", "zhang.wei")
    assert not [secret for secret in secrets if secret in given_["text"]]
    assert store.sent[-1]["data"]["scores"]["accuracy"] is None
    assert "text" not in store.sent[-1]["data"]


def test_between_authorities() -> None:
    """A case that no member of the public has applied for is nobody's to evaluate."""
    store = FakeStore()
    hear(store, told(internal=True))
    assert store["cases"].count({}) == 0


def test_waiting() -> None:
    """A closed case waits for its evaluation until it has one; a legal person's for its agents."""
    store = a_store()
    case = closed(store)
    query = {"limit": 10}
    assert [c["_id"] for c in evaluations.waiting(store, a_call(ZHANG, query=query)).items] == [
        case
    ]
    evaluated(store, case, 5)
    assert evaluations.waiting(store, a_call(ZHANG, query=query)).items == []
    with pytest.raises(NotFound):
        more = {"legal_person": "91110000600037341L"}
        evaluations.waiting(store, a_call(LI, query={**query, **more}))


def test_bad_opens() -> None:
    """Levels 1 and 2 open one rectification with its two deadlines; the others none."""
    for level in range(1, 6):
        store = a_store()
        case = closed(store)
        evaluated(store, case, level)
        rectifications.heard(store, sent(store.sent[0]), NOON)
        opened = [t for t in types(store) if t == "rectification.opened.v1"]
        assert len(opened) == (1 if level < 3 else 0)
    store = a_store()
    one = _opened(store)
    assert (one["call_back_due"], one["rectify_due"]) == ("2026-11-24", "2026-12-14")


def _opened(store: FakeStore) -> Document:
    case = closed(store)
    evaluated(store, case, 1, text="慢", public=True)
    return rectified(store, case)


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 1)))
def test_deadlines(moment: datetime) -> None:
    """Both deadlines are working days, 1 and 15 of them after the day of the evaluation."""
    now = moment.replace(tzinfo=NOON.tzinfo)
    data: dict[str, Any] = {
        "service": "health", "case_number": "n", "department": "health", "division": "430104",
        "item": "i", "level": 1, "given_on": local_day(now).isoformat(),
    }  # fmt: skip
    one = rectification.opened("case", data, now)
    for due, days in ((one["call_back_due"], 1), (one["rectify_due"], 15)):
        assert is_working_day(date.fromisoformat(due))
        assert working_days_between(local_day(now), date.fromisoformat(due)) == days


def test_put_right() -> None:
    """Call back, reply, evaluate again: each step an event; the desk's officials alone do them."""
    store = a_store()
    one = _opened(store)
    with pytest.raises(NotFound):
        rectifications.step(store, moves(ELSEWHERE, one, {"note": "x"}), one["_id"], "call-back")
    with pytest.raises(IllegalMove) as refused:
        rectifications.step(store, moves(HE, one, {"note": "x"}), one["_id"], "reply")
    assert refused.value.extensions["legal"] == ["call-back"]
    one = rectifications.step(
        store, moves(HE, one, {"note": "已电话 13800000001 回访"}), one["_id"], "call-back"
    )
    assert "13800000001" not in str(one["history"])
    with pytest.raises(Stale):
        call = a_call(HE, body={"note": "x"}, if_match=1)
        rectifications.step(store, call, one["_id"], "reply")
    with pytest.raises(Conflict) as early:
        evaluations.evaluate_again(store, asked(ZHANG, a_form(4), "again"), one["case"])
    assert early.value.type == "not-yet-answered"
    one = rectifications.step(store, moves(ZENG, one, {"note": "已整改"}), one["_id"], "reply")
    evaluations.answered(store, sent(store.sent[-1]))
    after = evaluated(store, one["case"], 4)
    assert after["evaluation"]["earlier"][0]["level"] == 1
    assert rectified(store, one["case"])["state"] == "closed"
    assert [t for t in types(store) if t.startswith("rect")] == [
        f"rectification.{p}.v1" for p in ("opened", "called-back", "replied", "closed")
    ]
    with pytest.raises(Conflict):
        evaluations.evaluate_again(store, asked(ZHANG, a_form(1), "third"), one["case"])


def test_late() -> None:
    """Each missed deadline is told once, and its lamp stays red when it is met too late."""
    store = a_store()
    one = _opened(store)
    today = local_day(NOON)
    assert rectification.lamps(one, today) == {"call_back": "yellow", "rectify": "green"}
    assert rectifications.sweep(store, NOON) == 0
    assert rectifications.sweep(store, NOON + 2 * DAY) == 1
    assert rectifications.sweep(store, NOON + 3 * DAY) == 0
    one = rectified(store, one["case"])
    call = moves(HE, one, {"note": "回访"}, now=NOON + 3 * DAY)
    one = rectifications.step(store, call, one["_id"], "call-back")
    assert rectification.lamps(one, today)["call_back"] == "red"
    assert rectifications.sweep(store, NOON + 40 * DAY) == 1
    assert rectifications.sweep(store, NOON + 41 * DAY) == 0
    one = rectified(store, one["case"])
    assert one["late"] == ["call-back", "rectify"]
    assert types(store).count("rectification.delayed.v1") == 2
    call = moves(HE, one, {"note": "整改"}, now=NOON + 41 * DAY)
    one = rectifications.step(store, call, one["_id"], "reply")
    assert rectification.lamps(one, today) == {"call_back": "red", "rectify": "red"}
    assert rectifications.sweep(store, NOON + 90 * DAY) == 1
    assert rectified(store, one["case"])["state"] == "closed"


def test_desks() -> None:
    """The desk and those above it see it; others do not; the person sees their own."""
    store = a_store()
    one = _opened(store)
    for caller, expected in ((HE, 1), (UPSTAIRS, 1), (ELSEWHERE, 0)):
        found = rectifications.work_list(store, a_call(caller, query={"limit": 9})).items
        assert len(found) == expected
    assert rectifications.read(store, a_call(ZHANG), one["_id"])["state"] == "opened"
    with pytest.raises(NotFound):
        rectifications.read(store, a_call(LI), one["_id"])
    with pytest.raises(NotFound):
        query = {"limit": 9, "division": "430111"}
        rectifications.work_list(store, a_call(HE, query=query))


def test_public_texts() -> None:
    """A text is public where its author agreed, until a supervisor withholds it with a reason."""
    store = a_store()
    case, silent = closed(store), closed(store, 2)
    evaluated(store, case, 1, text="排队太久", public=True)
    evaluations.evaluate(store, asked(ZHANG, a_form(5, text="很好"), "two"), silent)
    query = {"department": "health", "division": "430000", "limit": 9}
    shown = evaluations.public(store, a_call(query=query)).items
    assert [views.public_evaluation(c)["text"] for c in shown] == ["排队太久"]
    assert "zhang" not in str(views.public_evaluation(shown[0]))
    call = moves(TAN, store["cases"].require(case), {"reason": "含他人隐私"})
    evaluations.withhold(store, call, case)
    told_ = views.public_evaluation(evaluations.public(store, a_call(query=query)).items[0])
    assert (told_["text"], told_["withheld"], told_["level"]) == (None, "含他人隐私", 1)
    call = moves(TAN, store["cases"].require(silent), {"reason": "x"})
    with pytest.raises(Conflict):
        evaluations.withhold(store, call, silent)


def test_reply() -> None:
    """Every evaluation can be replied to by its desk, never by the applicant who is an official."""
    store = a_store()
    case = closed(store)
    after = evaluated(store, case, 5, text="好")
    with pytest.raises(NotFound):
        evaluations.reply(store, moves(ELSEWHERE, after, {"text": "谢谢"}), case)
    current = store["cases"].require(case)
    after = evaluations.reply(store, moves(HE, current, {"text": "谢谢"}), case)
    shown = views.evaluation(after, None, local_day(NOON), own=True)
    assert shown["reply"]["text"] == "谢谢" and "何卫健" not in str(shown)
    assert [c["_id"] for c in _listed(store, HE)] == [case]
    assert _listed(store, HE, level=1) == []


def _listed(store: FakeStore, caller: Any, **query: Any) -> list[Document]:
    return evaluations.at_desk(store, a_call(caller, query={"limit": 9, **query})).items
