"""The entrypoints of FHIR R4 that read: metadata, read, vread, search."""

from __future__ import annotations

from typing import Any, ClassVar

from services.health.answering import asked, base_of, only, resource, results, version
from services.health.domain.fhir import capability, resources, search
from services.health.domain.fhir.capability import JSON
from services.health.domain.fhir.values import codes
from services.health.errors import outcome
from services.health.fhir_schemas import (
    Answered,
    AppointmentQuery,
    Format,
    PractitionerQuery,
    Query,
    ScheduleQuery,
    SlotQuery,
)
from services.health.rendering import COLLECTIONS, render
from services.health.usecases import booking, searching
from services.health.usecases.schedules import kept
from shared.access import PERSON, PUBLIC, SIGNED_IN, Who
from shared.entrypoints import Call, Reply, http
from shared.errors import NotFound
from shared.text import Text

FORM = "application/x-www-form-urlencoded"
TOLD: dict[str, Any] = {"produces": JSON, "reply": Answered, "refuses": outcome}


def reading(path: str, who: Who, summary: str, query: Any = Format) -> Any:
    """An address of FHIR that is read."""
    return http("GET", f"/fhir/{path}", who=who, query=query, summary=summary, **TOLD)


def posted_search(type_: str, who: Who, query: Any) -> Any:
    """A search whose parameters are a form (R4 http.html#search)."""
    path, summary = f"/fhir/{type_}/_search", f"FHIR: search {type_}, by POST"
    return http("POST", path, who=who, body=query, query=Format, consumes=FORM, summary=summary,
                **TOLD)  # fmt: skip


class FhirReading:
    """Mixed into the service; `store` is the service's own."""

    store: ClassVar[Any]

    @reading("metadata", PUBLIC, "FHIR: what is supported (CapabilityStatement)")
    def capabilities(self, call: Call) -> Reply:
        return Reply(capability.statement(base_of(call), call.language), media_type=JSON)

    @reading("Practitioner/<id>", PUBLIC, "FHIR: read a practitioner")
    def read_practitioner(self, call: Call, id: str) -> Reply:
        return resource(call, self._record(call, "Practitioner", id))

    @reading("Schedule/<id>", PUBLIC, "FHIR: read a schedule")
    def read_schedule(self, call: Call, id: str) -> Reply:
        return resource(call, self._record(call, "Schedule", id))

    @reading("Slot/<id>", PUBLIC, "FHIR: read a slot")
    def read_slot(self, call: Call, id: str) -> Reply:
        return resource(call, resources.slot(*searching.slot_with_status(self.store, id)))

    @reading("Patient/<id>", PERSON, "FHIR: read oneself")
    def read_patient(self, call: Call, id: str) -> Reply:
        return resource(call, self._patient(call, id))

    @reading("Appointment/<id>", SIGNED_IN, "FHIR: read an appointment")
    def read_appointment(self, call: Call, id: str) -> Reply:
        found = booking.seen(self.store, call.signed_in, id)
        return resource(call, resources.appointment(found, call.language))

    @reading("Practitioner/<id>/_history/<v>", PUBLIC, "FHIR: the current version by its number")
    def vread_practitioner(self, call: Call, id: str, v: str) -> Reply:
        return version(call, self._record(call, "Practitioner", id), v)

    @reading("Schedule/<id>/_history/<v>", PUBLIC, "FHIR: the current version by its number")
    def vread_schedule(self, call: Call, id: str, v: str) -> Reply:
        return version(call, self._record(call, "Schedule", id), v)

    @reading("Slot/<id>/_history/<v>", PUBLIC, "FHIR: the current version by its number")
    def vread_slot(self, call: Call, id: str, v: str) -> Reply:
        return version(call, resources.slot(*searching.slot_with_status(self.store, id)), v)

    @reading("Patient/<id>/_history/<v>", PERSON, "FHIR: the current version by its number")
    def vread_patient(self, call: Call, id: str, v: str) -> Reply:
        return version(call, self._patient(call, id), v)

    @reading("Appointment/<id>/_history/<v>", SIGNED_IN, "FHIR: the current version by its number")
    def vread_appointment(self, call: Call, id: str, v: str) -> Reply:
        found = booking.seen(self.store, call.signed_in, id)
        return version(call, resources.appointment(found, call.language), v)

    @reading("Practitioner", PUBLIC, "FHIR: search the register", PractitionerQuery)
    def search_practitioners(self, call: Call) -> Reply:
        return self._practitioners(call)

    @posted_search("Practitioner", PUBLIC, PractitionerQuery)
    def post_search_practitioners(self, call: Call) -> Reply:
        return self._practitioners(call)

    @reading("Schedule", PUBLIC, "FHIR: search schedules", ScheduleQuery)
    def search_schedules(self, call: Call) -> Reply:
        return self._schedules(call)

    @posted_search("Schedule", PUBLIC, ScheduleQuery)
    def post_search_schedules(self, call: Call) -> Reply:
        return self._schedules(call)

    @reading("Slot", PUBLIC, "FHIR: search slots", SlotQuery)
    def search_slots(self, call: Call) -> Reply:
        return self._slots(call)

    @posted_search("Slot", PUBLIC, SlotQuery)
    def post_search_slots(self, call: Call) -> Reply:
        return self._slots(call)

    @reading("Patient", PERSON, "FHIR: search oneself", Query)
    def search_patients(self, call: Call) -> Reply:
        return self._patients(call)

    @posted_search("Patient", PERSON, Query)
    def post_search_patients(self, call: Call) -> Reply:
        return self._patients(call)

    @reading("Appointment", SIGNED_IN, "FHIR: search one's appointments", AppointmentQuery)
    def search_appointments(self, call: Call) -> Reply:
        return self._appointments(call)

    @posted_search("Appointment", SIGNED_IN, AppointmentQuery)
    def post_search_appointments(self, call: Call) -> Reply:
        return self._appointments(call)

    def _record(self, call: Call, type_: str, id_: str) -> dict[str, Any]:
        return render(call, type_, kept(self.store, COLLECTIONS[type_], id_))

    def _patient(self, call: Call, id_: str) -> dict[str, Any]:
        if id_ != call.signed_in.subject:
            raise NotFound(Text("只能查看本人", "You may read yourself only"))
        return resources.patient(id_, call.signed_in.name)

    def _practitioners(self, call: Call) -> Reply:
        filter_ = search.practitioner_filter(asked(call))
        return results(call, self.store, "Practitioner", filter_)

    def _schedules(self, call: Call) -> Reply:
        return results(call, self.store, "Schedule", search.schedule_filter(asked(call)))

    def _slots(self, call: Call) -> Reply:
        return results(call, self.store, "Slot", search.slot_filter(asked(call)))

    def _patients(self, call: Call) -> Reply:
        own, wanted = call.signed_in.subject, asked(call).get("_id")
        listed = [own] if wanted is None or own in codes("_id", wanted) else []
        return only(call, "Patient", [self._patient(call, id_) for id_ in listed])

    def _appointments(self, call: Call) -> Reply:
        filter_ = searching.appointments_of(call.signed_in, asked(call))
        return results(call, self.store, "Appointment", filter_)
