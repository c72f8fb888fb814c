"""A school enrolment whose service dies in the middle of the draw, of the offers, of moving up."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from services.education.recompute import verdict
from services.education.service import COLLECTIONS
from services.education.tests.office import CHIEF, LI, TERMS, ZHANG, Office, child
from services.education.tools import Tools
from services.education.usecases import rounds
from shared.access import Caller
from shared.amqp import Message, Publisher
from shared.clock import local_day
from shared.errors import IllegalMove, Stale
from shared.events import EXCHANGE
from shared.local import Platform
from shared.personal import Vault
from shared.relay import Outgoing
from shared.store import Database, open_database
from shared.timekeeping import shift, system_time
from tests.faults.fixtures import alone
from tests.faults.observing import wait
from tests.faults.reporting import tell

CHILDREN, CAPACITY = 300, 60
KILLS = (20, 220)
"""The process dies once so many enrolments are drawn."""

LOOK_PAUSE = 1.5
VERDICTS = {"admitted": ["approve"], "ended": ["refuse"]}


@pytest.fixture(scope="module")
def town(ground: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Education alone."""
    folder = tmp_path_factory.mktemp("town")
    clock = str(folder / "clock")
    with alone(ground, "education", folder / "data", CLOCK_FILE=clock) as running:
        yield running


@pytest.fixture(scope="module")
def office(town: Platform) -> Office:
    """The department's own use cases on the service's database, with the service's keys."""
    env = town.environment("education")
    vault = Vault(env["PERSONAL_DATA_KEYS"], env["PERSONAL_LOOKUP_KEY"])
    database, publisher = open_database(town.mongo_uri, "education"), Publisher(town.amqp_uri)

    def offer(outgoing: Outgoing) -> None:
        """At once; the service finds it in the outbox later, and tells it again."""
        publisher.publish(Message(EXCHANGE, told["type"], told) for told in outgoing.events)

    store = Database(database, COLLECTIONS, offer)
    return Office(store, Tools(vault, lambda: secrets.token_hex(32)), system_time())


def prepared(office: Office) -> tuple[str, list[Any]]:
    """A round of three schools and its accepted applications, with choices at random: made in
    memory, then written as it stands."""
    made = Office(None, office.tools, office.now)
    chance = random.Random(1)
    today = local_day(office.now)
    days = {"opens_on": 0, "closes_on": 5, "ends_on": 300}
    terms = {name: (today + timedelta(days=n)).isoformat() for name, n in days.items()}
    round_ = made.round(CAPACITY, **{**TERMS, **terms, "year": today.year + 1, "rehearsal": True})
    cases = []
    for number in range(CHILDREN):
        choices = chance.sample(["YL-01", "YL-02", "YL-03"], chance.randint(1, 3))
        guardian = (ZHANG, LI)[number % 2]
        cases.append(made.enter(round_, child(number, today.year - 7), guardian, choices=choices))
    call = made.call(CHIEF, body={"reasons": ["演练"]}, if_match=3)
    rounds.close(made.store, call, round_)
    for name in ("rounds", "schools", "enrolments", "cases", "wards"):
        office.store[name].add_many(made.store[name].find({}, limit=CHILDREN * 2))
    return round_, cases


def drawn(office: Office, round_: str) -> int:
    return office.store["enrolments"].count({"round": round_, "drawn": True})


def restart(town: Platform) -> None:
    town.kill("education")
    town.start_part("education", wait=False)


def everything(office: Office, round_: str) -> list[Any]:
    return list(office.store["enrolments"].find({"round": round_}, limit=CHILDREN * 2))


def whole(office: Office, round_: str) -> bool:
    """Whether schools and enrolments say the same: who has a place where, within the seats."""
    enrolments = everything(office, round_)
    for school in rounds.schools(office.store, round_):
        holders = sorted(school["holders"])
        has = sorted(
            e["_id"]
            for e in enrolments
            if e["state"] in ("offered", "admitted") and e["offer"]["school"] == school["code"]
        )
        assert len(holders) == len(set(holders)) <= CAPACITY
        waits = {one[2] for one in school["waiting"]}
        free = len(holders) < CAPACITY and waits
        if holders != has or free:
            return False
    return True


def test_draw(town: Platform, office: Office) -> None:
    """Killed again and again while it draws and publishes, it ends with one place for each child
    within capacity, nobody lost, as everybody can recompute; places that come back while it dies
    move up all the same."""
    began = time.monotonic()
    round_, cases = prepared(office)
    ready = time.monotonic()
    office.freeze(round_)
    for share in KILLS:
        wait(lambda share=share: drawn(office, round_) >= share or _published(office, round_))
        restart(town)
    wait(lambda: _published(office, round_))
    took = time.monotonic() - ready
    enrolments = everything(office, round_)
    assert len(enrolments) == CHILDREN
    assert all(e["drawn"] and len(e["history"]) == 1 for e in enrolments)
    assert whole(office, round_)
    _recomputed(town, round_, enrolments)
    _answered(town, office, round_, cases)
    tell("killed while drawing", children=CHILDREN, kills=len(KILLS) + 1,
         prepared=ready - began, drawn=took, all=time.monotonic() - began)  # fmt: skip


def _published(office: Office, round_: str) -> bool:
    return bool(office.store["rounds"].require(round_)["state"] == "published")


def _recomputed(town: Platform, round_: str, enrolments: list[Any]) -> None:
    wait(lambda: town.is_ready("education"))
    record = requests.get(f"{town.url}/education/rounds/{round_}/record", timeout=30).json()
    proven, lines = verdict(record)
    assert proven, lines
    places = {e["_id"]: e["offer"]["school"] for e in enrolments if e.get("offer")}
    assert places == record["places"]


def _answered(town: Platform, office: Office, round_: str, cases: list[Any]) -> None:
    """Half accept, some decline, the others never answer; the service dies meanwhile."""
    for number, case in enumerate(cases):
        if number % 4 != 3:
            _answer(
                office, case, "decline" if number % 8 == 0 else "accept", (ZHANG, LI)[number % 2]
            )
        if number == CHILDREN // 2:
            restart(town)
    wait(lambda: _settled(office, round_))
    shift(town.folder.parent / "clock", 9 * 86_400)
    wait(lambda: not office.store["enrolments"].find({"due": {"$lt": _day(office, 9)}}, limit=1))
    wait(lambda: _settled(office, round_))


def _answer(office: Office, case: Any, act: str, guardian: Caller) -> None:
    """The answer to an offer; where the service moves the child meanwhile, it is given again."""
    while office.of(case)["state"] == "offered":
        try:
            office.act(case, act, guardian)
        except (Stale, IllegalMove):
            continue
        return


def _day(office: Office, days: int) -> str:
    return (local_day(office.now) + timedelta(days=days)).isoformat()


def _settled(office: Office, round_: str) -> bool:
    """Whether all has had its effect. To look reads everything, and must not be the load."""
    time.sleep(LOOK_PAUSE)
    return whole(office, round_) and _decided(office, round_)


def _decided(office: Office, round_: str) -> bool:
    """Whether each settled enrolment has its case closed, approved exactly where it is admitted."""
    enrolments = everything(office, round_)
    cases = office.store["cases"].get_many([one["case"] for one in enrolments])
    for one in enrolments:
        case, expected = cases[one["case"]], VERDICTS.get(one["state"], [])
        if bool(expected) != (case["state"] == "closed"):
            return False
        made = [e["action"] for e in case["history"] if e["action"] in ("approve", "refuse")]
        assert made == expected
    return True
