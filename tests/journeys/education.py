"""Steps of enrolment rounds that many journeys share."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import count
from typing import Any

from stdnum.cn import ric

from shared.clock import local_day
from shared.timekeeping import system_time
from tests.journeys.people import Person, eventually, ok

DISTRICT = "430104"
CASES, ROUNDS, ENROLMENTS = "/education/cases", "/education/rounds", "/education/enrolments"
GUARDIANS = {"13800000001": "430104199001010019", "13800000002": "430104199202020029"}
NEAR = {"division": DISTRICT, "street": "岳麓街道"}
FAR = {"division": "430111", "street": "侯家塘街道"}
DAY = 86_400

children = count(time.time_ns() // 1_000_000_000 % 200 * 1000)
households = count(time.time_ns() // 1_000_000 % 900_000_000)


def in_days(days: int) -> str:
    """The day so many days from today on."""
    return (local_day(system_time()) + timedelta(days=days)).isoformat()


def child(years: int = 7) -> str:
    """The identity number of a child of so many years whom nobody has enrolled."""
    serial = next(children)
    day = local_day(system_time()).replace(month=1, day=1) - timedelta(days=365 * years - 1)
    born = day + timedelta(days=serial // 1000)
    stem = f"430104{born:%Y%m%d}{serial % 1000:03}"
    return stem + str(ric.calc_check_digit(stem + "0"))


def housed(
    registrar: Person, guardian: Person, place: Any = NEAR, years: int = 7, name: str = "张小禾"
) -> str:
    """A child who lives at `place`, in a household of its own, and whose guardian the register of
    households names: its number."""
    number = child(years)
    office = Person(registrar.base_url, "13900000051")
    one = {"name": name, "identity": number, "relation": "head", "from_day": born(number)}
    parent = {"identity": GUARDIANS[guardian.phone], "name": "家长", "relation": "parent"}
    body = {
        "division": place["division"], "number": f"{next(households):09}",
        "address": {"street": place["street"], "detail": "1 号"},
        "members": [{**one, "guardians": [parent]}],
    }  # fmt: skip
    ok(office.create("/household/households", body), 201)
    return number


def born(number: str) -> str:
    """The birth date in an identity number."""
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def ward(registrar: Person, guardian: Person, years: int = 7, place: Any = NEAR) -> str:
    """A child whose guardian both registers name: its number. Education hears of it in a moment."""
    number = housed(registrar, guardian, place, years)
    body = {
        "guardian_identity_number": GUARDIANS[guardian.phone],
        "child_name": "张小禾",
        "child_identity_number": number,
        "child_born": born(number),
        "relation": "parent",
        "from_day": in_days(-100),
    }
    ok(registrar.create("/identity/guardianships", body), 201)
    return number


def move(person: Person, path: str, action: str, body: Any = None) -> Any:
    """An act upon what stands at `path`, in the version that this person reads just now."""
    return person.act(path, action, body or {})


def announced(chief: Person, capacity: int = 1, **terms: Any) -> str:
    """The path of a round that is open today: a rehearsal with two schools."""
    year = local_day(system_time()).year + 1
    body = {
        "division": DISTRICT, "year": year, "stage": "primary", "title": "入学演练",
        "opens_on": in_days(0), "closes_on": in_days(10), "ends_on": in_days(60),
        "answer_days": 5, "most_choices": 2, "rehearsal": True, **terms,
    }  # fmt: skip
    path = f"{ROUNDS}/{ok(chief.create(ROUNDS, body), 201)['id']}"
    schools = [
        {"code": code, "name": code, "capacity": capacity, "catchment": [area]}
        for code, area in (("S-01", NEAR), ("S-02", {**NEAR, "street": "望月湖街道"}))
    ]
    ok(move(chief, path, "schools", {"schools": schools}))
    found = ok(move(chief, path, "announcement"))
    assert found["open"] and len(found["seed_hash"]) == 64 and found["seed"] is None
    return path


def form(round_: str, number: str, place: Any, choices: list[str]) -> dict[str, Any]:
    return {
        "round": round_.rpartition("/")[2],
        "child": {"name": "张小禾", "identity": number},
        "household": place,
        "choices": choices,
    }


def applied(
    person: Person, registrar: Person, round_: str, place: Any = NEAR, choices: Any = ("S-01",)
) -> str:
    """The path of the case of a new ward's application, verified by the registers."""
    given = form(round_, ward(registrar, person, place=place), place, list(choices))
    body = {"item": "education-enrolment", "division": DISTRICT, "form": given}
    case = f"{CASES}/{ok(person.create(CASES, body), 201)['id']}"
    assert {check["state"] for check in person.checked(case)["checks"]} == {"holds"}
    return case


def answered(person: Person, case: str) -> dict[str, str]:
    """The states of the case's checks, once the first of them is answered."""
    states = {check["name"]: check["state"] for check in ok(person.get(case))["checks"]}
    return states if set(states.values()) != {"pending"} else {}


def entered(person: Person, registrar: Person, clerk: Person, round_: str, **given: Any) -> str:
    """The same, accepted by the official."""
    case = applied(person, registrar, round_, **given)
    ok(move(clerk, case, "accept"))
    return case


def drawn(chief: Person, round_: str) -> dict[str, Any]:
    """The round, closed early as a rehearsal may be, and drawn."""
    ok(move(chief, round_, "closing", {"reasons": ["演练"]}))
    return published(chief, round_)


def published(chief: Person, round_: str) -> dict[str, Any]:
    """The round, drawn and published."""
    ok(move(chief, round_, "allocation"))
    found: dict[str, Any] = eventually(
        lambda: (seen := ok(chief.get(round_)))["state"] == "published" and seen, "the draw"
    )
    return found


def enrolment(person: Person, case: str) -> str:
    """The path of the enrolment that the case is about."""
    return f"{ENROLMENTS}/{ok(person.get(f'{case}/enrolment'))['id']}"


def until(person: Person, path: str, state: str) -> dict[str, Any]:
    """What stands at `path`, once it is in `state`."""
    found: dict[str, Any] = eventually(
        lambda: (seen := ok(person.get(path)))["state"] == state and seen, state
    )
    return found
