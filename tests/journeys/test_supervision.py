"""Supervision from outside: lamps, alerts, figures, reports, inspections, open data."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from services.supervision import recompute_draw
from shared.local import Platform
from tests.journeys import enterprise as steps
from tests.journeys import supervision as watching
from tests.journeys.enterprise import NUMBER, PHONE, Offices
from tests.journeys.people import Person, eventually, heard, official, ok, problem
from tests.journeys.supervision import SUPERVISION, TAN, YUE, Calendar

ITEM = "enterprise-establishment"


@pytest.fixture(autouse=True)
def calendar(calendar: Calendar) -> Calendar:
    """Set before anybody signs in."""
    return calendar


@pytest.fixture
def tan(base_url: str) -> Person:
    """The province's supervisor."""
    return Person(base_url, TAN)


@pytest.fixture
def yue(base_url: str) -> Person:
    """The district's supervisor of market regulation."""
    return Person(base_url, YUE)


def _begun(zhang: Person, offices: Offices, division: str = steps.DISTRICT) -> str:
    """A case in hand, of six working days by law and three promised."""
    form = steps.establishment(zhang, division)
    case = steps.submit(zhang, "establishment", form, division=division)
    return steps.processing(offices, case)


def test_red_lamp(
    zhang: Person, offices: Offices, tan: Person, elsewhere: Person, calendar: Calendar
) -> None:
    """A case turns yellow, the desk is warned; it turns red, the superior is told; the department
    answers, the superior closes; a year later the history is whole."""
    clerk = offices.clerk
    case = _begun(zhang, offices)
    assert watching.reaches(tan, case, "processing")["lamp"] == "green"
    calendar.reach(calendar.working_day(2), tan, clerk)
    watching.shines(tan, case, "yellow")
    assert watching.alert_of(clerk, case, "warning")["clock"] == "promised"
    calendar.reach(calendar.working_day(3) + timedelta(days=1), tan, clerk, elsewhere)
    red = watching.shines(tan, case, "red")
    promised = [e["lamp"] for e in red["lamps"] if e["clock"] == "promised"]
    assert promised == ["yellow", "red"]
    alert = watching.alert_of(clerk, case, "escalation")
    assert (alert["to_division"], alert["due"]) == ("430100", calendar.working_day(3).isoformat())
    problem(elsewhere.get(f"{SUPERVISION}/alerts/{alert['id']}"), 404)
    path = f"/alerts/{alert['id']}"
    answer = {"explanation": "申请人补充材料较晚", "measure": "今日作出决定"}
    problem(watching.act(tan, f"{path}/answer", answer, alert["version"]), 403)
    answered = ok(watching.act(clerk, f"{path}/answer", answer, alert["version"]))
    problem(watching.act(clerk, f"{path}/answer", answer, alert["version"]), 412)
    closing = {"accepted": True, "opinion": "同意，引以为戒"}
    problem(watching.act(clerk, f"{path}/closing", closing, answered["version"]), 403)
    done = ok(watching.act(tan, f"{path}/closing", closing, answered["version"]))
    assert done["state"] == "closed"
    calendar.reach(calendar.today + timedelta(days=365), tan, offices.chief)
    ok(offices.chief.move(case, "approve"))
    later = watching.reaches(tan, case, "closed")
    assert later["lamp"] == "green" and later["lamps"][: len(red["lamps"])] == red["lamps"]
    assert [e["lamp"] for e in later["lamps"] if e["clock"] == "promised"] == [
        "yellow",
        "red",
        "green",
    ]


def test_paused(zhang: Person, offices: Offices, tan: Person, calendar: Calendar) -> None:
    """While a special procedure lasts, no lamp changes; its ground and days are told."""
    case = _begun(zhang, offices)
    told = {"ground": "inspection", "notice": "现场核验，约需二十日"}
    ok(offices.clerk.move(case, "suspend", told))
    watching.reaches(tan, case, "suspended")
    calendar.reach(calendar.working_day(30), tan, offices.clerk)
    other = watching.supervised(tan, case)
    assert other["lamps"] == [] and other["clocks"]["statutory"]["due"] is None
    ok(offices.clerk.move(case, "resume"))
    resumed = watching.reaches(tan, case, "processing")
    assert resumed["pauses"][0]["ground"] == "inspection"
    assert resumed["lamp"] in ("green", "yellow")
    problem(offices.clerk.get(f"{SUPERVISION}/cases/{case}"), 403)


QUIET = "430182"
"""A county where no other journey plays: figures follow later than what they count."""


@pytest.fixture
def county(administrator: Person) -> tuple[Offices, Person]:
    """Its two officials of market regulation, and their supervisor."""
    powers = (["accept", "review"], ["approve"], ["supervise"])
    clerk, chief, supervisor = (
        official(administrator, f"1390000030{n}", "周县官", QUIET, held)
        for n, held in enumerate(powers)
    )
    return Offices(clerk, chief), supervisor


def test_figures(
    zhang: Person,
    county: tuple[Offices, Person],
    tan: Person,
    anyone: Person,
    calendar: Calendar,
) -> None:
    """What was played is what the figures have more than before; the report says the same in three
    forms; to other scopes it does not exist."""
    offices, yue = county
    month = calendar.today.isoformat()[:7]
    scope = {"division": QUIET, "department": "market-regulation"}
    before = watching.volumes(anyone, month, ITEM, **scope)
    done, refused = (_played(zhang, offices, end) for end in ("approve", "refuse"))
    watching.reaches(tan, done, "closed")
    watching.reaches(tan, refused, "closed")
    expected = {
        "submitted": 2,
        "accepted": 2,
        "approved": 1,
        "refused": 1,
        "closed": 2,
        "decided": 2,
    }

    def as_played() -> bool:
        after = watching.volumes(anyone, month, ITEM, **scope)
        grown = {name: after[name] - before.get(name, 0) for name in after}
        return {name: number for name, number in grown.items() if number} == expected

    eventually(as_played, "the figures")
    report = ok(yue.get(f"{SUPERVISION}/reports/{month}"))
    assert (report["division"], report["department"]) == (QUIET, "market-regulation")
    assert report["online_rate"]["levels"][0]["target"] == 80
    table = yue.get(f"{SUPERVISION}/reports/{month}.csv")
    heading, *rows = table.content.decode("utf-8-sig").splitlines()
    at = heading.split(",").index("submitted")
    told = sum(int(row.split(",")[at]) for row in rows)
    assert told == report["totals"]["volumes"]["submitted"]
    paper = yue.get(f"{SUPERVISION}/reports/{month}.pdf")
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["Content-Type"] == "application/pdf"
    problem(yue.get(f"{SUPERVISION}/reports/{month}?division=430100"), 404)
    problem(yue.get(f"{SUPERVISION}/reports/{month}?department=health"), 404)
    province = ok(tan.get(f"{SUPERVISION}/reports/{month}"))
    assert "market-regulation" in {row["code"] for row in province["departments"]}


def _played(zhang: Person, offices: Offices, end: str) -> str:
    case = _begun(zhang, offices, QUIET)
    body = {"reasons": ["材料不实"]} if end == "refuse" else {}
    ok(offices.chief.move(case, end, body))
    return case


def test_inspection(
    platform: Platform,
    zhang: Person,
    offices: Offices,
    yue: Person,
    anyone: Person,
    calendar: Calendar,
) -> None:
    """Announced, drawn, recomputed by anyone, inspected by two, and public."""
    code = steps.founded(zhang, offices)["code"]
    heard(platform, "supervision.companies", code)
    inspectors = {number: person for number, person in _registered(yue, offices)}
    seed = f"seed-{uuid.uuid4()}"
    plan = ok(yue.create(f"{SUPERVISION}/inspections/plans", _plan(seed, calendar.today)), 201)
    path = f"/inspections/plans/{plan['id']}"
    reveal = {"seed": seed, "beacon": "03 09 14 22 27 31 + 08"}
    problem(watching.act(yue, f"{path}/draw", reveal, plan["version"]), 422)
    calendar.reach(calendar.today + timedelta(days=1), yue, zhang, *inspectors.values())
    problem(watching.act(yue, f"{path}/draw", {**reveal, "seed": seed[::-1]}, 1), 422)
    drawn = ok(watching.act(yue, f"{path}/draw", reveal, plan["version"]))
    assert drawn["tasks"] >= 1 and drawn["unassigned"] == 0
    assert recompute_draw.main(anyone.base_url + drawn["file"]) == 0
    tasks = [t for page in anyone.pages(f"{SUPERVISION}{path}/tasks?limit=200") for t in page]
    task = next(task for task in tasks if task["code"] == code)
    first, second = (inspectors[number] for number in task["inspectors"])
    assert task["id"] in first.listed(f"{SUPERVISION}/tasks?limit=200")
    finding = {
        "results": ["not-found"],
        "notes": "张伟在电话中表示已搬离",
        "inspected_on": (calendar.today + timedelta(days=1)).isoformat(),
    }
    told = ok(watching.act(first, f"/tasks/{task['id']}/finding", finding, 1))
    problem(watching.act(first, f"/tasks/{task['id']}/confirmation", {}, told["version"]), 409)
    problem(zhang.get(f"{SUPERVISION}/tasks/{task['id']}"), 403)
    ok(watching.act(second, f"/tasks/{task['id']}/confirmation", {}, told["version"]))
    [result] = ok(anyone.get(f"{SUPERVISION}/inspections/enterprises/{code}/results"))["items"]
    assert [one["code"] for one in result["results"]] == ["not-found"]
    assert "张伟" not in str(result)


def _registered(yue: Person, offices: Offices) -> list[tuple[str, Person]]:
    found = []
    for n, inspector in enumerate((offices.clerk, offices.chief)):
        entry = {
            "number": f"HN-430104-000{n}",
            "account": ok(inspector.get("/identity/me"))["id"],
            "department": "market-regulation",
            "division": "430104",
            "unit": "岳麓区市场监管执法大队",
            "interests": [],
            "active": True,
        }
        kept = ok(yue.put(f"{SUPERVISION}/inspectors", json=entry))
        found.append((kept["number"], inspector))
    return found


def _plan(seed: str, today: date) -> dict[str, Any]:
    return {
        "department": "market-regulation",
        "division": "430104",
        "title": "企业公示信息抽查",
        "subject": "即时公示信息",
        "rules": {
            "strata": [{"name": "全部", "risks": [], "kinds": [], "per_mille": 1000}],
            "yearly_cap": 12,
        },
        "commitment": hashlib.sha256(seed.encode()).hexdigest(),
        "beacon_source": "双色球次日开奖号码",
        "draw_on": (today + timedelta(days=1)).isoformat(),
    }


def test_open(zhang: Person, offices: Offices, anyone: Person, calendar: Calendar) -> None:
    """Decisions, powers and statistics are open, cacheable, as JSON and as tables, and say nothing
    about whom they are about."""
    result = steps.founded(zhang, offices)
    licence = f"{SUPERVISION}/open/licences/{result['licence']}"
    number = eventually(lambda: (told := anyone.get(licence)).ok and told.json(), "the licence")
    assert number["code"] == result["code"] and number["status"] == "valid"
    day = calendar.today.isoformat()
    where = f"?division={steps.DISTRICT}&from_day={day}&until={day}&limit=200"
    account = ok(zhang.get("/identity/me"))["id"]
    private = ("张伟", NUMBER, PHONE, account)
    sets = ok(anyone.get(f"{SUPERVISION}/open"))["items"]
    queries = {"decisions": where, "results": where}
    for one in sets:
        for address in one["formats"].values():
            if "{" in address and one["code"] != "statistics":
                continue
            path = address.replace("{month}", day[:7]) + queries.get(one["code"], "")
            eventually(lambda at=path: _kept(anyone, at, private), f"the same {path} twice")
    rows = eventually(
        lambda: ok(anyone.get(f"{SUPERVISION}/open/decisions{where}"))["items"], "decisions"
    )
    assert all(row["division"] == steps.DISTRICT for row in rows)
    one = ok(anyone.get(f"{SUPERVISION}/open/decisions/{rows[0]['number']}"))
    assert one == rows[0]


def _kept(anyone: Person, path: str, private: tuple[str, ...]) -> bool:
    """Whether what is public at `path`, and says nothing private, is the same the next moment."""
    answer = anyone.get(path)
    assert answer.ok, answer.text
    assert [word for word in private if word in answer.text] == []
    again = anyone.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    return again.status_code == 304
