"""The entrypoints of FHIR R4 that write, and what is said at addresses where nothing is.

Creates need no Idempotency-Key, which FHIR clients do not send: every id follows from what is
created, so a repeat gives the same resource. Updates need If-Match (R4 http.html#concurrency).
"""

from __future__ import annotations

from typing import Any, ClassVar

from services.health.answering import resource, written
from services.health.domain.fhir import bodies, resources, search
from services.health.domain.fhir.capability import JSON, TYPES
from services.health.errors import outcome
from services.health.fhir_schemas import (
    Answered,
    AppointmentBody,
    AppointmentQuery,
    Format,
    ScheduleBody,
    SlotBody,
)
from services.health.rendering import render
from services.health.usecases import booking, schedules, searching
from services.health.usecases.schedules import kept
from shared.access import PERSON, PUBLIC, SIGNED_IN, Who
from shared.documents import Document
from shared.entrypoints import Call, Reply, http
from shared.entrypoints.request import by_name, pairs
from shared.errors import (
    FieldError,
    Malformed,
    MethodNotAllowed,
    NotFound,
    ServiceError,
    Stale,
)
from shared.schema import load
from shared.text import Text

MEDIA = (JSON, "application/json")
TOLD: dict[str, Any] = {
    "produces": JSON,
    "reply": Answered,
    "refuses": outcome,
    "consumes": MEDIA,
    "query": Format,
}
CREATED, UPDATED = Text("已创建", "Created"), Text("已更新", "Updated")

BOOKING = {
    "resourceType": "Appointment",
    "status": "proposed",
    "slot": [{"reference": "Slot/5f1c8a52-8a3c-5c5e-9d0e-6a6c1b2f8f10"}],
    "participant": [
        {
            "actor": {"reference": "Patient/0f6d7c0e-2a53-5d0b-8a3c-0a4f3f3f8c55"},
            "status": "accepted",
        }
    ],
}


def creating(type_: str, who: Who, body: Any, example: Any = None) -> Any:
    """The address where a resource is created."""
    return http("POST", f"/fhir/{type_}", who=who, body=body, status=201, example=example,
                summary=f"FHIR: create {type_}", **TOLD)  # fmt: skip


def updating(type_: str, who: Who, body: Any) -> Any:
    """The address where a resource is updated, in the version that If-Match names."""
    return http("PUT", f"/fhir/{type_}/<id>", who=who, body=body, moves=True,
                summary=f"FHIR: update {type_}", **TOLD)  # fmt: skip


def nowhere(method: str, who: Who, path: str = "/fhir/<path:rest>") -> Any:
    """Any other address below /fhir, so that it is told as FHIR tells errors."""
    return http(method, path, who=who, produces=JSON, reply=Answered, query=Format,
                refuses=outcome, summary="FHIR: not supported")  # fmt: skip


class FhirWriting:
    """Mixed into the service; `store` is the service's own."""

    store: ClassVar[Any]

    @creating("Appointment", PERSON, AppointmentBody, example=BOOKING)
    def create_appointment(self, call: Call) -> Reply:
        if (same := self._existing(call)) is not None:
            return resource(call, render(call, "Appointment", same))
        asked = bodies.new_appointment(call.body, call.signed_in.subject)
        if asked.slot is not None:
            slot = booking.slot_of(self.store, asked.slot)
            bodies.agrees(call.body, slot)
            made = booking.book(self.store, call, slot, asked.told)
        else:
            made = booking.wait(self.store, call, asked.practitioner, asked.day, asked.told)
        return written(call, render(call, "Appointment", made), 201, CREATED)

    @updating("Appointment", SIGNED_IN, AppointmentBody)
    def update_appointment(self, call: Call, id: str) -> Reply:
        same_id(call, id)
        before = booking.seen(self.store, call.signed_in, id)
        status = bodies.new_status(call.body, before)
        after = booking.change(self.store, call, id, status)
        return written(call, render(call, "Appointment", after), 200, UPDATED)

    @creating("Schedule", SIGNED_IN, ScheduleBody)
    def create_schedule(self, call: Call) -> Reply:
        given = bodies.new_schedule(call.body)
        made = schedules.open_schedule(self.store, call, given)
        return written(call, render(call, "Schedule", made), 201, CREATED)

    @updating("Schedule", SIGNED_IN, ScheduleBody)
    def update_schedule(self, call: Call, id: str) -> Reply:
        same_id(call, id)
        given = bodies.same_schedule(call.body, kept(self.store, "schedules", id))
        after = schedules.change_schedule(self.store, call, id, **given)
        return written(call, render(call, "Schedule", after), 200, UPDATED)

    @creating("Slot", SIGNED_IN, SlotBody)
    def create_slot(self, call: Call) -> Reply:
        schedule, span = bodies.new_slot(call.body)
        comment = call.body.get("comment")
        (made,) = schedules.open_slots(self.store, call, schedule, [span], comment)
        return written(call, render(call, "Slot", made), 201, CREATED)

    @updating("Slot", SIGNED_IN, SlotBody)
    def update_slot(self, call: Call, id: str) -> Reply:
        same_id(call, id)
        bodies.same_slot(call.body, kept(self.store, "slots", id))
        closed = bodies.closes(call.body)
        schedules.change_slot(self.store, call, id, closed, call.body.get("comment"))
        found = resources.slot(*searching.slot_with_status(self.store, id))
        return written(call, found, 200, UPDATED)

    @nowhere("GET", PUBLIC)
    def get_nowhere(self, call: Call, rest: str) -> Reply:
        raise nothing_at(rest)

    @nowhere("POST", SIGNED_IN)
    def post_nowhere(self, call: Call, rest: str) -> Reply:
        raise nothing_at(rest)

    @nowhere("PUT", SIGNED_IN)
    def put_nowhere(self, call: Call, rest: str) -> Reply:
        raise nothing_at(rest)

    @nowhere("PATCH", SIGNED_IN)
    def patch_nowhere(self, call: Call, rest: str) -> Reply:
        raise nothing_at(rest)

    @nowhere("DELETE", SIGNED_IN)
    def delete_nowhere(self, call: Call, rest: str) -> Reply:
        raise nothing_at(rest)

    @nowhere("GET", PUBLIC, "/fhir")
    def get_root(self, call: Call) -> Reply:
        raise nothing_at("")

    @nowhere("POST", SIGNED_IN, "/fhir")
    def post_root(self, call: Call) -> Reply:
        raise nothing_at("")

    def _existing(self, call: Call) -> Document | None:
        """What If-None-Exist finds (R4 http.html#ccreate); `Stale` where it is not one."""
        header = call.headers.get("If-None-Exist") or ""
        if not header:
            return None
        values = by_name(pairs(header.removeprefix("?")), AppointmentQuery.repeats)
        query = load(AppointmentQuery(), values)
        search.refuse_unread("Appointment", query["unread"], strict=True)
        filter_ = searching.appointments_of(call.signed_in, query)
        found = self.store["appointments"].find(filter_, limit=2)
        if len(found) > 1:
            raise Stale(Text("不止一项符合 If-None-Exist", "More than one fits If-None-Exist"))
        return found[0] if found else None


def same_id(call: Call, id_: str) -> None:
    """R4 http.html#update: the id in the body is the one in the address, else 400."""
    if call.body.get("id") != id_:
        detail = Text("资源的 id 与地址不符", "The resource's id is not the one in the address")
        raise Malformed(detail, errors=[FieldError("/id", detail, "id")])


def nothing_at(rest: str) -> ServiceError:
    """405 for what a type we have does not offer, else 404."""
    type_ = rest.partition("/")[0].partition("?")[0]
    if type_ in TYPES:
        detail = Text(f"{type_} 不支持该操作", f"{type_} does not offer this interaction")
        return MethodNotAllowed(detail, allowed=["GET"])
    detail = Text("不支持该资源类型或者操作", "No such resource type or operation is supported")
    return NotFound(detail, type="not-supported")
