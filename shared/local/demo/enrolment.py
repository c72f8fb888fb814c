"""A child is enrolled: a round whose draw anyone can recompute, from its rules to the notice."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from stdnum.cn import ric

from shared.clock import CHINA
from shared.local.demo.stage import ANYONE, Stage
from shared.local.demo.talk import Talk, Visitor, insist

DISTRICT = "430104"
NEAR = {"division": DISTRICT, "street": "岳麓街道"}
FAR = {"division": "430111"}
ROUNDS, CASES, ENROLMENTS = "/education/rounds", "/education/cases", "/education/enrolments"
SECONDS_A_YEAR = 365 * 86_400


@dataclass
class Enrolment(Stage):
    """What the steps know of each other."""

    mother: Visitor = field(default_factory=lambda: Visitor("李娜 (a mother, from elsewhere)"))
    father: Visitor = field(default_factory=lambda: Visitor("张伟 (a father, of the catchment)"))
    clerk: Visitor = field(default_factory=lambda: Visitor("刘招生 (official of education)"))
    chief: Visitor = field(default_factory=lambda: Visitor("陈督学 (runs the round)"))
    registrar: Visitor = field(default_factory=lambda: Visitor("周管理 (register of guardians)"))
    round: str = ""
    cases: dict[str, str] = field(default_factory=dict)


def play(talk: Talk) -> None:
    """All steps, one after the other."""
    affair = Enrolment(talk)
    _register(affair)
    _announce(affair)
    _apply(affair)
    _accept(affair)
    _draw(affair)
    _answer(affair)
    talk.end("the place is taken, the admission notice is there, the draw can be recomputed")


def _announce(affair: Enrolment) -> None:
    affair.talk.step("招生公告", "A round: schools and rules are fixed, the seed is committed")
    affair.sign_in(affair.chief, "13900000012")
    today = datetime.now(CHINA).date()
    terms = {
        "division": DISTRICT, "year": today.year + 1, "stage": "primary", "title": "入学演练",
        "opens_on": _day(today, 0), "closes_on": _day(today, 10), "ends_on": _day(today, 60),
        "answer_days": 5, "most_choices": 2, "rehearsal": True,
    }  # fmt: skip
    affair.round = f"{ROUNDS}/{affair.create(affair.chief, ROUNDS, body=terms)['id']}"
    areas = (
        ("S-01", "岳麓第一小学", NEAR),
        ("S-02", "望月湖小学", {**NEAR, "street": "望月湖街道"}),
    )
    schools = [
        {"code": code, "name": name, "capacity": 1, "catchment": [area]}
        for code, name, area in areas
    ]
    affair.act(affair.chief, affair.round, "schools", {"schools": schools})
    told = affair.act(affair.chief, affair.round, "announcement")
    affair.talk.note(f"The seed's SHA-256 is public before anybody applies: {told['seed_hash']}")


def _day(today: date, later: int) -> str:
    return (today + timedelta(days=later)).isoformat()


def _register(affair: Enrolment) -> None:
    affair.talk.step("监护关系", "Who is whose guardian is on a register, not believed")
    affair.sign_in(affair.registrar, "13900000009")
    for guardian, number in (("430104199001010019", 0), ("430104199202020029", 1)):
        child = _child(number)
        body = {
            "guardian_identity_number": guardian,
            "child_name": "张小禾" if number == 0 else "陈一诺",
            "child_identity_number": child,
            "child_born": f"{child[6:10]}-{child[10:12]}-{child[12:14]}",
            "relation": "parent",
            "from_day": _day(datetime.now(CHINA).date(), -100),
        }
        affair.create(affair.registrar, "/identity/guardianships", body=body)
        affair.cases[guardian] = child


def _child(number: int) -> str:
    """The identity number of a child of school age, another one each time."""
    serial = (int(time.time()) * 2 + number) % 100_000
    born = date(datetime.now(CHINA).year - 6, 1, 1) + timedelta(days=serial // 1000)
    stem = f"{DISTRICT}{born:%Y%m%d}{serial % 1000:03}"
    return stem + str(ric.calc_check_digit(stem + "0"))


def _apply(affair: Enrolment) -> None:
    affair.talk.step("入学报名", "Two parents apply; the first school is the first choice of both")
    affair.sign_in(affair.father, "13800000001")
    affair.sign_in(affair.mother, "13800000002")
    father, mother = affair.cases.values()
    affair.cases = {
        "father": _applied(affair, affair.father, "张小禾", father, NEAR, ["S-01"]),
        "mother": _applied(affair, affair.mother, "陈一诺", mother, FAR, ["S-01", "S-02"]),
    }


def _applied(
    affair: Enrolment, parent: Visitor, name: str, child: str, place: Any, choices: list[str]
) -> str:
    form = {
        "round": affair.round.rpartition("/")[2],
        "child": {"name": name, "identity": child},
        "household": place,
        "choices": choices,
    }
    body = {"item": "education-enrolment", "division": DISTRICT, "form": form}
    return f"{CASES}/{affair.create(parent, CASES, body=body)['id']}"


def _accept(affair: Enrolment) -> None:
    affair.talk.step("审核受理", "The official has checked the household books, and accepts")
    affair.sign_in(affair.clerk, "13900000011")
    for case in affair.cases.values():
        affair.act(affair.clerk, case, "accept", {"opinion": "户籍核验无误"})


def _draw(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("录取", "Window closed, all places given at once: by class first, then by lot")
    affair.act(affair.chief, affair.round, "closing", {"reasons": ["演练提前结束"]})
    affair.act(affair.chief, affair.round, "allocation")
    found = talk.wait(
        ANYONE, affair.round, lambda told: told["state"] == "published", "the draw"
    ).json()
    talk.note(f"The seed is public now: {found['seed']}")
    talk.note(
        "Anybody recomputes the draw: .venv/bin/python -m services.education.recompute "
        f"{talk.base_url}{affair.round}/record"
    )


def _answer(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("录取结果与答复", "The offer, with its last day for an answer; it is taken")
    mine = talk.ask(affair.father, "GET", f"{affair.cases['father']}/enrolment").json()
    path = f"{ENROLMENTS}/{mine['id']}"
    insist(mine["offer"]["school"] == "S-01", "the child of the catchment should have the place")
    affair.act(affair.father, path, "acceptance")
    case = talk.wait(
        affair.father, affair.cases["father"], lambda told: told["state"] == "closed", "the notice"
    ).json()
    talk.note(f"Admission notice {case['result']['notice']}")
    talk.ask(affair.mother, "GET", f"{affair.cases['mother']}/enrolment")
    talk.note("The other child has a place at its second school, or waits: class and lot say why")
