"""The inbox and its stream: every notice once, in order, also across a lost connection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.feedback.domain import notices
from services.feedback.domain.notices import Notice
from services.feedback.tests.affairs import ELSEWHERE, HE, LI, ZENG, ZHANG, a_store, case_id
from services.feedback.usecases import channels, inbox, marks, streams
from services.feedback.usecases.channels import Position
from services.feedback.usecases.streams import Hub
from shared.access import Caller
from shared.case import PARTICIPLES
from shared.errors import Invalid, TooManyRequests
from shared.events import Event, derived_id
from shared.testing import NOON, FakeStore
from shared.text import Text


def an_event(number: int, type_: str = "health.notice.issued.v1") -> Event:
    id_ = derived_id(type_, number)
    return Event(id_, type_, "/health", str(number), NOON + timedelta(seconds=number), 1, {})


def put(
    store: FakeStore, number: int, to: str = "person:zhang", *needs: str, **memory: int
) -> None:
    """One notice, as an event brings it."""
    text = Text(f"第 {number} 号", f"Number {number}")
    notice = Notice(to, "health.notice.issued", text, text, f"/{number}", needs)
    inbox.deliver(store, an_event(number), [notice], memory, mailing=False)


def shown(store: FakeStore, caller: Caller, limit: int = 100) -> list[str]:
    """All pages of the inbox."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        items, cursor = inbox.page(store, caller, limit, cursor)
        found += [one["about"] for one in items]
        if cursor is None:
            return found


def seen(store: FakeStore, caller: Caller, since: Position) -> list[tuple[Position, str]]:
    found = inbox.after(store, caller, since)
    return [(position, one["about"]) for position, one in found if one is not None]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 60), max_size=90), st.integers(1, 7), st.data())
def test_each_once(numbers: list[int], limit: int, data: st.DataObject) -> None:
    """However often events repeat, each is one notice; pages and resumed streams show each once."""
    store = a_store()
    for number in numbers:
        put(store, number)
    distinct = [f"/{n}" for n in dict.fromkeys(numbers)]
    assert shown(store, ZHANG, limit) == distinct[::-1]
    position = Position(0, 0)
    streamed: list[str] = []
    while len(streamed) < len(distinct):
        some = seen(store, ZHANG, position)[: data.draw(st.integers(1, 9))]
        position, streamed = some[-1][0], [*streamed, *(about for _, about in some)]
    assert streamed == distinct and seen(store, ZHANG, position) == []
    assert shown(store, LI) == []


def test_two_processes() -> None:
    """Two processes that do not know of each other give every notice its own number."""
    store = a_store()
    one: dict[str, int] = {}
    other: dict[str, int] = {}
    for number in range(1, 60):
        text = Text("文", "text")
        notice = Notice("person:zhang", "k", text, text, f"/{number}")
        inbox.deliver(
            store, an_event(number), [notice], one if number % 3 else other, mailing=False
        )
    assert shown(store, ZHANG, 7) == [f"/{n}" for n in range(59, 0, -1)]
    assert inbox.head(store, "person:zhang") == 59


def test_desks() -> None:
    """A desk's notices are for its officials with the power that is needed, each reading alone."""
    store = a_store()
    desk = notices.desk("health", "430104")
    put(store, 1, desk, "accept")
    put(store, 2, desk, "approve")
    put(store, 3, desk)
    put(store, 4, "person:he")
    assert shown(store, HE) == ["/4", "/3", "/1"]
    assert shown(store, ZENG) == ["/3", "/2"]
    assert shown(store, ELSEWHERE) == []
    assert marks.unread(store, HE)[0] == 3
    marks.mark_read(store, HE, str(inbox.here(store, HE)), [])
    assert (marks.unread(store, HE)[0], marks.unread(store, ZENG)[0]) == (0, 2)


def test_read() -> None:
    """Single notices and all up to a position are marked; others' and future ones are not."""
    store = a_store()
    for number in range(1, 6):
        put(store, number)
    ids = [one["_id"] for one in inbox.page(store, ZHANG, 9, None)[0]]
    marks.mark_read(store, ZHANG, None, [ids[0], "person:li/0000000001", "person:zhang/9999999999"])
    assert marks.unread(store, ZHANG)[0] == 4
    marks.mark_read(store, ZHANG, "3.0", [])
    items = inbox.page(store, ZHANG, 9, None)[0]
    read = marks.read_by(store, ZHANG, items)
    assert sorted(one["number"] for one in items if one["_id"] not in read) == [4]
    marks.mark_read(store, ZHANG, "99999.0", [])
    put(store, 6)
    assert marks.unread(store, ZHANG)[0] == 1
    for wrong in ("x", "1", "1.2.3", "-1.0", "1." + "9" * 11, "１.0"):
        with pytest.raises(Invalid):
            channels.position(wrong)


def test_forgotten() -> None:
    """What is older than it is kept goes, its numbers are not used again, the rest is found."""
    store = a_store()
    for number in range(1, 41):
        put(store, number)
    later = NOON + inbox.KEPT + timedelta(days=2)
    assert inbox.sweep(store, NOON, {}) == 0
    assert inbox.sweep(store, later, {}) == 40
    assert shown(store, ZHANG) == [] and inbox.head(store, "person:zhang") == 40
    text = Text("文", "text")
    fresh = Event("e", "a.b.c.v1", "/a", "s", later, 1, {})
    inbox.deliver(
        store, fresh, [Notice("person:zhang", "k", text, text, "/new")], {}, mailing=False
    )
    assert shown(store, ZHANG) == ["/new"]
    assert [about for _, about in seen(store, ZHANG, Position(0, 0))] == ["/new"]
    assert marks.unread(store, ZHANG)[0] == 1


def test_resumed_late() -> None:
    """A stream resumed from what is no longer kept still gives what comes."""
    store = a_store()
    for number in range(1, 4):
        put(store, number)
    inbox.sweep(store, NOON + inbox.KEPT + timedelta(days=2), {})
    time = Time({9: lambda: put(store, 9)})
    whole = events(streams.stream(store, Hub(time), ZHANG, Position(1, 0), time.sleep))
    assert [about for _, about in whole] == ["/9"]


class Time:
    """A clock that moves when somebody sleeps, and says what happens meanwhile."""

    def __init__(self, script: dict[int, Any] | None = None) -> None:
        self.now, self.steps, self.script = 0.0, 0, script or {}

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.steps += 1
        if act := self.script.pop(self.steps, None):
            act()


def events(chunks: Iterator[bytes]) -> list[tuple[str, str]]:
    """(id, about) of each event."""
    found = []
    for chunk in chunks:
        fields = dict(line.split(b": ", 1) for line in chunk.splitlines() if b": " in line)
        if b"data" in fields:
            found.append((fields[b"id"].decode(), orjson.loads(fields[b"data"])["about"]))
    return found


def test_stream() -> None:
    """A stream gives what was missed, then what comes; resumed anywhere it repeats nothing."""
    store = a_store()
    put(store, 1)
    put(store, 2)
    time = Time({40: lambda: put(store, 3), 90: lambda: put(store, 4)})
    hub = Hub(time)
    whole = events(streams.stream(store, hub, ZHANG, Position(0, 0), time.sleep))
    assert [about for _, about in whole] == ["/1", "/2", "/3", "/4"]
    for place, (id_, _) in enumerate(whole):
        time = Time()
        rest = events(streams.stream(store, Hub(time), ZHANG, channels.position(id_), time.sleep))
        assert rest == whole[place + 1 :]
        assert events(streams.missed(store, ZHANG, channels.position(id_))) == rest


def test_quiet_stream() -> None:
    """An idle stream sends a comment now and then, yields often, and ends when its time is up."""
    store, time = a_store(), Time()
    hub = Hub(time)
    chunks = list(streams.stream(store, hub, ZHANG, Position(0, 0), time.sleep))
    comments = [c for c in chunks if c.startswith(b":")]
    assert streams.LIFETIME / streams.HEARTBEAT - 3 < len(comments) < 45
    assert chunks[0].startswith(b"retry: ")
    assert time.now >= streams.LIFETIME


def test_one_read_for_all() -> None:
    """Many idle streams ask the database once each poll, for ids that are known."""
    store, time = a_store(), Time()
    hub, asked = Hub(time), []
    real = store["notices"].get_many
    store["notices"].get_many = lambda ids: asked.append(set(ids)) or real(ids)  # type: ignore
    open_ = [
        streams.stream(store, hub, Caller(f"p{n}", "person", ""), Position(0, 0), lambda _: None)
        for n in range(50)
    ]
    for one in open_:
        next(one), next(one)
    asked.clear()
    for _ in range(8):
        time.now += streams.PAUSE
        for one in open_:
            assert next(one) == b""
    assert len(asked) == 4 and all(len(ids) == 50 for ids in asked)
    for one in open_:
        one.close()
    asked.clear()
    hub.admit(ZHANG)
    assert not hub._next and not hub._accounts


def test_limits() -> None:
    """One account has few streams; who leaves makes room."""
    store, time = a_store(), Time()
    hub = Hub(time)
    open_ = []
    for _ in range(streams.MOST_OF_ONE):
        hub.admit(ZHANG)
        open_.append(streams.stream(store, hub, ZHANG, Position(0, 0), time.sleep))
        next(open_[-1])
    with pytest.raises(TooManyRequests):
        hub.admit(ZHANG)
    hub.admit(LI)
    open_.pop().close()
    hub.admit(ZHANG)


DATA = {"number": "N", "department": "health", "division": "430104", "applicant": "zhang"}


@pytest.mark.parametrize("participle", [*PARTICIPLES, "unheard-of"])
def test_case_notices(participle: str) -> None:
    """Each move of any department's case is worded in both languages, with its number alone."""
    type_ = f"housing.case.{participle}.v1"
    told = list(notices.of_case(type_, case_id(1), {**DATA, "promised_days": 5}))
    own = told[0]
    assert own.to == "person:zhang" and own.about == f"/housing/cases/{case_id(1)}"
    assert "N" in own.body.zh and "N" in own.body and own.title.zh
    assert (len(told) == 2) == (participle in notices.TO_DESKS)
    instant = list(notices.of_case(type_, case_id(1), {**DATA, "promised_days": 0}))
    assert len(instant) == 1
    internal = {**DATA, "promised_days": 5, "internal": True}
    between, *_ = notices.of_case(type_, case_id(1), internal)
    assert "evaluate" not in between.body


def test_late_goes_up() -> None:
    """What is late is told the superior's desk as well."""
    data = {**DATA, "call_back_due": "2026-11-24", "rectify_due": "2026-12-14", "case": "c"}
    for participle, desks in (("opened", 1), ("delayed", 2), ("called-back", 0)):
        type_ = f"feedback.rectification.{participle}.v1"
        assert len(list(notices.of_rectification(type_, "r", data, "zhang"))) == desks


def test_alerts() -> None:
    """A warning goes to the case's desk, an escalation to the superior's."""
    data = {**DATA, "service": "health", "case": "c", "to_division": "430100", "clock": "step",
            "due": None}  # fmt: skip
    [warning] = notices.of_supervision("supervision.warning.issued.v1", data)
    [escalation] = notices.of_supervision("supervision.case.escalated.v1", data)
    assert (warning.to, escalation.to) == ("desk:health/430104", "desk:health/430100")
