"""Two hundred people race for twenty slots; the service dies in the middle of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests

from services.health import seed
from services.health.registers import spans_of
from services.health.service import COLLECTIONS
from services.health.usecases import schedules
from shared.clock import is_working_day, local_day
from shared.entrypoints.request import Call
from shared.local import Platform
from shared.store import Database, open_database
from shared.timekeeping import system_time
from tests.faults.clients import ANSWER_TIMEOUT, PATIENCE
from tests.faults.fixtures import alone
from tests.faults.observing import wait
from tests.faults.reporting import tell
from tests.faults.tokens import OFFICIAL, PERSON, minted

PEOPLE, SLOTS, THREADS = 200, 20, 16
DOCTORS = [f"9143010400000{n:02}" for n in range(4)]


@pytest.fixture(scope="module")
def hospital(ground: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Health alone."""
    with alone(ground, "health", tmp_path_factory.mktemp("hospital")) as running:
        yield running


@pytest.fixture(scope="module")
def store(hospital: Platform) -> Database:
    """The service's database, with a hospital in it."""
    database = open_database(hospital.mongo_uri, "health")
    store = Database(database, COLLECTIONS, lambda outgoing: None)
    store["institutions"].ensure(seed.HOSPITAL)
    return store


@pytest.fixture(scope="module")
def tokens(ground: Platform) -> dict[str, str]:
    """A crowd, and an official of the desk."""
    crowd = {f"person-{n}": PERSON for n in range(PEOPLE)}
    return minted(ground, {**crowd, "desk": OFFICIAL})


@dataclass
class Race:
    """A doctor's day of twenty slots, and people who want one each."""

    url: str
    tokens: dict[str, str]
    day: str
    doctor: str
    slots: list[str]
    statuses: list[int] = field(default_factory=list)

    def run(self, kill: Any = None, people: int = PEOPLE) -> dict[str, str]:
        """Person -> appointment of all who got one; those who want the same one ask together."""
        with ThreadPoolExecutor(THREADS) as pool:
            futures = {n: pool.submit(self._one, n, n * SLOTS // people) for n in range(people)}
            if kill is not None:
                _wait_done(futures, people // 3)
                kill()
            found = {f"person-{n}": future.result() for n, future in futures.items()}
        return {person: id_ for person, id_ in found.items() if id_}

    def _one(self, number: int, slot: int) -> str | None:
        answer = self.book(f"person-{number}", self.slots[slot])
        if answer.status_code == requests.codes.created:
            return str(answer.json()["id"])
        assert answer.status_code == requests.codes.conflict, answer.text
        return None

    def book(self, person: str, slot: str) -> requests.Response:
        return self.ask(person, "POST", "/Appointment", booking(person, slot))

    def ask(
        self, person: str, method: str, path: str, body: Any = None, **headers: str
    ) -> requests.Response:
        """The answer; whoever is put off, or cut off, asks the same again."""
        until = time.monotonic() + PATIENCE
        bearer = {"Authorization": f"Bearer {self.tokens[person]}", **headers}
        while time.monotonic() < until:
            try:
                answer = requests.request(
                    method, f"{self.url}/health/fhir{path}", json=body, headers=bearer,
                    timeout=ANSWER_TIMEOUT,
                )  # fmt: skip
            except requests.ConnectionError:
                self.statuses.append(0)
                time.sleep(0.2)
                continue
            self.statuses.append(answer.status_code)
            if answer.status_code not in (502, 503, 504):
                return answer
            time.sleep(0.2)
        raise AssertionError("gave up")

    def appointments(self) -> list[dict[str, Any]]:
        """Those of the day, as the desk sees them."""
        query = f"?practitioner={self.doctor}&date={self.day}&_count=200"
        found = self.ask("desk", "GET", f"/Appointment{query}").json()
        return [entry["resource"] for entry in found.get("entry", ())]

    def statuses_of_slots(self) -> set[str]:
        return {self.ask("desk", "GET", f"/Slot/{slot}").json()["status"] for slot in self.slots}


def booking(person: str, slot: str) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "slot": [{"reference": f"Slot/{slot}"}],
        "participant": [{"actor": {"reference": f"Patient/{person}"}, "status": "accepted"}],
    }


def _wait_done(futures: dict[int, Future[Any]], count: int) -> None:
    until = time.monotonic() + PATIENCE
    while sum(f.done() for f in futures.values()) < count and time.monotonic() < until:
        time.sleep(0.01)


@pytest.fixture
def race(hospital: Platform, store: Database, tokens: dict[str, str]) -> Race:
    """A race for a doctor of its own, next working day but two."""
    day = local_day(system_time()) + timedelta(days=3)
    while not is_working_day(day):
        day += timedelta(days=1)
    doctor = DOCTORS.pop()
    store["practitioners"].ensure(seed.practitioner(doctor, "周仁心", "internal"))
    call, text = Call(system_time(), seed.DESK), day.isoformat()
    given = {"practitioner": doctor, "first": text, "last": text, "active": True}
    made = schedules.open_schedule(store, call, given)
    session = [{"begins": "08:00", "ends": "13:00"}]
    spans = spans_of({"first": text, "last": text, "sessions": session, "minutes": 15})
    slots = schedules.open_slots(store, call, made["_id"], spans)
    assert len(slots) == SLOTS
    return Race(hospital.url, tokens, text, doctor, [slot["_id"] for slot in slots])


def agreed(race: Race, winners: dict[str, str]) -> None:
    """Twenty have a slot, each another one; appointments and slots agree."""
    found = race.appointments()
    assert len(winners) == len(found) == SLOTS
    assert {a["status"] for a in found} == {"booked"}
    assert {a["slot"][0]["reference"] for a in found} == {f"Slot/{s}" for s in race.slots}
    assert {a["id"] for a in found} == set(winners.values())
    for person, id_ in winners.items():
        assert race.ask(person, "GET", f"/Appointment/{id_}").json()["status"] == "booked"
    wait(lambda: race.statuses_of_slots() == {"busy"})


def test_race(race: Race):
    """Two hundred people race for twenty slots: exactly twenty have one, each another."""
    began = time.monotonic()
    winners = race.run()
    took = time.monotonic() - began
    agreed(race, winners)
    tell("race for slots", people=PEOPLE, requests=len(race.statuses), seconds=round(took, 1))


def test_race_killed(race: Race, hospital: Platform):
    """The same when the service is killed in the middle: nobody loses what they were told they
    have, and no slot is given twice; whoever asks again gets the same answer."""

    def kill() -> None:
        hospital.kill("health")
        hospital.start_part("health", wait=False)

    winners = race.run(kill)
    agreed(race, winners)
    for person, id_ in list(winners.items())[:5]:
        slot = next(a for a in race.appointments() if a["id"] == id_)["slot"][0]["reference"]
        again = race.book(person, slot.removeprefix("Slot/"))
        assert (again.status_code, again.json()["id"]) == (201, id_)
    put_off = sum(status in (0, 502, 503, 504) for status in race.statuses)
    assert put_off
    tell("race, killed in the middle", people=PEOPLE, put_off=put_off)


def test_waiting_list_killed(race: Race, hospital: Platform):
    """What is cancelled while the service is killed is offered to those who wait, once each, in
    their order."""
    winners = race.run(people=SLOTS)
    waiting = [f"person-{n}" for n in range(SLOTS, SLOTS + 8)]
    places = [race.ask(person, "POST", "/Appointment", place(race, person)).json()
              for person in waiting]  # fmt: skip
    assert {p["status"] for p in places} == {"waitlist"}
    for number, (person, id_) in enumerate(list(winners.items())[:5]):
        body = race.ask(person, "GET", f"/Appointment/{id_}").json()
        match = {"If-Match": f'W/"{body["meta"]["versionId"]}"'}
        body["status"] = "cancelled"
        answer = race.ask(person, "PUT", f"/Appointment/{id_}", body, **match)
        assert answer.status_code in (200, 409, 412)
        if number == 2:
            hospital.kill("health")
            hospital.start_part("health", wait=False)
    wait(lambda: _offered(race, places) == 5)
    held = [a["slot"][0]["reference"] for a in race.appointments() if a["status"] != "cancelled"
            and "slot" in a]  # fmt: skip
    assert len(held) == len(set(held)) == SLOTS
    statuses = [race.ask("desk", "GET", f"/Appointment/{p['id']}").json()["status"] for p in places]
    assert statuses == ["pending"] * 5 + ["waitlist"] * 3


def test_suspension_killed(race: Race, hospital: Platform):
    """A practitioner is suspended by a service that is killed at once: all slots are withdrawn in
    the end, and everybody who had booked is cancelled."""
    winners = race.run(people=SLOTS)
    path = f"{race.url}/health/practitioners/{race.doctor}"
    headers = {"Authorization": f"Bearer {race.tokens['desk']}", "If-Match": '"1"'}
    body = {"reasons": ["吊销"]}
    answer = requests.post(f"{path}/suspension", json=body, headers=headers, timeout=ANSWER_TIMEOUT)
    assert answer.status_code == requests.codes.ok, answer.text
    hospital.kill("health")
    hospital.start_part("health", wait=False)
    wait(lambda: race.statuses_of_slots() == {"busy-unavailable"})
    wait(lambda: {a["status"] for a in race.appointments()} == {"cancelled"})
    assert len(winners) == len(race.appointments()) == SLOTS


def _offered(race: Race, places: list[dict[str, Any]]) -> int:
    asked = (race.ask("desk", "GET", f"/Appointment/{p['id']}").json() for p in places)
    return sum(a["status"] == "pending" for a in asked)


def place(race: Race, person: str) -> dict[str, Any]:
    period = {"start": f"{race.day}T00:00:00+08:00", "end": f"{race.day}T23:59:59+08:00"}
    actors = (f"Patient/{person}", f"Practitioner/{race.doctor}")
    return {
        "resourceType": "Appointment",
        "status": "waitlist",
        "requestedPeriod": [period],
        "participant": [{"actor": {"reference": one}, "status": "tentative"} for one in actors],
    }
