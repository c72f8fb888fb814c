"""Health: practitioners, institutions, certificates, and appointments by HL7 FHIR R4."""

from __future__ import annotations

from collections.abc import Sequence

from services.health.fhir_reading import FhirReading
from services.health.fhir_writing import FhirWriting
from services.health.items import DEPARTMENT
from services.health.practices import PRACTICES
from services.health.registers import Registers
from services.health.schemas import HeardAppointment, HeardOpening
from services.health.supervising import Supervising
from services.health.usecases import settling
from shared.department import Department
from shared.department.service import CASES
from shared.entrypoints import Store, every, hears
from shared.events import Event
from shared.exchange.consumer import GRANTS
from shared.exchange.follower import FOLLOWED
from shared.schema import Nothing
from shared.store import Collections, Index

COLLECTIONS: Collections = {
    **CASES,
    **GRANTS,
    **FOLLOWED,
    "practitioners": [
        Index.on("person"),
        Index.on("name_key"),
        Index.on("unfollowed", sparse=True),
        Index.on("reviewing", sparse=True),
    ],
    "sheets": [
        Index.on("opening", sparse=True),
        Index.on("small", sparse=True),
        Index.on("subscription"),
    ],
    "institutions": [],
    "certificates": [],
    "births": [],
    "schedules": [
        Index.on("practitioner"),
        Index.on("institution"),
        Index.on("specialties"),
        Index.on("divisions"),
    ],
    "slots": [Index.on("schedule"), Index.on("agenda")],
    "appointments": [
        Index.on("holds", unique=True, sparse=True),
        Index.on("claim", unique=True, sparse=True),
        Index.on("waiting", sparse=True),
        Index.on("due", sparse=True),
        Index.on("patient"),
        Index.on("slot", sparse=True),
        Index.on("agenda"),
        Index.on("places"),
    ],
}


class Service(FhirReading, FhirWriting, Registers, Supervising, Department):
    name = "health"
    title = "Health"
    department = DEPARTMENT
    practices = PRACTICES

    store = Store(COLLECTIONS)

    @hears("{service}.appointment.*.v1", queue="appointments", reads=HeardAppointment, at_once=50)
    def settle_appointments(self, events: Sequence[Event]) -> None:
        now = self.clock()
        slots = [event.data["slot"] for event in events if event.data["slot"]]
        settling.settle_slots(self.store, slots, now)
        for agenda in {event.data["agenda"] for event in events if not event.data["slot"]}:
            settling.place(self.store, agenda, now)

    @hears("{service}.slot.changed.v1", queue="slots", reads=Nothing)
    def settle_slot(self, event: Event) -> None:
        settling.settle_slots(self.store, [event.subject], self.clock())

    @hears("{service}.schedule.changed.v1", queue="schedules", reads=HeardOpening)
    def settle_schedule(self, event: Event) -> None:
        settling.settle_schedule(self.store, event.data["schedule"], self.clock())

    @hears("{service}.practitioner.*.v1", queue="practitioners", reads=Nothing)
    def settle_practitioner(self, event: Event) -> None:
        settling.settle_practitioner(self.store, event.subject, self.clock())

    @hears("{service}.licence.ruled.v1", queue="licences", reads=Nothing)
    def settle_institution(self, event: Event) -> None:
        settling.settle_institution(self.store, event.subject, self.clock())

    @every(seconds=20)
    def end_what_is_due(self) -> None:
        settling.sweep(self.store, self.clock())
