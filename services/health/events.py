"""What the health department tells the others, beyond its cases and items.

No event carries a name or a personal number. Those of practitioners, licences and certificates are
public: consumers outside the platform may bind them. Those of slots and appointments are heard by
this service itself: what reaches further than one document is carried on by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.department.events import department_events
from shared.events import event
from shared.exchange.events import node_events
from shared.notice import notices
from shared.published import Published, Publishes
from shared.schema import Day, DivisionCode, Schema, fields

Document = Mapping[str, Any]


class Practitioner(Schema):
    """An entry of the register; kind: doctor or nurse; status: valid, suspended, revoked,
    cancelled."""

    number = fields.String(required=True)
    kind = fields.String(required=True)
    division = DivisionCode(required=True)
    institution = fields.String(required=True)
    status = fields.String(required=True)


class Licence(Schema):
    """The licence of a medical institution; code: of the legal person that runs it."""

    number = fields.String(required=True)
    code = fields.String(required=True)
    status = fields.String(required=True)
    issued_on = Day(required=True)


class Certificate(Schema):
    """A certificate; kind: birth or food-worker. Whose it is, is not told."""

    number = fields.String(required=True)
    kind = fields.String(required=True)
    division = DivisionCode(required=True)
    issued_on = Day(required=True)
    valid_until = Day(required=True, allow_none=True)


class Appointment(Schema):
    """What has become of an appointment. agenda: practitioner and day; slot: where it has one."""

    agenda = fields.String(required=True)
    slot = fields.String(required=True, allow_none=True)
    status = fields.String(required=True)


class Opening(Schema):
    """That slots of a schedule were opened or closed."""

    schedule = fields.String(required=True)


PRACTITIONER = {
    "registered": "health.practitioner.registered.v1",
    "suspension": "health.practitioner.suspended.v1",
    "reinstatement": "health.practitioner.reinstated.v1",
    "revocation": "health.practitioner.revoked.v1",
    "cancellation": "health.practitioner.cancelled.v1",
}
ISSUED, RULED = "health.licence.issued.v1", "health.licence.ruled.v1"
CERTIFIED = "health.certificate.issued.v1"
APPOINTMENT = {
    "booked": "health.appointment.booked.v1",
    "waitlist": "health.appointment.waitlisted.v1",
    "pending": "health.appointment.offered.v1",
    "cancelled": "health.appointment.cancelled.v1",
    "arrived": "health.appointment.arrived.v1",
    "fulfilled": "health.appointment.fulfilled.v1",
    "noshow": "health.appointment.missed.v1",
}
SLOT = "health.slot.changed.v1"
SCHEDULE = "health.schedule.changed.v1"

PUBLISHES: Publishes = {
    **department_events("health"),
    **node_events("health"),
    **notices("health"),
    **{type_: Published(Practitioner, public=True) for type_ in PRACTITIONER.values()},
    ISSUED: Published(Licence, public=True),
    RULED: Published(Licence, public=True),
    CERTIFIED: Published(Certificate, public=True),
    **{type_: Published(Appointment) for type_ in APPOINTMENT.values()},
    SLOT: Published(Opening),
    SCHEDULE: Published(Opening),
}


def practitioner_event(happened: str, entry: Document, now: datetime) -> dict[str, Any]:
    """What has become of `entry`; its sequence is 1 + the rulings on it."""
    names = ("kind", "division", "institution", "status")
    data = {"number": entry["_id"], **{name: entry[name] for name in names}}
    return event(PRACTITIONER[happened], entry["_id"], len(entry["rulings"]) + 1, data, now)


def licence_event(type_: str, licence: Document, now: datetime) -> dict[str, Any]:
    """What has become of the licence; its sequence is 1 + the rulings on it."""
    names = ("code", "status", "issued_on")
    data = {"number": licence["_id"], **{name: licence[name] for name in names}}
    return event(type_, licence["_id"], len(licence["rulings"]) + 1, data, now)


def certified(certificate: Document, now: datetime) -> dict[str, Any]:
    """That `certificate` was issued."""
    names = ("kind", "division", "issued_on", "valid_until")
    data = {"number": certificate["_id"], **{name: certificate[name] for name in names}}
    return event(CERTIFIED, certificate["_id"], 1, data, now)


def appointment_event(appointment: Document, now: datetime) -> dict[str, Any]:
    """What has become of `appointment`; its sequence is the length of its history."""
    status = appointment["status"]
    data = {"agenda": appointment["agenda"], "slot": appointment.get("slot"), "status": status}
    return event(APPOINTMENT[status], appointment["_id"], len(appointment["history"]), data, now)


def slot_changed(slot: Document, now: datetime) -> dict[str, Any]:
    """That `slot` is open or closed now."""
    return event(SLOT, slot["_id"], slot["changes"], {"schedule": slot["schedule"]}, now)


def schedule_changed(schedule: Document, now: datetime) -> dict[str, Any]:
    """That `schedule` was made, or is used or no longer used."""
    return event(SCHEDULE, schedule["_id"], schedule["changes"], {"schedule": schedule["_id"]}, now)
