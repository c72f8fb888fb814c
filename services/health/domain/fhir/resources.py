"""The resources of FHIR R4 as this department's records give them (pure).

Guarantees: valid R4; no identity number, no phone; of a patient only the account and the name.
Does not: decide who may see a resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.health.domain.appointments import CANCELLATIONS
from services.health.domain.fhir.values import instant
from services.health.domain.practitioners import SPECIALTIES, title
from shared.text import say

Document = Mapping[str, Any]

HL7 = "http://terminology.hl7.org/CodeSystem"
NUMBERS = "urn:platform:health:practitioner-number"
LICENCES = "urn:platform:health:institution-licence"
SCOPES = "urn:platform:health:scope-of-practice"
ANSWER_BY = "urn:platform:health:answer-by"
"""Extension: until when an offer to somebody on the waiting list is to be answered."""


def versioned(resource: dict[str, Any], document: Document) -> dict[str, Any]:
    """`resource` with its id and meta in front."""
    meta = {
        "versionId": str(document["version"]),
        **({"lastUpdated": instant(at)} if (at := document.get("updated_at")) else {}),
    }
    type_ = resource.pop("resourceType")
    return {"resourceType": type_, "id": document["_id"], "meta": meta, **resource}


def practitioner(entry: Document, status: str, language: str) -> dict[str, Any]:
    """An entry of the register; `status` of today. Whoever is not "valid" is not active."""
    qualification = {
        "identifier": [{"system": NUMBERS, "value": entry["_id"]}],
        "code": {"text": say(title(entry), language)},
        "period": _period(entry["registered_on"], entry["valid_until"]),
        "issuer": {"display": f"卫生健康主管部门 {entry['division']}"},
    }
    return versioned(
        {
            "resourceType": "Practitioner",
            "identifier": [{"use": "official", "system": NUMBERS, "value": entry["_id"]}],
            "active": status == "valid",
            "name": [{"use": "official", "text": entry["name"]}],
            "qualification": [qualification],
        },
        entry,
    )


def _period(first: str, last: str | None) -> dict[str, str]:
    return {"start": first, **({"end": last} if last else {})}


def patient(account: str, name: str) -> dict[str, Any]:
    """The caller as a patient: what the access token says, and no more."""
    return {
        "resourceType": "Patient",
        "id": account,
        "meta": {"versionId": "1"},
        "active": True,
        "name": [{"use": "official", "text": name}],
    }


def schedule(found: Document, language: str) -> dict[str, Any]:
    """A schedule: whose time, where, in which scopes, from day to day."""
    place = {
        "type": "Location",
        "identifier": {"system": LICENCES, "value": found["institution"]},
        "display": found["institution_name"],
    }
    resource = {
        "resourceType": "Schedule",
        "active": found["active"],
        "specialty": [specialty(code, language) for code in found["specialties"]],
        "actor": [_practitioner_reference(found), place],
        "planningHorizon": {"start": found["first"], "end": found["last"]},
        "comment": found["comment"],
    }
    return versioned({k: v for k, v in resource.items() if v not in (None, [])}, found)


def specialty(code: str, language: str) -> dict[str, Any]:
    """A scope of practice as a CodeableConcept."""
    text = say(SPECIALTIES[code][1], language)
    return {"coding": [{"system": SCOPES, "code": code, "display": text}], "text": text}


def _practitioner_reference(found: Document) -> dict[str, str]:
    return {
        "reference": f"Practitioner/{found['practitioner']}",
        "display": found["practitioner_name"],
    }


def slot(found: Document, status: str) -> dict[str, Any]:
    """A slot of a schedule."""
    resource = {
        "resourceType": "Slot",
        "schedule": {"reference": f"Schedule/{found['schedule']}"},
        "status": status,
        "start": instant(found["start"]),
        "end": instant(found["end"]),
        "comment": found["comment"],
    }
    return versioned({k: v for k, v in resource.items() if v is not None}, found)


def appointment(found: Document, language: str) -> dict[str, Any]:
    """An appointment, an offer, or a place on the waiting list."""
    resource: dict[str, Any] = {
        "resourceType": "Appointment",
        **_answer_by(found),
        "status": found["status"],
        **_cancelled(found, language),
        **_time(found),
        "created": instant(found["created_at"]),
        **{name: found[name] for name in ("description", "comment") if found.get(name)},
        "participant": _participants(found),
        **_wanted(found),
    }
    return versioned(resource, found)


def _answer_by(found: Document) -> dict[str, Any]:
    if found["status"] != "pending":
        return {}
    return {"extension": [{"url": ANSWER_BY, "valueDateTime": instant(found["due"])}]}


def _cancelled(found: Document, language: str) -> dict[str, Any]:
    if found["status"] != "cancelled":
        return {}
    code, text = CANCELLATIONS[found["cancelled_for"]]
    coding = {"system": f"{HL7}/appointment-cancellation-reason", "code": code}
    return {"cancelationReason": {"coding": [coding], "text": say(text, language)}}


def _time(found: Document) -> dict[str, Any]:
    if "start" not in found:
        return {}
    return {
        "start": instant(found["start"]),
        "end": instant(found["end"]),
        "minutesDuration": int((found["end"] - found["start"]).total_seconds() // 60),
        "slot": [{"reference": f"Slot/{found['slot']}"}],
    }


def _wanted(found: Document) -> dict[str, Any]:
    if found["status"] != "waitlist":
        return {}
    day = found["day"]
    period = {"start": f"{day}T00:00:00+08:00", "end": f"{day}T23:59:59+08:00"}
    return {"requestedPeriod": [period]}


PATIENT_SAYS = {"pending": "needs-action", "cancelled": "declined", "waitlist": "tentative"}


def _participants(found: Document) -> list[dict[str, Any]]:
    says = PATIENT_SAYS.get(found["status"], "accepted")
    person = {"reference": f"Patient/{found['patient']}", "display": found["patient_name"]}
    other = "tentative" if found["status"] == "waitlist" else "accepted"
    withdrawn = found["status"] == "cancelled" and found["cancelled_for"] != "patient"
    return [
        {"actor": person, "required": "required", "status": "accepted" if withdrawn else says},
        {
            "actor": _practitioner_reference(found),
            "required": "required",
            "status": "declined" if withdrawn else other,
        },
    ]
