"""A child is enrolled: the parent is asked for nothing that the government holds, reads who looked,
and the proof is checked; between them a round whose draw anyone can recompute.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from shared.clock import CHINA
from shared.local.demo.stage import ANYONE, PASSWORD, Stage, is_checked
from shared.local.demo.talk import Talk, Visitor, insist
from shared.local.process import ROOT

DISTRICT = "430104"
NEAR = {"division": DISTRICT, "street": "岳麓街道"}
ROUNDS, CASES, ENROLMENTS = "/education/rounds", "/education/cases", "/education/enrolments"
ITEM, CHOSEN = "education-enrolment", "张小禾"
SUPERVISOR = "13900000031"
SECONDS = 120
"""Seconds that the check of the evidence may take."""


@dataclass
class Enrolment(Stage):
    """What the steps know of each other."""

    mother: Visitor = field(default_factory=lambda: Visitor("李娜 (a mother, from elsewhere)"))
    father: Visitor = field(default_factory=lambda: Visitor("张伟 (a father, of the catchment)"))
    clerk: Visitor = field(default_factory=lambda: Visitor("刘招生 (official of education)"))
    chief: Visitor = field(default_factory=lambda: Visitor("陈督学 (runs the round)"))
    registrar: Visitor = field(default_factory=lambda: Visitor("彭户政 (register of households)"))
    round: str = ""
    cases: dict[str, str] = field(default_factory=dict)


def play(talk: Talk) -> None:
    """All steps, one after the other."""
    affair = Enrolment(talk)
    for step in (_announce, _look_up, _begin, _choose, _apply, _accept, _draw, _answer, _read):
        step(affair)
    _prove(affair)
    talk.end("the place is taken; who looked is known, and proven; the draw can be recomputed")


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


def _look_up(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("户籍登记", "What public security holds: the father's household, his daughters in it")
    affair.sign_in(affair.registrar, "13900000051")
    wanted = {"division": DISTRICT, "number": "104000001"}
    found = talk.ask(affair.registrar, "POST", "/household/households/search", body=wanted).json()
    insist(found["items"], "the household of the demo should be on the register")
    talk.note("Education has no copy of it: it asks, through the exchange, for a case, by a grant")


def _begin(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step(
        "预填", "The father begins, and says nothing: what is held is read, his children first"
    )
    affair.sign_in(affair.father, "13800000001")
    draft = _begun(affair, affair.father, {})
    affair.cases["father"] = f"{CASES}/{draft['id']}"
    (choice,) = draft["choices"]
    insist(len(choice["rows"]) > 1, "the father should be asked which of his children it is")
    talk.note("He has two daughters: which one is the only question about her, numbers masked")


def _begun(affair: Enrolment, parent: Visitor, given: Any) -> Any:
    form = {"round": affair.round.rpartition("/")[2], **given}
    body = {"item": ITEM, "division": DISTRICT, "form": form}
    return affair.create(parent, "/education/prefill", body=body)


def _choose(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("选择儿童", "He points at one: name, number and household are filled in")
    case = affair.cases["father"]
    body = {"form": {**_form(affair, affair.father, case), "child": {"name": CHOSEN}}}
    draft = affair.act(affair.father, case, "prefill", body)
    stated = [mark["field"] for mark in draft["sources"] if mark["origin"] == "stated"]
    insist(not stated, f"nothing that is held should be asked for: {', '.join(stated)}")
    for mark in draft["sources"]:
        source, record = mark["source"], mark["source"]["record"]
        place = f"record {record['index']} of the evidence" if record else "its own records"
        talk.note(f"{mark['field']}: {source['resource']} of {source['provider']}, {place}")


def _form(affair: Enrolment, parent: Visitor, case: str) -> Any:
    return affair.talk.look(parent, case).json()["form"]


def _apply(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("入学报名", "All he adds are the schools; a mother from elsewhere does the same")
    affair.sign_in(affair.mother, "13800000002")
    draft = _begun(affair, affair.mother, {})
    insist(draft["form"]["child"]["name"] == "陈一诺", "an only child needs no choice")
    affair.cases["mother"] = f"{CASES}/{draft['id']}"
    for parent, who, choices in (
        (affair.father, "father", ["S-01"]),
        (affair.mother, "mother", ["S-01", "S-02"]),
    ):
        case = affair.cases[who]
        body = {"form": {**_form(affair, parent, case), "choices": choices}}
        affair.act(parent, case, "form", body, method="PUT")
        affair.act(parent, case, "submit")


def _accept(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step(
        "审核受理", "The official sees what is proven, and by which record; nobody brings a paper"
    )
    affair.sign_in(affair.clerk, "13900000011")
    for case in affair.cases.values():
        seen = talk.wait(affair.clerk, case, is_checked, "the registers' answers").json()
        insist(all(c["state"] == "holds" for c in seen["checks"]), "the registers should confirm")
        affair.act(affair.clerk, case, "accept", {"opinion": "户籍、监护关系已由登记机关数据核验"})


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


def _read(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("谁看过我的数据", "The father reads who looked at what about him and his daughters")
    case = f"education/{affair.cases['father'].rpartition('/')[2]}"
    found = talk.wait(
        affair.father,
        "/exchange/my-data?limit=20",
        lambda told: len(_readings(told, case)) >= 2,
        "the readings of his data",
    ).json()
    for one in _readings(found, case):
        about = ", ".join(person["name"] for person in one["about"])
        fields = ", ".join(each["title"]["en"] for each in one["fields"])
        talk.note(
            f"{one['at'][:19]}  {one['consumer']['name']['en']} read of {about}: {fields}; "
            f"for {one['case'][:18]}…, by grant {one['grant']['number']}"
        )
    talk.note(
        f"A reading that he finds wrong he complains about: POST {found['items'][0]['complaint']}"
    )


def _readings(told: Any, case: str) -> list[Any]:
    return [one for one in told["items"] if one["case"] == case]


def _prove(affair: Enrolment) -> None:
    talk = affair.talk
    talk.step("证据核验", "The proof is checked by a program that does not trust the exchange")
    with tempfile.TemporaryDirectory() as copy:
        command = [
            sys.executable, "-W", "ignore", "-m", "services.exchange.verify", "log",
            "--url", talk.base_url, "--copy", copy, "--all", "--login", SUPERVISOR,
        ]  # fmt: skip
        run = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "EVIDENCE_PASSWORD": PASSWORD},
            capture_output=True, text=True, check=False, timeout=SECONDS,
        )  # fmt: skip
    for line in run.stdout.splitlines():
        talk.note(line)
    insist(run.returncode == 0, f"the evidence should be in order: {run.stdout}{run.stderr}")
