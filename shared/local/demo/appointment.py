"""A doctor's appointment by FHIR R4: booked, contested, cancelled, offered to who waited."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from shared.local.demo.stage import ANYONE, Stage
from shared.local.demo.talk import Talk, Visitor, insist

FHIR = "/health/fhir"
JSON = "application/fhir+json"


@dataclass
class Visit(Stage):
    """What the steps know of each other."""

    first: Visitor = field(default_factory=lambda: Visitor("张伟 (a patient)"))
    second: Visitor = field(default_factory=lambda: Visitor("李娜 (another patient)"))
    patients: dict[str, str] = field(default_factory=dict)
    doctor: str = ""
    slot: dict[str, Any] = field(default_factory=dict)

    def write(self, visitor: Visitor, resource: dict[str, Any], expect: int = 201) -> Any:
        """What a FHIR create answers."""
        return self.talk.ask(
            visitor,
            "POST",
            f"{FHIR}/Appointment",
            expect=expect,
            body=resource,
            headers={"Accept": JSON},
        ).json()

    def update(self, visitor: Visitor, appointment: str, status: str) -> Any:
        """The appointment with another status, in the version that is read just now."""
        path = f"{FHIR}/Appointment/{appointment}"
        read = self.talk.look(visitor, path)
        return self.talk.ask(
            visitor,
            "PUT",
            path,
            body={**read.json(), "status": status},
            headers={"If-Match": read.headers["ETag"]},
        ).json()

    def wanted(self, visitor: Visitor, status: str, *actors: str, **more: Any) -> dict[str, Any]:
        """An Appointment resource of the visitor with further actors."""
        who = (f"Patient/{self.patients[visitor.name]}", *actors)
        participants = [{"actor": {"reference": one}, "status": "accepted"} for one in who]
        return {
            "resourceType": "Appointment",
            "status": status,
            "participant": participants,
            **more,
        }


def play(talk: Talk) -> None:
    """All steps, one after the other."""
    affair = Visit(talk)
    _look(affair)
    booked = _book(affair)
    waiting = _wait(affair)
    _pass_on(affair, booked, waiting)
    talk.end("a slot had one patient at any time, and the one who waited has it now")


def _look(affair: Visit) -> None:
    talk = affair.talk
    talk.step("预约挂号", "An ordinary FHIR client: what can the server do, who is free when?")
    talk.ask(ANYONE, "GET", f"{FHIR}/metadata")
    clinics = talk.ask(ANYONE, "GET", "/health/clinics", query={"division": "430104"}).json()
    insist(clinics["items"], "nobody can be booked; `make reset`, then `make run`")
    schedules = ",".join(f"Schedule/{one['schedule']}" for one in clinics["items"])
    query = {"schedule": schedules, "status": "free", "_count": 2}
    talk.ask(ANYONE, "GET", f"{FHIR}/Slot", query=query)
    all_free = talk.look(ANYONE, f"{FHIR}/Slot?schedule={schedules}&status=free&_count=100").json()
    affair.slot = all_free["entry"][int(time.time()) % len(all_free["entry"])]["resource"]
    path = f"{FHIR}/{affair.slot['schedule']['reference']}"
    actors = talk.look(ANYONE, path).json()["actor"]
    references = [one.get("reference", "") for one in actors]
    affair.doctor = next(one for one in references if one.startswith("Practitioner/"))


def _book(affair: Visit) -> str:
    talk = affair.talk
    talk.step("预约成功", "The first patient books; the second one comes too late for this slot")
    slot = [{"reference": f"Slot/{affair.slot['id']}"}]
    for visitor, phone in ((affair.first, "13800000001"), (affair.second, "13800000002")):
        affair.sign_in(visitor, phone)
        mine = talk.look(visitor, f"{FHIR}/Patient").json()
        affair.patients[visitor.name] = mine["entry"][0]["resource"]["id"]
    booked = affair.write(affair.first, affair.wanted(affair.first, "proposed", slot=slot))
    insist(booked["status"] == "booked", "the slot should be booked")
    affair.write(affair.second, affair.wanted(affair.second, "proposed", slot=slot), expect=409)
    return str(booked["id"])


def _wait(affair: Visit) -> str:
    affair.talk.step("候补", "So the second patient joins the waiting list of that day")
    day = affair.slot["start"][:10]
    period = {"start": f"{day}T00:00:00+08:00", "end": f"{day}T23:59:59+08:00"}
    wanted = affair.wanted(affair.second, "waitlist", affair.doctor, requestedPeriod=[period])
    return str(affair.write(affair.second, wanted)["id"])


def _pass_on(affair: Visit, booked: str, waiting: str) -> None:
    talk = affair.talk
    talk.step("取消与递补", "Cancelled: the slot is offered to who waits, and taken")
    affair.update(affair.first, booked, "cancelled")
    path = f"{FHIR}/Appointment/{waiting}"
    talk.wait(affair.second, path, lambda told: told["status"] == "pending", "the offer")
    inbox = "/feedback/me/notices?limit=5"
    talk.wait(affair.second, inbox, lambda told: waiting in str(told), "the notice")
    taken = affair.update(affair.second, waiting, "booked")
    insist(taken["status"] == "booked", "the offer should be taken")
    affair.update(affair.second, waiting, "cancelled")
    talk.note("And cancelled again, so that the demo can be played once more")
