"""What FHIR clients send: bodies and queries, as far as they are read.

Guarantees: what is read has the types and bounds of R4; elements that we must not ignore
(modifierExtension, implicitRules) are refused, others are dropped.
Does not: apply the rules of booking (`domain.fhir.bodies`).
"""

from __future__ import annotations

from typing import Any

from marshmallow import post_load, pre_load

from shared.schema import Foreign, QueryInteger, String, ValidationError, fields, validate
from shared.text import Text

LONGEST = 1000
PAGE, LARGEST_PAGE = 50, 200

HARMLESS = frozenset({"_format", "_pretty"})
"""Parameters that say how an answer is written, not what is in it."""


class Format(Foreign):
    """How a resource is to be written."""

    format_ = String(data_key="_format", attribute="_format", longest=100)


class Query(Foreign):
    """What every search takes. `unread`: the names that were given and are not read here."""

    repeats = frozenset({"_include"})

    id_ = String(data_key="_id", attribute="_id", longest=LONGEST)
    count = QueryInteger(
        data_key="_count", attribute="_count", minimum=0, maximum=10**6, load_default=PAGE
    )
    page = String(data_key="_page", attribute="_page", longest=400)
    summary = fields.String(
        data_key="_summary",
        attribute="_summary",
        validate=validate.OneOf(["true", "text", "data", "count", "false"]),
    )
    total = fields.String(
        data_key="_total",
        attribute="_total",
        validate=validate.OneOf(["none", "estimate", "accurate"]),
    )
    include = fields.List(String(longest=100), data_key="_include", attribute="_include")
    format_ = String(data_key="_format", attribute="_format", longest=100)

    @post_load(pass_original=True)
    def bounded(self, data: dict[str, Any], original: Any, **kwargs: Any) -> dict[str, Any]:
        known = {field.data_key or name for name, field in self.fields.items()}
        unread = [name for name in original if name not in known and name not in HARMLESS]
        used = [
            (name, value)
            for name, given in original.items()
            if name in known and name not in HARMLESS
            for value in (given if isinstance(given, list) else [given])
        ]
        count = min(data["_count"], LARGEST_PAGE)
        return {**data, "_count": count, "unread": unread, "used": used}


class SlotQuery(Query):
    repeats = frozenset({"_include", "start"})
    schedule = String(longest=LONGEST)
    start = fields.List(String(longest=60))
    status = String(longest=200)


class ScheduleQuery(Query):
    repeats = frozenset({"_include", "date"})
    actor = String(longest=LONGEST)
    specialty = String(longest=LONGEST)
    active = String(longest=10)
    date = fields.List(String(longest=60))


class PractitionerQuery(Query):
    identifier = String(longest=LONGEST)
    name = String(longest=50)


class AppointmentQuery(Query):
    repeats = frozenset({"_include", "date"})
    actor = String(longest=LONGEST)
    date = fields.List(String(longest=60))
    patient = String(longest=LONGEST)
    practitioner = String(longest=LONGEST)
    slot = String(longest=LONGEST)
    status = String(longest=200)


class Element(Foreign):
    """An element that may carry an extension which changes its meaning: that we refuse."""

    @pre_load
    def understood(self, data: Any, **kwargs: Any) -> Any:
        for name in ("modifierExtension", "implicitRules"):
            if isinstance(data, dict) and data.get(name):
                detail = Text("不支持该元素，不能忽略", "Not supported, and not to be ignored")
                raise ValidationError({name: [detail]})
        return data


class Reference(Element):
    reference = String(required=True, longest=400)


class Period(Element):
    start = String(required=True, longest=40)
    end = String(required=True, longest=40)


class Participant(Element):
    actor = fields.Nested(Reference, required=True)


def listed(schema: type[Foreign], most: int = 10, **kwargs: Any) -> fields.List[Any]:
    """One to `most` of an element."""
    rule = validate.Length(min=1, max=most)
    return fields.List(fields.Nested(schema), validate=rule, **kwargs)


class Resource(Element):
    """What every resource has; `id` is read where it is updated."""

    id = String(longest=64)


def type_(name: str) -> fields.String:
    return fields.String(data_key="resourceType", required=True, validate=validate.Equal(name))


class AppointmentBody(Resource):
    """Appointment, R4: as a patient asks for it, or as somebody has changed its status."""

    type_ = type_("Appointment")
    status = String(required=True, longest=40)
    slot = listed(Reference)
    participant = listed(Participant, required=True)
    requested_period = listed(Period, data_key="requestedPeriod")
    start = String(longest=40)
    end = String(longest=40)
    description = String(longest=200)
    comment = String(longest=500)


class Actor(Element):
    """Whose time it is: a reference, or an identifier that we have no need to read."""

    reference = String(longest=400)


class ScheduleBody(Resource):
    """Schedule, R4. The practitioner is the first actor that is one."""

    type_ = type_("Schedule")
    active = fields.Boolean(truthy={True}, falsy={False}, load_default=True)
    actor = listed(Actor, required=True)
    planning_horizon = fields.Nested(Period, data_key="planningHorizon", required=True)
    comment = String(longest=500)


class SlotBody(Resource):
    """Slot, R4."""

    type_ = type_("Slot")
    schedule = fields.Nested(Reference, required=True)
    status = String(required=True, longest=40)
    start = String(required=True, longest=40)
    end = String(required=True, longest=40)
    comment = String(longest=500)


class Answered(Foreign):
    """A resource as it is answered: its type, and what R4 says of it."""

    type_ = fields.String(data_key="resourceType", required=True)
