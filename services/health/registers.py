"""The entrypoints of the registers, and of the desk that opens slots in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any, ClassVar

from services.health import views
from services.health.domain import slots
from services.health.domain.refusals import refusal
from services.health.schemas import (
    Certificate,
    Clinic,
    DoctorsQuery,
    InstitutionEntry,
    Opened,
    Practitioner,
    Ruling,
    SlotsBody,
)
from services.health.usecases import institutions, practitioners, schedules
from services.health.usecases.registering import entry
from shared.access import PUBLIC, SIGNED_IN, official
from shared.documents import Document
from shared.entrypoints import Call, Reply, http
from shared.errors import Invalid


class Registers:
    """Mixed into the service; `store` is the service's own."""

    store: ClassVar[Any]

    @http(
        "GET",
        "/practitioners/<number>",
        who=PUBLIC,
        reply=Practitioner,
        summary="A doctor or nurse of the public register, by number",
    )
    def read_register(self, call: Call, number: str) -> Reply:
        return self._practitioner(call, entry(self.store, "practitioners", number))

    @http(
        "POST",
        "/practitioners/<number>/suspension",
        who=official("approve"),
        body=Ruling,
        reply=Practitioner,
        moves=True,
        summary="Suspend a practitioner: open slots are withdrawn, patients are told",
    )
    def suspend_practitioner(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "suspension")

    @http(
        "POST",
        "/practitioners/<number>/reinstatement",
        who=official("approve"),
        body=Ruling,
        reply=Practitioner,
        moves=True,
        summary="Put a suspended registration in force again",
    )
    def reinstate_practitioner(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "reinstatement")

    @http(
        "POST",
        "/practitioners/<number>/revocation",
        who=official("approve"),
        body=Ruling,
        reply=Practitioner,
        moves=True,
        summary="Revoke a registration, with reasons",
    )
    def revoke_practitioner(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "revocation")

    @http(
        "POST",
        "/practitioners/<number>/cancellation",
        who=official("approve"),
        body=Ruling,
        reply=Practitioner,
        moves=True,
        summary="Cancel a registration whose ground is gone, with reasons",
    )
    def cancel_practitioner(self, call: Call, number: str) -> Reply:
        return self._ruled(call, number, "cancellation")

    @http(
        "GET",
        "/institutions/<number>",
        who=PUBLIC,
        reply=InstitutionEntry,
        summary="A licensed institution of the public register, by number",
    )
    def read_institution(self, call: Call, number: str) -> Reply:
        return self._institution(call, entry(self.store, "institutions", number))

    @http(
        "POST",
        "/institutions/<number>/suspension",
        who=official("approve"),
        body=Ruling,
        reply=InstitutionEntry,
        moves=True,
        summary="Suspend the licence of an institution: its slots are withdrawn",
    )
    def suspend_institution(self, call: Call, number: str) -> Reply:
        return self._licence_ruled(call, number, "suspension")

    @http(
        "POST",
        "/institutions/<number>/reinstatement",
        who=official("approve"),
        body=Ruling,
        reply=InstitutionEntry,
        moves=True,
        summary="Put a suspended licence in force again",
    )
    def reinstate_institution(self, call: Call, number: str) -> Reply:
        return self._licence_ruled(call, number, "reinstatement")

    @http(
        "POST",
        "/institutions/<number>/revocation",
        who=official("approve"),
        body=Ruling,
        reply=InstitutionEntry,
        moves=True,
        summary="Revoke the licence of an institution, with reasons",
    )
    def revoke_institution(self, call: Call, number: str) -> Reply:
        return self._licence_ruled(call, number, "revocation")

    @http(
        "GET",
        "/certificates/<number>",
        who=PUBLIC,
        reply=Certificate,
        summary="Whether a certificate of this number is valid; not whose it is",
    )
    def read_certificate(self, call: Call, number: str) -> dict[str, Any]:
        return views.certificate(entry(self.store, "certificates", number), call.now)

    @http(
        "GET",
        "/clinics",
        who=PUBLIC,
        query=DoctorsQuery,
        reply=Clinic,
        summary="Schedules that can be booked in a division, by their FHIR ids",
    )
    def clinics(self, call: Call) -> Reply:
        page = schedules.clinics(self.store, call)
        return Reply.page([views.clinic(s) for s in page.items], page.next_cursor)

    @http(
        "POST",
        "/schedules/<id>/slots",
        who=SIGNED_IN,
        body=SlotsBody,
        reply=Opened,
        summary="Open slots on every working day; those there are stay",
        example={
            "first": "2026-12-01",
            "last": "2026-12-04",
            "sessions": [{"begins": "08:00", "ends": "11:30"}],
            "minutes": 15,
        },
    )
    def open_slots(self, call: Call, id: str) -> dict[str, Any]:
        opened = schedules.open_slots(self.store, call, id, spans_of(call.body))
        return {"slots": [slot["_id"] for slot in opened]}

    def _ruled(self, call: Call, number: str, ruling: str) -> Reply:
        return self._practitioner(call, practitioners.rule(self.store, call, number, ruling))

    def _practitioner(self, call: Call, found: Document) -> Reply:
        return Reply(views.practitioner(found, call.now), version=found["version"])

    def _licence_ruled(self, call: Call, number: str, ruling: str) -> Reply:
        return self._institution(call, institutions.rule(self.store, call, number, ruling))

    def _institution(self, call: Call, found: Document) -> Reply:
        return Reply(views.institution(found, call.now), version=found["version"])


def spans_of(body: Mapping[str, Any]) -> list[slots.Span]:
    """The slots that a request to open many asks for."""
    first, last = (date.fromisoformat(body[name]) for name in ("first", "last"))
    days = (last - first).days
    if not 0 <= days < slots.LONGEST_HORIZON:
        zh, en = "日期范围不合适", "Not a range of days that a schedule can have"
        raise Invalid(errors=[refusal("/last", "range", zh, en)])
    sessions = [
        (time.fromisoformat(one["begins"]), time.fromisoformat(one["ends"]))
        for one in body["sessions"]
    ]
    found = list(slots.cut(first, last, sessions, body["minutes"]))
    if not 0 < len(found) <= slots.MOST_AT_ONCE:
        zh = f"一次应为 1 至 {slots.MOST_AT_ONCE} 个号源"
        en = f"That makes {len(found)} slots; 1 to {slots.MOST_AT_ONCE} at once"
        raise Invalid(errors=[refusal("/sessions", "number-of-slots", zh, en)])
    return found
