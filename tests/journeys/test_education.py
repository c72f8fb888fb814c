"""Enrolment rounds from the announcement to the admission notice, and their other ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import Clock
from tests.journeys import education as steps
from tests.journeys.education import DAY, FAR, move
from tests.journeys.people import Person, eventually, ok, problem


@pytest.fixture
def clerk(base_url: str) -> Person:
    """刘招生, who accepts."""
    return Person(base_url, "13900000011")


@pytest.fixture
def chief(base_url: str) -> Person:
    """陈督学, who runs rounds."""
    return Person(base_url, "13900000012")


def test_admitted(
    zhang: Person, li: Person, clerk: Person, chief: Person, administrator: Person, anyone: Person
) -> None:
    """A child gets its place by class, anybody proves the draw, the case closes with a notice;
    whoever gets none is refused with class and lot."""
    round_ = steps.announced(chief)
    case = steps.entered(zhang, administrator, clerk, round_)
    other = steps.entered(li, administrator, clerk, round_, place=FAR)
    assert problem(move(chief, case, "approve"), 409)["type"] == "/problems/decided-by-the-round"
    assert problem(move(chief, round_, "allocation"), 409)["type"] == "/problems/window-open"
    found = steps.drawn(chief, round_)
    assert found["seed"] and found["totals"] == {"applications": 2, "places": 1}
    mine, theirs = steps.enrolment(zhang, case), steps.enrolment(li, other)
    offered = ok(zhang.get(mine))
    assert offered["offer"]["school"] == "S-01" and offered["classes"] == {"S-01": "household"}
    assert ok(li.get(theirs))["positions"] == {"S-01": 1}
    problem(li.get(mine), 404)
    _proven(anyone, round_, offered["id"])
    ok(move(zhang, mine, "acceptance"))
    closed = steps.until(zhang, case, "closed")
    assert closed["result"]["school"] == "S-01" and closed["result"]["notice"]
    ok(move(chief, round_, "finish"))
    refused = steps.until(li, other, "closed")
    assert "S-01" in refused["reasons"][0]["en"] and refused["remedies"]


def _proven(anyone: Person, round_: str, own: str) -> None:
    record = ok(anyone.get(f"{round_}/record"))
    assert own in record["places"] and "4301042" not in str(record["applications"])
    command = [sys.executable, "-m", "services.education.recompute"]
    run = subprocess.run(
        [*command, f"{anyone.base_url}{round_}/record", own],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert run.returncode == 0 and f"{own}: place at S-01" in run.stdout, run.stdout + run.stderr


def test_guardian(
    zhang: Person, li: Person, clerk: Person, chief: Person, administrator: Person
) -> None:
    """Nobody is taken for the guardian of others' children, and none applies for one too young."""
    round_ = steps.announced(chief)
    case = steps.applied(zhang, administrator, round_)
    form = ok(zhang.get(case))["form"]
    assert form["child"]["identity"].count("*") == 10
    foreign = steps.form(round_, steps.ward(administrator, zhang), FAR, ["S-01"])
    body = {"item": "education-enrolment", "division": "430104", "form": foreign}
    theirs = f"{steps.CASES}/{ok(li.create(steps.CASES, body), 201)['id']}"
    checks = eventually(lambda: steps.answered(li, theirs), "the register's answer")
    assert checks == {"guardianship": "fails", "household": "pending"}
    assert problem(move(clerk, theirs, "accept"), 409)["type"] == "/problems/check-failed"
    young = steps.ward(administrator, zhang, years=3)
    form = {**foreign, "child": {"name": "张小满", "identity": young}}
    errors = problem(zhang.create(steps.CASES, {**body, "form": form}), 422)["errors"]
    assert [error["rule"] for error in errors] == ["age"]
    wards = zhang.get("/identity/me/wards").text
    assert "张小禾" in wards and young not in wards and foreign["child"]["identity"] not in wards


def test_returned_and_withdrawn(
    zhang: Person, clerk: Person, chief: Person, administrator: Person
) -> None:
    """What is returned is corrected and drawn; who withdraws gives the place to the next."""
    round_ = steps.announced(chief)
    case = steps.applied(zhang, administrator, round_)
    ok(move(clerk, case, "return", {"missing": ["户口簿"]}))
    form = {**ok(zhang.get(case))["form"], "choices": ["S-02"]}
    ok(move(zhang, case, "resubmit", {"form": form}))
    ok(move(chief, round_, "closing", {"reasons": ["演练"]}))
    waiting = problem(move(chief, round_, "allocation"), 409)
    assert waiting["type"] == "/problems/applications-open" and waiting["applications"] == 1
    ok(move(clerk, case, "accept"))
    steps.published(chief, round_)
    mine = steps.enrolment(zhang, case)
    assert ok(zhang.get(mine))["offer"]["school"] == "S-02"
    ok(move(zhang, case, "withdraw"))
    steps.until(zhang, mine, "withdrawn")


def test_lapse_and_objection(
    zhang: Person, li: Person, clerk: Person, chief: Person, administrator: Person, clock: Clock
) -> None:
    """An offer that nobody answers goes to the next child; an upheld objection gives a place."""
    round_ = steps.announced(chief)
    case = steps.entered(zhang, administrator, clerk, round_)
    next_ = steps.entered(li, administrator, clerk, round_, place=FAR)
    third = steps.entered(li, administrator, clerk, round_, place=FAR)
    steps.drawn(chief, round_)
    second, last = (steps.enrolment(li, each) for each in (next_, third))
    clock.shift(6 * DAY)
    for person in (zhang, li, chief):
        person.sign_in()
    steps.until(zhang, case, "closed")
    assert ok(zhang.get(case))["reasons"][0]["en"] == "The applicant did not answer in time"
    waiting = _other_waits(li, second, last)
    claim = {"school": "S-01", "claimed_class": "household", "grounds": "户口在学区内"}
    ok(move(li, waiting, "objection", claim))
    listed = ok(chief.get(f"{round_}/objections"))["items"]
    assert [one["objection"]["grounds"] for one in listed] == ["户口在学区内"]
    answer = {"upheld": True, "reasons": ["核实无误"], "class": "household",
              "remedy": "extra-place"}  # fmt: skip
    ok(move(chief, waiting, "objection/answer", answer))
    steps.until(li, waiting, "offered")
    ok(move(li, waiting, "acceptance"))
    school = ok(li.get(f"{round_}/schools"))["items"][0]
    assert school["places"] == 2 and school["extra_places"] == 1


def _other_waits(person: Person, *paths: str) -> str:
    """The path of the one that waits, once the other one has got an offer."""

    def states() -> dict[str, str]:
        found = {ok(person.get(path))["state"]: path for path in paths}
        return found if set(found) == {"offered", "waiting"} else {}

    return str(eventually(states, "moving up")["waiting"])


def test_certificate(zhang: Person, clerk: Person, chief: Person, anyone: Person) -> None:
    """A teacher's certificate is issued to a register, verified by anyone, and revoked."""
    form = {**_example("education-teacher-qualification", anyone), "subject": "音乐"}
    body = {"item": "education-teacher-qualification", "division": "430104", "form": form}
    case = f"{steps.CASES}/{ok(zhang.create(steps.CASES, body), 201)['id']}"
    for person, action in ((clerk, "accept"), (clerk, "start"), (chief, "approve")):
        ok(move(person, case, action))
    number = steps.until(zhang, case, "closed")["result"]["certificate"]
    path = f"/education/certificates/{number}"
    assert ok(anyone.get(path, params={"name": "张伟"}))["holder"] == "张*"
    problem(anyone.get(path, params={"name": "李娜"}), 404)
    asked = {"item": "education-qualification-verification", "division": "430104",
             "form": {"number": number, "name": "张伟", "purpose": "聘用"}}  # fmt: skip
    done = f"{steps.CASES}/{ok(zhang.create(steps.CASES, asked), 201)['id']}"
    assert steps.until(zhang, done, "closed")["result"]["status"] == "valid"
    etag = anyone.get(path, params={"name": "张伟"}).headers["ETag"]
    ok(chief.post(f"{path}/revocation", json={"reasons": ["弄虚作假"]}, headers={"If-Match": etag}))
    assert ok(anyone.get(path, params={"name": "张伟"}))["status"] == "revoked"


def test_aid(
    li: Person, clerk: Person, chief: Person, administrator: Person, anyone: Person
) -> None:
    """Student aid is granted in the published grade, once a school year."""
    grades = ok(anyone.get("/education/aid/grades"))["grades"]
    student = {"name": "陈一诺", "identity": "430104202102030048"}
    form = {**_example("education-student-aid", anyone), "student": student}
    body = {"item": "education-student-aid", "division": "430104", "form": form}
    case = f"{steps.CASES}/{ok(li.create(steps.CASES, body), 201)['id']}"
    for person, action in ((clerk, "accept"), (clerk, "start"), (chief, "approve")):
        ok(move(person, case, action))
    result = steps.until(li, case, "closed")["result"]
    assert result["grade"] == "first" and result["amount"] == grades[0]["amounts"]["primary"]
    errors = problem(li.create(steps.CASES, body), 422)["errors"]
    assert [e["rule"] for e in errors] == ["applied-already"]


def _example(item: str, anyone: Person) -> dict[str, object]:
    from services.education import items

    return dict(next(i.example for i in items.ITEMS if i.code == item))
