"""Requests of the public: submitted, routed, sealed, answered; complaints about cases decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.feedback import views
from services.feedback.tests.affairs import (
    ELSEWHERE,
    HE,
    LI,
    UPSTAIRS,
    VAULT,
    ZENG,
    ZHANG,
    a_store,
    an_office,
    closed,
    moves,
)
from services.feedback.usecases import attachments, data_use, desk, georeport, keys
from services.feedback.usecases.georeport import Office
from shared.access import Caller
from shared.clock import local_day
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    IllegalMove,
    Invalid,
    Malformed,
    NotFound,
    TooManyRequests,
    UnsupportedMediaType,
)
from shared.testing import NOON, FakeStore, a_call

SECRET = "我叫张伟，430104199001010019"
PNG = b"\x89PNG\r\n\x1a\n"


def a_form(**given: Any) -> dict[str, Any]:
    attributes = {"DEPARTMENT": ["health"], **given.pop("attributes", {})}
    return {
        "service_code": "consultation", "address_id": "430104", "description": SECRET,
        "phone": "13800000001", "attributes": attributes, **given,
    }  # fmt: skip


def asks(caller: Caller | None, **given: Any) -> Call:
    headers = given.pop("headers", {})
    return a_call(caller, body=a_form(**given), headers=headers)


def with_key(office: Office) -> str:
    body = {"name": "app", "contact": "app@example.com"}
    return keys.issue(office.store, VAULT, a_call(ZENG, body=body, digest="d"))[1]


def submitted(store: FakeStore, caller: Caller | None = ZHANG, **given: Any) -> Document:
    return georeport.submit(an_office(store), asks(caller, **given))


def test_sealed() -> None:
    """Nothing a person wrote lies open in the database, nor in events, unless they agreed."""
    store = a_store()
    one = submitted(store)
    assert "430104199001010019" not in str(one) and "13800000001" not in str(store.sent)
    assert "张伟" not in str({k: v for k, v in one.items() if k != "sealed"})
    assert georeport.opened(an_office(store), one)["told"]["description"] == SECRET
    assert views.open311(one, "zh")["description"] is None
    loud = submitted(store, attributes={"PUBLIC": ["yes"]})
    assert views.open311(loud, "zh")["description"] == "我叫张伟，4301**********0019"


def test_senders() -> None:
    """Without a person signed in, a key is asked for; a revoked one is none."""
    store = a_store()
    office = an_office(store)
    for form in ({}, {"api_key": "wrong"}):
        with pytest.raises(Forbidden):
            georeport.submit(office, asks(None, **form))
    key = with_key(office)
    assert key == with_key(office) and key not in str(list(store["keys"].each({})))
    one = georeport.submit(office, asks(None, api_key=key))
    assert one["account"] is None and one["client"]
    id_ = next(iter(store["keys"].each({})))["_id"]
    keys.revoke(store, a_call(ZENG), id_)
    with pytest.raises(Forbidden):
        georeport.submit(office, asks(None, api_key=key, description="other"))


def test_repeats() -> None:
    """The same form on the same day is one request; an Idempotency-Key says which is which."""
    store = a_store()
    first, again = submitted(store), submitted(store)
    assert first["_id"] == again["_id"] and len(store.sent) == 1
    assert submitted(store, LI)["_id"] != first["_id"]
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "k1"}}
    assert submitted(store, **key)["_id"] == submitted(store, **key)["_id"] != first["_id"]
    with pytest.raises(IdempotencyMismatch):
        submitted(store, **key, description="other")


def test_limit() -> None:
    """A sender may submit so many an hour; the next hour counts anew."""
    store = a_store()
    office = an_office(store, per_hour=2)
    for n in range(2):
        georeport.submit(office, asks(ZHANG, description=str(n)))
    with pytest.raises(TooManyRequests) as refused:
        georeport.submit(office, asks(ZHANG, description="3"))
    assert refused.value.retry_after == 3600
    call = asks(ZHANG, description="3")
    call.now = NOON + timedelta(hours=1)
    georeport.submit(office, call)
    assert keys.sweep(store, NOON + timedelta(days=4)) == 2


def test_about_a_case() -> None:
    """A complaint about one's own closed case goes to its desk, and is upheld or dismissed."""
    store = a_store()
    case = closed(store, division="430111")
    number = store["cases"].require(case)["number"]
    about: dict[str, Any] = {
        "service_code": "complaint",
        "attributes": {"GROUND": ["delay"], "CASE": [number]},
    }
    for stranger in (LI, None):
        form = {**about, "api_key": with_key(an_office(store))}
        with pytest.raises(Malformed):
            submitted(store, stranger, **form)
    one = submitted(store, **about)
    assert (one["division"], one["case"]) == ("430111", case)
    with pytest.raises(Conflict):
        desk.move(store, moves(ELSEWHERE, one, {"note": "x"}), one["_id"], "answer")
    no_power = moves(
        Caller("w", "official", "w", "430111", "health", frozenset({"accept"})),
        one, {"reasons": ["x"]},
    )  # fmt: skip
    with pytest.raises(Forbidden):
        desk.move(store, no_power, one["_id"], "uphold")
    call = moves(ELSEWHERE, one, {"reasons": ["超时", "未告知"]})
    after = desk.move(store, call, one["_id"], "uphold")
    event = store.sent[-1]
    assert event["type"] == "feedback.complaint.upheld.v1" and event["subject"] == one["_id"]
    assert (event["data"]["service"], event["data"]["case"]) == ("health", case)
    assert event["data"]["reasons"] == ["超时", "未告知"]
    assert (after["status"], after["outcome"]) == ("closed", "upheld")
    with pytest.raises(IllegalMove):
        desk.move(store, moves(ELSEWHERE, after, {"reasons": ["x"]}), one["_id"], "dismiss")


def test_desk() -> None:
    """A request lies at its desk and above; a transfer moves it, its deadline stays."""
    store = a_store()
    one = submitted(store)
    assert one["due"] == "2026-11-30"
    for caller, seen in ((HE, 1), (UPSTAIRS, 1), (ELSEWHERE, 0)):
        assert len(listed(store, caller)) == seen
    with pytest.raises(NotFound):
        desk.read(store, a_call(LI), one["_id"])
    assert desk.read(store, a_call(ZHANG), one["_id"])["_id"] == one["_id"]
    body = {"note": "不属本区", "department": "health", "division": "430111"}
    for wrong in ({"department": "moon"}, {"division": "999999"}):
        with pytest.raises(Invalid):
            desk.move(store, moves(HE, one, {**body, **wrong}), one["_id"], "transfer")
    after = desk.move(store, moves(HE, one, body), one["_id"], "transfer")
    assert (after["division"], after["due"]) == ("430111", one["due"])
    assert not listed(store, HE) and len(listed(store, ELSEWHERE)) == 1
    done = desk.move(
        store, moves(ELSEWHERE, after, {"note": "请致电 13800000001"}), one["_id"], "answer"
    )
    assert done["status_notes"] == "请致电 138****0001"
    assert views.open311(done, "en")["status_notes"] is None
    assert not listed(store, ELSEWHERE)
    assert len(listed(store, ELSEWHERE, month="2026-11")) == 1
    assert listed(store, ELSEWHERE, month="2026-11", kind="report") == []


def listed(store: FakeStore, caller: Caller, **query: Any) -> list[Document]:
    return desk.work_list(store, a_call(caller, query={"limit": 9, **query})).items


def test_late() -> None:
    """An answer that is overdue is told once, and stays known as late."""
    store = a_store()
    one = submitted(store)
    assert desk.sweep(store, NOON + timedelta(days=7)) == 0
    assert desk.sweep(store, NOON + timedelta(days=8)) == 1
    assert desk.sweep(store, NOON + timedelta(days=9)) == 0
    after = store["requests"].require(one["_id"])
    assert store.sent[-1]["type"] == "feedback.request.delayed.v1"
    assert views.request(after, local_day(NOON + timedelta(days=9)))["lamp"] == "red"


def test_listed() -> None:
    """The public list is the newest first, in its span, and can be narrowed and paged."""
    store = a_store()
    office = an_office(store)
    ids: list[str] = []
    for days in (100, 60, 20, 0):
        call = asks(ZHANG, description=str(days))
        call.now = NOON - timedelta(days=days)
        ids.insert(0, georeport.submit(office, call)["_id"])

    def found(**query: str) -> list[str]:
        return [one["_id"] for one in georeport.listed(office, a_call(query=query))]

    assert found() == ids[:3]
    assert found(page="2", page_size="1") == [ids[1]]
    assert found(service_code="report") == [] == found(status="closed")
    assert found(service_request_id=f"{ids[3]},x,{ids[0]}", status="closed") == [ids[3], ids[0]]
    assert found(end_date=(NOON - timedelta(days=30)).isoformat()) == [ids[2], ids[3]]
    with pytest.raises(NotFound):
        found(jurisdiction_id="sfgov.org")


def test_tokens() -> None:
    """A report is found by its token, which nobody can guess from its id."""
    store = a_store()
    office = an_office(store)
    one = submitted(store, service_code="report", attributes={"REPORTED": ["某诊所"]})
    assert views.receipt(one, None, "zh").keys() == {"token", "service_notice"}
    found = georeport.of_token(office, a_call(), one["token"])
    assert found["_id"] == one["_id"]
    with pytest.raises(NotFound):
        georeport.of_token(office, a_call(), one["_id"])


def test_attachments() -> None:
    """An attachment is its owner's, its desk's, and everybody's where its request is public."""
    store = a_store()
    with pytest.raises(UnsupportedMediaType):
        attachments.upload(store, a_call(ZHANG, content=b"MZ"))
    kept = [attachments.upload(store, a_call(ZHANG, content=PNG)) for _ in range(2)]
    assert kept[0]["_id"] == kept[1]["_id"]
    with pytest.raises(IdempotencyMismatch):
        attachments.upload(store, a_call(ZHANG, content=PNG + b"x"))
    url = f"https://x/feedback/attachments/{kept[0]['_id']}"
    submitted(store, LI, media_url=url, attributes={"PUBLIC": ["yes"]})
    for caller in (LI, HE, None):
        with pytest.raises(NotFound):
            attachments.read(store, a_call(caller), kept[0]["_id"])
    submitted(store, media_url=url)
    assert attachments.read(store, a_call(HE), kept[0]["_id"]) == ("image/png", PNG)
    with pytest.raises(NotFound):
        attachments.read(store, a_call(), kept[0]["_id"])
    submitted(store, media_url=url, attributes={"PUBLIC": ["yes"]})
    assert attachments.read(store, a_call(), kept[0]["_id"])[1] == PNG


def test_data_use() -> None:
    """A complaint about a reading of one's data lies at the desk of who read, once a key."""
    store = a_store()
    about = {"record": "r-1", "department": "health", "division": "430104"}
    made, again = (
        data_use.complain(an_office(store), ZHANG.subject, "k", about, "为什么查我？", NOON)
        for _ in range(2)
    )
    assert made == again and made["account"] == ZHANG.subject and made["kind"] == "complaint"
    assert (made["department"], made["division"]) == ("health", "430104")
    assert georeport.opened(an_office(store), made)["answers"]["RECORD"] == "r-1"
