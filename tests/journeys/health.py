"""Steps of the health department that many journeys share: cases, and a real FHIR client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fhirclient.models.appointment import Appointment
from fhirclient.models.slot import Slot
from fhirclient.server import FHIRServer

from shared.clock import is_working_day, local_day
from shared.timekeeping import system_time
from tests.journeys.people import Answer, Person, eventually, ok

DISTRICT = "430104"
FHIR = "/health/fhir"
HOSPITAL = "555000148430104A100001"
FOOD_WORKER = {
    "name": "李娜",
    "identity": "430104199202020029",
    "work_division": DISTRICT,
    "institution": HOSPITAL,
    "report": "TJ-0001",
}
DOCTOR = {
    "name": "张伟",
    "identity": "430104199001010019",
    "phone": "13800000001",
    "institution": HOSPITAL,
    "no_impediment": True,
    "level": "doctor",
    "category": "clinical",
    "scope": ["internal"],
    "qualification": "201843110",
}


@dataclass(frozen=True)
class Health:
    """The officials of health in the district: who accepts, and who approves."""

    clerk: Person
    chief: Person


def apply(person: Person, item: str, form: dict[str, Any]) -> Answer:
    """An application for one of the department's items."""
    body = {"item": f"health-{item}", "division": DISTRICT, "form": form}
    return person.create("/health/cases", body)


def food_worker(person: Person) -> str:
    """The id of a submitted application that can be made again and again."""
    form = {**FOOD_WORKER, "examined_on": local_day(system_time()).isoformat()}
    return str(ok(apply(person, "food-worker-certificate", form), 201)["id"])


def see(person: Person, case: str) -> dict[str, Any]:
    """A case as this person sees it."""
    found: dict[str, Any] = ok(person.get(f"/health/cases/{case}"))
    return found


def move(person: Person, case: str, action: str, body: Any = None) -> Answer:
    """A move of the case in the version that this person reads just now."""
    return person.act(f"/health/cases/{case}", action, body or {})


def processing(health: Health, case: str) -> str:
    """The case, verified by the registers, accepted and started."""
    health.clerk.checked(f"/health/cases/{case}")
    for action in ("accept", "start"):
        ok(move(health.clerk, case, action))
    return case


def closed(person: Person, case: str) -> dict[str, Any]:
    """The case once its decision is completed and delivered."""
    found: dict[str, Any] = eventually(
        lambda: (seen := see(person, case))["state"] == "closed" and seen, "the result"
    )
    return found


def rule(health: Health, number: str, ruling: str) -> dict[str, Any]:
    """The chief's ruling on a practitioner."""
    path = f"/health/practitioners/{number}"
    etag = health.chief.get(path).headers["ETag"]
    body = {"reasons": ["投诉查实"]}
    headers = {"If-Match": etag}
    found: dict[str, Any] = ok(health.chief.post(f"{path}/{ruling}", json=body, headers=headers))
    return found


def told(person: Person, about: str) -> list[str]:
    """The titles of the notices in the person's inbox about one appointment, the oldest first."""
    found = ok(person.get("/feedback/me/notices", params={"limit": 100}))["items"]
    return [one["title"]["en"] for one in reversed(found) if one["about"] == about]


class Fhir:
    """Somebody with an ordinary FHIR R4 client (fhirclient, of HL7's SMART project): whatever it
    reads has passed its models of 4.0.1."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.server = FHIRServer(None, base_uri=person.base_url + FHIR)
        self.server.session.trust_env = False
        if "Authorization" in person.headers:
            self.server.session.headers["Authorization"] = person.headers["Authorization"]
            self.me = ok(person.get(f"{FHIR}/Patient"))["entry"][0]["resource"]["id"]

    def read(self, id_: str) -> Appointment:
        return Appointment.read(id_, self.server)

    def book(self, slot: str) -> Appointment:
        """The appointment that this person gets for a slot."""
        wanted = {
            "resourceType": "Appointment",
            "status": "proposed",
            "slot": [{"reference": f"Slot/{slot}"}],
            "participant": [{"actor": {"reference": f"Patient/{self.me}"}, "status": "accepted"}],
        }
        return Appointment(Appointment(wanted).create(self.server))

    def wait(self, practitioner: str, day: str) -> Appointment:
        """A place on the waiting list."""
        offset = f"{day}T%s+08:00"
        wanted = {
            "resourceType": "Appointment",
            "status": "waitlist",
            "requestedPeriod": [{"start": offset % "00:00:00", "end": offset % "23:59:59"}],
            "participant": [
                {"actor": {"reference": f"{who}"}, "status": "tentative"}
                for who in (f"Patient/{self.me}", f"Practitioner/{practitioner}")
            ],
        }
        return Appointment(Appointment(wanted).create(self.server))

    def update(self, id_: str, status: str) -> Appointment:
        """Another status for the appointment, in the version just read."""
        appointment = self.read(id_)
        appointment.status = status
        self.server.session.headers["If-Match"] = f'W/"{appointment.meta.versionId}"'
        try:
            return Appointment(appointment.update(self.server))
        finally:
            del self.server.session.headers["If-Match"]

    def slot(self, id_: str) -> str:
        """The status of a slot."""
        return str(Slot.read(id_, self.server).status)

    def becomes(self, id_: str, status: str) -> Appointment:
        """The appointment once it has this status."""
        return eventually(lambda: (a := self.read(id_)).status == status and a, status)


def working_day(number: int) -> str:
    """The `number`-th working day after today: each number another day."""
    day = local_day(system_time())
    while number:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day.isoformat()


def opened(desk: Person, practitioner: str, day: str, count: int) -> list[str]:
    """A schedule of one day with so many slots of half an hour, opened by the desk."""
    schedule = {
        "resourceType": "Schedule",
        "actor": [{"reference": f"Practitioner/{practitioner}"}],
        "planningHorizon": {"start": day, "end": day},
    }
    made = ok(desk.post(f"{FHIR}/Schedule", json=schedule), 201)
    until = f"{8 + count // 2:02}:{count % 2 * 30:02}"
    body = {
        "first": day,
        "last": day,
        "sessions": [{"begins": "08:00", "ends": until}],
        "minutes": 30,
    }
    slots: list[str] = ok(desk.post(f"/health/schedules/{made['id']}/slots", json=body))["slots"]
    assert len(slots) == count and date.fromisoformat(day)
    return slots
