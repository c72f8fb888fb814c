"""What of FHIR R4 is supported: one table, told as the CapabilityStatement (pure).

Guarantees: the searches read the same table, and the tests try everything it says. Does not: tell
what the platform offers beside FHIR.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.text import Text

VERSION = "4.0.1"
PUBLISHED = "2026-11-23"
JSON = "application/fhir+json"
SPECIFICATION = "http://hl7.org/fhir"


class Type(NamedTuple):
    """A resource type: interactions, search parameters {name: (type, what)}, includes."""

    interactions: tuple[str, ...]
    parameters: Mapping[str, tuple[str, str]]
    includes: tuple[str, ...] = ()
    conditional_create: bool = False
    note: str = ""


ID = ("token", "The logical id")
READ = ("read", "vread", "search-type")
WRITE = (*READ, "create", "update")

TYPES: Mapping[str, Type] = {
    "Appointment": Type(
        WRITE,
        {
            "_id": ID,
            "actor": ("reference", "Patient/<id> or Practitioner/<id>"),
            "date": ("date", "When it begins"),
            "patient": ("reference", "Whose it is"),
            "practitioner": ("reference", "With whom it is"),
            "slot": ("reference", "The slot it has or had"),
            "status": ("token", "One or more statuses"),
        },
        ("Appointment:patient", "Appointment:practitioner", "Appointment:slot"),
        conditional_create=True,
        note=(
            "Patients create appointments as proposed, pending or booked, with one slot: they are "
            "booked at once, or refused (409). The id follows from slot and patient, so creating "
            "the same appointment again gives the one there is. Without a slot, status waitlist, "
            "a practitioner and a requestedPeriod within one day: a place on the waiting list. "
            "An offer is pending: update it to booked or cancelled before its deadline. Officials "
            "search by slot, patient or _id, by a practitioner and dates within 31 days, or by a "
            "day."
        ),
    ),
    "Patient": Type(READ, {"_id": ID}, note="The caller only."),
    "Practitioner": Type(
        READ,
        {
            "_id": ID,
            "identifier": ("token", "The number on the register"),
            "name": ("string", "How the name begins"),
        },
        note="The public register of doctors and nurses. A search names one of the parameters.",
    ),
    "Schedule": Type(
        WRITE,
        {
            "_id": ID,
            "active": ("token", "true or false"),
            "actor": ("reference", "Practitioner/<id>"),
            "date": ("date", "The planning horizon"),
            "specialty": ("token", "Scope of practice"),
        },
        ("Schedule:actor",),
        note="A search names _id, actor or specialty. Institutions and officials write.",
    ),
    "Slot": Type(
        WRITE,
        {
            "_id": ID,
            "schedule": ("reference", "Schedule/<id>, one or more"),
            "start": ("date", "When it begins"),
            "status": ("token", "One or more statuses"),
        },
        ("Slot:schedule",),
        note="A search names _id or schedule. Institutions and officials write.",
    ),
}

VERSION_READ = "The current version only; earlier ones are not kept."


def statement(base: str, language: str) -> dict[str, Any]:
    """The CapabilityStatement of the server at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "health",
        "url": f"{base}/metadata",
        "version": "1",
        "name": "HealthAppointments",
        "title": Text("卫生健康预约服务", "Appointments of the health department").say(language),
        "status": "active",
        "date": PUBLISHED,
        "kind": "instance",
        "software": {"name": "government-service-platform"},
        "implementation": {"description": "Appointments with practitioners", "url": base},
        "fhirVersion": VERSION,
        "format": [JSON, "json"],
        "rest": [_rest()],
    }


def _rest() -> dict[str, Any]:
    security = {
        "cors": True,
        "description": (
            "Bearer token (RFC 6750) of /identity/tokens. Reading Practitioner, Schedule and Slot "
            "needs none."
        ),
    }
    return {
        "mode": "server",
        "security": security,
        "resource": [_resource(name, type_) for name, type_ in TYPES.items()],
    }


def _resource(name: str, type_: Type) -> dict[str, Any]:
    parameters = [
        {"name": code, "type": kind, "documentation": what}
        for code, (kind, what) in type_.parameters.items()
    ]
    return {
        "type": name,
        "profile": f"{SPECIFICATION}/StructureDefinition/{name}",
        "documentation": type_.note,
        "interaction": [_interaction(code) for code in type_.interactions],
        "versioning": "versioned-update" if "update" in type_.interactions else "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalRead": "not-match",
        "conditionalCreate": type_.conditional_create,
        **({"searchInclude": list(type_.includes)} if type_.includes else {}),
        "searchParam": parameters,
    }


def _interaction(code: str) -> dict[str, str]:
    return {"code": code, **({"documentation": VERSION_READ} if code == "vread" else {})}
