"""Records as FHIR resources, and what they refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.health.domain.fhir import resources
from services.health.usecases import searching
from shared.documents import Document, Storage
from shared.entrypoints import Call

Resource = dict[str, Any]

COLLECTIONS: Mapping[str, str] = {
    "Appointment": "appointments",
    "Practitioner": "practitioners",
    "Schedule": "schedules",
    "Slot": "slots",
}
"""Where the records of a resource type are kept. Patients are not: they are who calls."""

INCLUDES: Mapping[str, tuple[str, str]] = {
    "Appointment:practitioner": ("Practitioner", "practitioner"),
    "Appointment:slot": ("Slot", "slot"),
    "Schedule:actor": ("Practitioner", "practitioner"),
    "Slot:schedule": ("Schedule", "schedule"),
}
"""Include: the type it brings, and the field that refers to it."""


def render(call: Call, type_: str, found: Document) -> Resource:
    """`found` as a resource of `type_`."""
    if type_ == "Practitioner":
        status = searching.status_today(found, call.now)
        return resources.practitioner(found, status, call.language)
    if type_ == "Schedule":
        return resources.schedule(found, call.language)
    if type_ == "Slot":
        return resources.slot(found, found["status"])
    return resources.appointment(found, call.language)


def include(call: Call, store: Storage, name: str, found: Sequence[Document]) -> list[Resource]:
    """What `found` refers to by the include `name`."""
    if name == "Appointment:patient":
        return [resources.patient(one["patient"], one["patient_name"]) for one in found]
    type_, field = INCLUDES[name]
    wanted = sorted({one[field] for one in found if field in one})
    others = store[COLLECTIONS[type_]].get_many(wanted)
    return [render(call, type_, other) for other in others.values()]
