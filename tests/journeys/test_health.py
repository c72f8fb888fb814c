"""Health: practitioners registered, appointments booked by an ordinary FHIR client."""

from __future__ import annotations

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models.appointment import Appointment
from fhirclient.models.schedule import Schedule
from fhirclient.models.slot import Slot
from requests import HTTPError

from tests.conftest import Clock
from tests.journeys import health as steps
from tests.journeys.health import FHIR, Fhir, Health
from tests.journeys.people import Person, eventually, ok, problem

HOUR = 3600


@pytest.fixture
def health(base_url: str) -> Health:
    """The two officials of health in the district."""
    return Health(Person(base_url, "13900000021"), Person(base_url, "13900000022"))


@pytest.fixture
def doctor(zhang: Person, health: Health, anyone: Person) -> str:
    """The number of a doctor who applied and was registered; the same one for all journeys."""
    answer = steps.apply(zhang, "doctor-registration", steps.DOCTOR)
    if answer.status_code == 422:
        told = answer.json()["errors"][0]
        assert told["rule"] == "registered-already"
        return str(told["detail"].rpartition(" ")[2])
    case = steps.processing(health, ok(answer, 201)["id"])
    ok(steps.move(health.chief, case, "approve"))
    return str(steps.closed(zhang, case)["result"]["practitioner"])


def test_registered(doctor: str, anyone: Person, zhang: Person) -> None:
    """From the application to the public register, where anyone can verify the number."""
    entry = ok(anyone.get(f"/health/practitioners/{doctor}"))
    assert (entry["name"], entry["status"]) == ("张伟", "valid")
    assert "430104199001010019" not in str(entry) and "13800000001" not in str(entry)
    found = ok(anyone.get(f"{FHIR}/Practitioner", params={"identifier": doctor}))
    assert found["entry"][0]["resource"]["active"] is True
    refused = problem(steps.apply(zhang, "doctor-registration", steps.DOCTOR), 422)
    assert refused["errors"][0]["rule"] == "registered-already"
    problem(anyone.get("/health/practitioners/000"), 404)


def test_refused(li: Person, health: Health) -> None:
    """A refusal has reasons and remedies; the one who accepts is not the one who decides."""
    case = steps.processing(health, steps.food_worker(li))
    problem(steps.move(health.clerk, case, "refuse", {"reasons": ["x"]}), 403)
    ok(steps.move(health.chief, case, "refuse", {"reasons": ["体检项目不全"]}))
    told = steps.closed(li, case)
    assert told["reasons"] == ["体检项目不全"] and told["remedies"]


def test_suspended_case(li: Person, health: Health, anyone: Person) -> None:
    """An expert review stops the clock (Art. 45); resumed, the case ends with its certificate."""
    case = steps.processing(health, steps.food_worker(li))
    told = {"ground": "testing", "notice": "复检约需三个工作日"}
    ok(steps.move(health.clerk, case, "suspend", told))
    assert steps.see(li, case)["deadlines"]["statutory"]["due"] is None
    ok(steps.move(health.clerk, case, "resume"))
    ok(steps.move(health.chief, case, "approve"))
    number = steps.closed(li, case)["result"]["certificate"]
    shown = ok(anyone.get(f"/health/certificates/{number}"))
    assert shown["status"] == "valid" and "李娜" not in str(shown)


def test_withdrawn(li: Person) -> None:
    """The applicant may withdraw."""
    case = steps.food_worker(li)
    assert ok(steps.move(li, case, "withdraw"))["state"] == "withdrawn"


def test_booking(doctor: str, health: Health, li: Person, anyone: Person) -> None:
    """An ordinary client finds a free slot page by page, books it, and cancels it."""
    steps.opened(health.clerk, doctor, steps.working_day(15), 5)
    public, client = Fhir(anyone), Fhir(li)
    server = public.server
    schedules = Schedule.where({"actor": f"Practitioner/{doctor}"}).perform_resources_iter(server)
    ids = ",".join(f"Schedule/{schedule.id}" for schedule in schedules)
    wanted = {"schedule": ids, "status": "free", "_count": "2"}
    free = [slot.id for slot in Slot.where(wanted).perform_resources_iter(server)]
    assert len(free) == len(set(free)) >= 5
    made = client.book(free[0])
    assert made.status == "booked" and made.slot[0].reference == f"Slot/{free[0]}"
    assert client.book(free[0]).id == made.id
    assert public.slot(free[0]) == "busy"
    mine = Appointment.where({"status": "booked"}).perform_resources_iter(client.server)
    assert made.id in [one.id for one in mine]
    assert client.update(made.id, "cancelled").status == "cancelled"
    eventually(lambda: public.slot(free[0]) == "free", "the free slot")


def test_waiting_list(doctor: str, health: Health, zhang: Person, li: Person, clock: Clock) -> None:
    """What is cancelled is offered to who waits; unanswered it goes to the next, who takes it."""
    day = steps.working_day(20)
    (slot,) = steps.opened(health.clerk, doctor, day, 1)
    owner, first = Fhir(zhang), Fhir(li)
    booked = owner.book(slot)
    place = first.wait(doctor, day)
    assert place.status == "waitlist"
    owner.update(booked.id, "cancelled")
    offer = first.becomes(place.id, "pending")
    assert offer.slot[0].reference == f"Slot/{slot}"
    eventually(lambda: "A slot is free for you: please answer" in steps.told(li, place.id), "word")
    again = owner.wait(doctor, day)
    clock.shift(3 * HOUR)
    zhang.sign_in()
    next_ = Fhir(zhang)
    next_.becomes(again.id, "pending")
    assert next_.update(again.id, "booked").status == "booked"
    assert next_.slot(slot) == "busy"
    li.sign_in()
    assert Fhir(li).read(place.id).status == "cancelled"


def test_practitioner_suspended(doctor: str, health: Health, li: Person) -> None:
    """A suspension withdraws the open slots and tells who has booked; it can be lifted."""
    taken, free = steps.opened(health.clerk, doctor, steps.working_day(25), 2)
    client = Fhir(li)
    booked = client.book(taken)
    assert steps.rule(health, doctor, "suspension")["status"] == "suspended"
    ended = client.becomes(booked.id, "cancelled")
    eventually(lambda: "Your appointment is cancelled" in steps.told(li, booked.id), "word")
    assert ended.cancelationReason.coding[0].code == "prov-pers"
    eventually(lambda: client.slot(free) == "busy-unavailable", "the withdrawn slot")
    with pytest.raises(HTTPError):
        client.book(free)
    steps.rule(health, doctor, "reinstatement")
    eventually(lambda: client.slot(free) == client.slot(taken) == "free", "the slots")


def test_conventions(doctor: str, health: Health, zhang: Person, li: Person) -> None:
    """Versions, preferences and errors are as R4 asks; nobody sees another's appointment."""
    (slot,) = steps.opened(health.clerk, doctor, steps.working_day(30), 1)
    client = Fhir(li)
    booked = client.book(slot)
    path, body = f"{FHIR}/Appointment/{booked.id}", booked.as_json()
    answer = li.get(path)
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Content-Type"] == "application/fhir+json"
    unchanged = li.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert answer.headers["Last-Modified"].endswith("GMT")
    outcome(li.put(path, json=body), 428)
    outcome(li.put(path, json=body, headers={"If-Match": 'W/"9"'}), 412)
    outcome(li.put(path, json={**body, "id": "x"}, headers={"If-Match": 'W/"1"'}), 400)
    outcome(zhang.get(path), 404)
    told = outcome(zhang.post(f"{FHIR}/Appointment", json=body), 422)
    assert told["issue"][0]["expression"] == ["Appointment.participant"]
    taken = {**body, "participant": [{"actor": {"reference": f"Patient/{Fhir(zhang).me}"}}]}
    outcome(zhang.post(f"{FHIR}/Appointment", json=taken), 409)
    outcome(li.get(path, headers={"Accept": "application/fhir+xml"}), 406)
    outcome(li.get(f"{FHIR}/Nothing/1"), 404)
    outcome(li.delete(path), 405)
    outcome(li.get(f"{FHIR}/Slot"), 400)
    outcome(li.get(f"{FHIR}/Slot?schedule=x&start=ne2026"), 400)
    outcome(li.post(f"{FHIR}/Slot", json=body), 422)
    outcome(li.post(f"{FHIR}/Appointment", data="{", headers={"Content-Type": "text/plain"}), 415)
    outcome(li.post(f"{FHIR}/Appointment", data="{", headers=JSON), 400)
    minimal = li.post(f"{FHIR}/Appointment", json=body, headers={"Prefer": "return=minimal"})
    assert minimal.status_code == 201 and minimal.content == b""
    assert minimal.headers["Location"].endswith(f"{path}/_history/1")
    said = li.post(f"{FHIR}/Appointment", json=body, headers={"Prefer": "return=OperationOutcome"})
    assert outcome(said, 201)["issue"][0]["severity"] == "information"
    unknown = f"{FHIR}/Appointment?colour=red"
    assert "colour" not in ok(li.get(unknown))["link"][0]["url"]
    outcome(li.get(unknown, headers={"Prefer": "handling=strict"}), 400)
    again = li.post(f"{FHIR}/Appointment", json=body, headers={"If-None-Exist": f"slot={slot}"})
    assert again.status_code == 200 and again.json()["id"] == booked.id
    seen = ok(health.clerk.get(f"{FHIR}/Appointment", params={"slot": f"Slot/{slot}"}))
    assert [e["resource"]["id"] for e in seen["entry"]] == [booked.id]


JSON = {"Content-Type": "application/fhir+json"}


def outcome(answer, status: int):  # type: ignore[no-untyped-def]
    """The OperationOutcome of an answer that must be `status`."""
    assert answer.status_code == status, f"{answer.url}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "application/fhir+json"
    told = answer.json()
    get_fhir_model_class("OperationOutcome").model_validate(told)
    return told


def test_capability(anyone: Person, li: Person) -> None:
    """Every search parameter and include that the statement names works, and is valid R4."""
    statement = Fhir(anyone).server.capabilityStatement
    values = {"date": "2026-11-24", "start": "2026-11-24", "status": "booked", "active": "true",
              "actor": "Practitioner/x", "specialty": "internal"}  # fmt: skip
    least = {"Slot": "schedule=x", "Schedule": "actor=x", "Practitioner": "name=x"}
    assert statement.fhirVersion == "4.0.1"
    for resource in statement.rest[0].resource:
        for parameter in [*resource.searchParam]:
            given = values.get(parameter.name, "x")
            given = "free" if (resource.type, parameter.name) == ("Slot", "status") else given
            query = f"{parameter.name}={given}"
            if parameter.name not in least.get(resource.type, "").partition("="):
                query += f"&{least.get(resource.type, '_count=1')}"
            found = ok(li.get(f"{FHIR}/{resource.type}?{query}"))
            get_fhir_model_class("Bundle").model_validate(found)
            assert query.partition("=")[0] in found["link"][0]["url"]
        for include in resource.searchInclude or ():
            base = least.get(resource.type, "_count=1")
            ok(li.get(f"{FHIR}/{resource.type}?{base}&_include={include}"))
