"""Alerts come once each, are answered by the department and closed by the superior."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.supervision import schemas, views
from services.supervision.tests.lives import Life, lives
from services.supervision.usecases import alerts, cases, supervised
from shared.errors import Forbidden, IllegalMove, NotFound, Stale
from shared.events import event, received
from shared.testing import FakeStore, a_call, an_official

CLERK = an_official("clerk", "430104", "market-regulation", "accept")
OTHER = an_official("other", "430111", "market-regulation", "accept")
CITY = an_official("city", "430100", "market-regulation", "supervise")
SAME = an_official("same", "430104", "market-regulation", "supervise")
PROVINCE = an_official("province", "430000", "platform", "supervise")
ADMINISTRATOR = an_official("root", "430000", "platform", "administer")
GIVEN = {"explanation": "需现场核验", "measure": "今日办结"}


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T04:00:00+00:00")


def hear(store: FakeStore, life: Life, now: datetime) -> None:
    ids = count()
    cases.hear(store, life.events, now, lambda: f"p{next(ids)}")
    lamps(store, now)


def sweep(store: FakeStore, now: datetime) -> int:
    ids = count()
    found = cases.sweep(store, lambda: now, lambda: f"s{now}{next(ids)}", lambda: None)
    lamps(store, now)
    return found


def lamps(store: FakeStore, now: datetime) -> None:
    """What the service hears of itself, twice and backwards."""
    told = [e for e in store.sent if e["type"].startswith("supervision.lamp")]
    events = [received(e, {"lamp": e["data"]["lamp"]}) for e in told]
    for some in (events[::-1], events):
        alerts.hear(store, some, now)


def kept(store: FakeStore) -> list[tuple[str, str, str, str]]:
    found = store["alerts"].find({}, limit=999)
    return sorted((a["on"], a["kind"], a["clock"], a["state"]) for a in found)


def test_life_of_an_alert() -> None:
    """A warning, then an escalation; it is answered, sent back, answered again and closed."""
    store, life = FakeStore(), Life().play("submit")
    hear(store, life, life.now)
    assert kept(store) == []
    assert sweep(store, at("2026-03-04")) == 0
    assert sweep(store, at("2026-03-05")) == 1
    assert kept(store) == [("2026-03-05", "warning", "acceptance", "open")]
    assert sweep(store, at("2026-03-10")) == 1
    assert kept(store) == [
        ("2026-03-05", "warning", "acceptance", "lapsed"),
        ("2026-03-10", "escalation", "acceptance", "open"),
    ]
    told = [e["type"] for e in store.sent if "lamp" not in e["type"]]
    assert told == ["supervision.warning.issued.v1", "supervision.case.escalated.v1"]
    assert store.sent[-1]["data"]["to_division"] == "430100"
    [alert] = alerts.listed(store, asking(CLERK)).items
    answered = alerts.answer(store, moving(CLERK, alert, GIVEN), alert["_id"])
    with pytest.raises(IllegalMove):
        alerts.answer(store, moving(CLERK, answered, GIVEN), alert["_id"])
    no = {"accepted": False, "opinion": "原因不清"}
    again = alerts.close(store, moving(CITY, answered, no), alert["_id"])
    answered = alerts.answer(store, moving(CLERK, again, GIVEN), alert["_id"])
    yes = {"accepted": True, "opinion": "同意"}
    assert alerts.close(store, moving(PROVINCE, answered, yes), alert["_id"])["state"] == "closed"
    assert alerts.listed(store, asking(CLERK)).items == []


def asking(caller: Any, **query: Any) -> Any:
    return a_call(caller, query={"state": "open", "limit": 50, **query})


def moving(caller: Any, alert: Any, body: Any) -> Any:
    return a_call(caller, if_match=alert["version"], body=body)


def test_who() -> None:
    """Alerts are seen in one's department and subtree; the department answers, the superior closes;
    to all others there is no such alert."""
    store, life = FakeStore(), Life().play("submit")
    hear(store, life, life.now)
    sweep(store, at("2026-03-10"))
    [alert] = alerts.listed(store, asking(PROVINCE, division="430104")).items
    id_ = alert["_id"]
    for stranger in (OTHER, ADMINISTRATOR, an_official("h", "430104", "health", "accept")):
        for attempt in (alerts.seen, alerts.answer, alerts.close):
            with pytest.raises(NotFound):
                attempt(store, moving(stranger, alert, GIVEN), id_)
    assert alerts.listed(store, asking(OTHER)).items == []
    assert alerts.listed(store, asking(CITY)).items == [alert]
    for caller, query in ((OTHER, {"division": "430104"}), (CLERK, {"department": "health"})):
        with pytest.raises(NotFound):
            alerts.listed(store, asking(caller, **query))
    with pytest.raises(Forbidden):
        alerts.answer(store, moving(PROVINCE, alert, GIVEN), id_)
    with pytest.raises(Stale):
        alerts.answer(store, a_call(CLERK, if_match=9, body=GIVEN), id_)
    answered = alerts.answer(store, moving(CLERK, alert, GIVEN), id_)
    with pytest.raises(Forbidden):
        alerts.close(store, moving(SAME, answered, {"accepted": True, "opinion": "自批"}), id_)


def test_supervisors() -> None:
    """Cases are seen by who supervises their department and subtree, by their lamps."""
    store, life = FakeStore(), Life().play("submit")
    hear(store, life, life.now)
    sweep(store, at("2026-03-10"))
    id_ = life.case["_id"]
    red = {"lamp": "red"}
    for caller in (SAME, CITY, PROVINCE):
        assert supervised.seen(store, a_call(caller), id_)["lamp"] == "red"
        assert [c["_id"] for c in supervised.lit(store, asking(caller, **red)).items] == [id_]
    assert supervised.lit(store, asking(PROVINCE, lamp="yellow")).items == []
    assert supervised.lit(store, asking(PROVINCE, department="health", **red)).items == []
    away = an_official("s", "430111", "market-regulation", "supervise")
    for caller in (CLERK, away, an_official("s", "430000", "health", "supervise")):
        with pytest.raises(NotFound):
            supervised.seen(store, a_call(caller), id_)
    for query in ({"division": "430111"}, {"department": "health"}):
        with pytest.raises(NotFound):
            supervised.lit(store, asking(SAME, **red, **query))


@settings(max_examples=40)
@given(lives(), st.lists(st.integers(1, 15), max_size=5))
def test_once(life: Life, days: list[int]) -> None:
    """Each entry of a lamp's history has one alert at most, however often it is told."""
    store = FakeStore()
    now = life.now
    hear(store, life, now)
    for more in days:
        now += timedelta(days=more)
        sweep(store, now)
    case = store["cases"].require(life.case["_id"])
    entries = [e for e in case["lamps"] if e["lamp"] != "green"]
    assert len(kept(store)) == len(entries)
    told = [e["id"] for e in store.sent]
    assert len(told) == len(set(told))
    open_ = [a for a in store["alerts"].find({}, limit=999) if a["state"] == "open"]
    assert {a["clock"] for a in open_ if a["kind"] == "warning"} == {
        e["clock"] for e in entries if e["lamp"] == "yellow" and _is_last(case, e)
    }


def _is_last(case: Any, entry: Any) -> bool:
    return not any(e["clock"] == entry["clock"] and e["n"] > entry["n"] for e in case["lamps"])


@settings(max_examples=40)
@given(st.lists(lives(longest=6), min_size=1, max_size=4), st.integers(0, 400))
def test_sweep(played: list[Life], days: int) -> None:
    """A sweep changes exactly the cases that are due, and none twice."""
    store = FakeStore()
    for n, life in enumerate(played):
        life.case["_id"] = f"case-{n}"
        hear(store, life, life.now)
    now = max(life.now for life in played) + timedelta(days=days)
    before = store["cases"].find({}, limit=999)
    due = {
        c["_id"] for c in before if c.get("next_change", datetime.max.replace(tzinfo=UTC)) <= now
    }
    assert sweep(store, now) == len(due)
    after = {c["_id"]: c for c in store["cases"].find({}, limit=999)}
    for case in before:
        changed = case["version"] != after[case["_id"]]["version"]
        assert changed == (case["_id"] in due)
        assert not changed or len(after[case["_id"]]["lamps"]) > len(case["lamps"])
    assert sweep(store, now) == 0


def test_anomaly() -> None:
    """Unusual use of shared data is an alert of the department that reads, told once; it answers,
    and oversight closes it."""
    store, now = FakeStore(), at("2026-11-23")
    data = {
        "kind": "volume", "consumer": "GOV/health/health", "resource": "household-membership",
        "department": "health", "division": "430000", "usual": 100, "seen": 900,
        "day": "2026-11-23",
    }  # fmt: skip
    told = received(event("exchange.anomaly.raised.v1", "a-1", 1, data, now), data)
    for _ in range(2):
        alerts.hear_anomaly(store, told, now)
    query = {"state": "open", "limit": 9}
    desk = an_official("h", "430000", "health", "review")
    [alert] = alerts.listed(store, a_call(desk, query=query)).items
    assert schemas.Alert().validate(views.alert(alert)) == {}
    answered = alerts.answer(store, a_call(desk, body=GIVEN, if_match=1), alert["_id"])
    closing = {"accepted": True, "opinion": "同意"}
    call = a_call(PROVINCE, body=closing, if_match=answered["version"])
    assert alerts.close(store, call, alert["_id"])["state"] == "closed"
