"""Random inspection: nobody can steer the draw, everybody can recompute it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.supervision import recompute_draw
from services.supervision.domain import draw, inspection
from services.supervision.usecases import inspections
from shared.errors import Conflict, Duplicate, IllegalMove, Invalid, NotFound
from shared.events import Event, event, received
from shared.testing import NOON, FakeStore, a_call, an_official

SEED = "a-seed-that-nobody-knows"
SUPERVISOR = an_official("supervisor", "430104", "market-regulation", "supervise")
RULES = {
    "strata": [
        {"name": "high", "risks": ["high"], "kinds": [], "per_mille": 1000},
        {"name": "others", "risks": [], "kinds": ["limited-company"], "per_mille": 300},
    ],
    "yearly_cap": 1,
}
BODY = {
    "department": "market-regulation",
    "division": "430104",
    "title": "2026 年第二批抽查",
    "subject": "年度报告公示信息",
    "rules": RULES,
    "commitment": draw.commitment(SEED),
    "beacon_source": "双色球 2026136 期",
    "draw_on": "2026-11-24",
}
LATER = NOON.replace(day=24)

codes = st.integers(0, 10**6).map(lambda n: f"91430104{n:010d}")


@st.composite
def pools(draw_: Any) -> dict[str, Any]:
    names = [f"I{n}" for n in range(draw_(st.integers(0, 6)))]
    found = sorted(draw_(st.sets(codes, max_size=30)))
    return {
        "plan": "plan",
        "commitment": draw.commitment(SEED),
        "seed": SEED,
        "beacon": draw_(st.text(max_size=5)),
        "rules": {**RULES, "yearly_cap": draw_(st.integers(1, 2))},
        "enterprises": [
            {
                "code": code,
                "kind": draw_(st.sampled_from(["limited-company", "partnership"])),
                "risk": draw_(st.sampled_from(inspection.RISKS)),
                "inspected": draw_(st.integers(0, 2)),
                "last_inspectors": draw_(st.lists(st.sampled_from(names or ["X"]), max_size=2)),
            }
            for code in found
        ],
        "inspectors": [
            {
                "number": name,
                "excluded": draw_(st.lists(st.sampled_from(found or ["x"]), max_size=3)),
            }
            for name in names
        ],
    }


@settings(max_examples=50)
@given(pools())
def test_rules(pool: dict[str, Any]) -> None:
    """Shares, caps, interests and last inspectors are kept to; a task has two inspectors or none,
    and none only where two are not free; the work is spread evenly where all are."""
    tasks = draw.drawn(pool)
    by_code = {e["code"]: e for e in pool["enterprises"]}
    excluded = {i["number"]: i["excluded"] for i in pool["inspectors"]}
    for place, stratum in enumerate(pool["rules"]["strata"]):
        within = [e for e in pool["enterprises"] if draw.stratum_of(pool["rules"], e) == place]
        drawn = [t for t in tasks if t["stratum"] == stratum["name"]]
        assert len(drawn) == -(-len(within) * stratum["per_mille"] // 1000)
        assert {t["code"] for t in drawn} <= {e["code"] for e in within}
    for task in tasks:
        enterprise = by_code[task["code"]]
        assert enterprise["inspected"] < pool["rules"]["yearly_cap"]
        free = [
            number
            for number, codes_ in excluded.items()
            if task["code"] not in codes_ and number not in enterprise["last_inspectors"]
        ]
        assert len(set(task["inspectors"])) == (2 if len(free) >= 2 else 0)
        assert set(task["inspectors"]) <= set(free)
    assert draw.drawn(orjson.loads(orjson.dumps(pool))) == tasks
    public = {"pool": draw.shown(pool, tasks), "tasks": tasks}
    assert draw.faults(orjson.loads(orjson.dumps(public))) == []


@settings(max_examples=40)
@given(pools(), st.data())
def test_tampered(pool: dict[str, Any], data: st.DataObject) -> None:
    """Whoever changes seed, beacon or outcome is found out."""
    tasks = draw.drawn(pool)
    file = orjson.loads(orjson.dumps({"pool": pool, "tasks": tasks}))
    assert draw.faults({**file, "pool": {**file["pool"], "seed": "another-seed-of-mine"}})
    if tasks:
        place = data.draw(st.integers(0, len(tasks) - 1))
        fewer = [t for n, t in enumerate(file["tasks"]) if n != place]
        assert draw.faults({**file, "tasks": fewer})
        file["tasks"][place]["code"] = "91430104MA0000000X"
        assert draw.faults(file)


def company(n: int, sequence: int = 1, **changes: Any) -> Event:
    data = {
        "code": f"C{n:03d}",
        "name": f"长沙第{n}公司",
        "kind": "limited-company",
        "division": "430104",
        "status": "active",
        **changes,
    }
    told = event("enterprise.company.registered.v1", data["code"], sequence, data, NOON)
    return received(told, data)


class Office:
    """A register, a plan, and two inspectors and one who has an interest in everything."""

    def __init__(self, companies: int = 10) -> None:
        self.store: Any = FakeStore()
        for n in range(companies):
            inspections.hear_company(self.store, company(n))
        everything = [{"code": f"C{n:03d}", "ground": "relative"} for n in range(companies)]
        for number, interests in (("HN-1", []), ("HN-2", []), ("HN-3", everything)):
            entry = {
                "number": number,
                "account": f"account-{number}",
                "department": "market-regulation",
                "division": "430104",
                "unit": "执法大队",
                "interests": interests,
                "active": True,
            }
            inspections.register_inspector(self.store, a_call(SUPERVISOR, body=entry))
        call = a_call(SUPERVISOR, body=BODY, id="plan", digest="d")
        self.plan = inspections.announce(self.store, call)

    def reveal(self, seed: str = SEED, beacon: str = "03 09 14", now: Any = LATER) -> Any:
        body = {"seed": seed, "beacon": beacon}
        call = a_call(SUPERVISOR, body=body, if_match=self.plan["version"], now=now)
        return inspections.reveal(self.store, call, "plan")

    def inspect(self, task: Any, results: list[str]) -> Any:
        first, second = (self.inspector(number) for number in task["inspectors"])
        finding = {"results": results, "notes": "张某在场", "inspected_on": "2026-11-24"}
        call = a_call(first, body=finding, if_match=task["version"], now=LATER)
        task = inspections.report(self.store, call, task["_id"])
        call = a_call(second, if_match=task["version"], now=LATER)
        task = inspections.confirm(self.store, call, task["_id"])
        inspections.hear_published(self.store, received(self.store.sent[-1], {}))
        return task

    @staticmethod
    def inspector(number: str) -> Any:
        return an_official(f"account-{number}", "430104", "market-regulation", "review")


def test_affair(tmp_path: Any, capsys: Any) -> None:
    """Announced, drawn, recomputed from the public file, inspected by two, published."""
    office = Office()
    plan = office.reveal()
    assert (plan["state"], plan["tasks"], plan["unassigned"]) == ("drawn", 3, 0)
    file = tmp_path / "draw.json"
    file.write_bytes(orjson.dumps(inspections.drawn_file(office.store, "plan")))
    assert recompute_draw.main(str(file)) == 0
    assert "3 tasks" in capsys.readouterr().out
    tasks = office.store["tasks"].find({"plan": "plan"})
    assert all(set(task["inspectors"]) == {"HN-1", "HN-2"} for task in tasks)
    done = office.inspect(tasks[0], ["not-found"])
    assert done["state"] == "published" and "todo" not in done
    enterprise = office.store["enterprises"].require(done["code"])
    assert enterprise["risk"] == "high" and enterprise["inspections"][0]["task"] == done["_id"]
    inspections.hear_published(office.store, received(office.store.sent[-1], {}))
    assert len(office.store["enterprises"].require(done["code"])["inspections"]) == 1


def test_steering() -> None:
    """No other seed, no draw before its day, no second draw, no second beacon after a crash."""
    office = Office()
    with pytest.raises(Invalid):
        office.reveal(seed="another-seed-of-mine")
    with pytest.raises(Invalid):
        office.reveal(now=NOON)
    add_many = office.store["tasks"].save_many
    office.store["tasks"].save_many = lambda changes: (_ for _ in ()).throw(RuntimeError)
    with pytest.raises(RuntimeError):
        office.reveal()
    office.store["tasks"].save_many = add_many
    inspections.hear_company(office.store, company(99))
    with pytest.raises(Conflict):
        office.reveal(beacon="11 12 13")
    plan = office.reveal()
    pool = inspections.drawn_file(office.store, "plan")["pool"]
    assert len(pool["enterprises"]) == 10
    with pytest.raises(IllegalMove):
        inspection.check_reveal(plan, SEED, "2026-11-24")


def test_two_sign() -> None:
    """One inspector alone publishes nothing, and nobody else has a say."""
    office = Office()
    office.reveal()
    task = office.store["tasks"].find({"plan": "plan"})[0]
    finding = {"results": ["no-problem"], "notes": "", "inspected_on": "2026-11-24"}
    first = office.inspector(task["inspectors"][0])
    for stranger in (office.inspector("HN-3"), SUPERVISOR):
        with pytest.raises(NotFound):
            call = a_call(stranger, body=finding, if_match=1, now=LATER)
            inspections.report(office.store, call, task["_id"])
    call = a_call(first, body=finding, if_match=task["version"], now=LATER)
    task = inspections.report(office.store, call, task["_id"])
    with pytest.raises(IllegalMove):
        inspections.confirm(
            office.store, a_call(first, if_match=task["version"], now=LATER), task["_id"]
        )
    wrong = {**finding, "results": ["no-problem", "not-found"], "inspected_on": "2027-01-01"}
    call = a_call(first, body=wrong, if_match=task["version"], now=LATER)
    with pytest.raises(Invalid) as refusal:
        inspections.report(office.store, call, task["_id"])
    assert [e.rule for e in refusal.value.errors] == ["contradiction", "future"]


def test_registers() -> None:
    """Enterprises are as the newest event tells them; who is not active is not in the pool; a
    supervisor keeps the register of the own department and division; nobody is in it twice."""
    store = FakeStore()
    inspections.hear_company(store, company(1, 3, status="deregistered"))
    inspections.hear_company(store, company(1, 2))
    assert store["enterprises"].require("C001")["status"] == "deregistered"
    assert store["enterprises"].find({"places": "430000"}) == []
    again = {**Office(0).store["inspectors"].require("HN-1"), "number": "HN-9"}
    office = Office(0)
    with pytest.raises(Duplicate):
        inspections.register_inspector(office.store, a_call(SUPERVISOR, body=again))
    entry = {"number": "HN-1", "department": "health", "division": "430104"}
    for away in ({}, {"department": "market-regulation", "division": "430111"}):
        with pytest.raises(NotFound):
            inspections.register_inspector(store, a_call(SUPERVISOR, body={**entry, **away}))
