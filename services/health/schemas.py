"""What the health department's own addresses take and give, beyond FHIR's."""

from __future__ import annotations

from services.health.domain.practitioners import SPECIALTIES, STATUSES
from services.health.domain.slots import LONGEST, SHORTEST
from services.health.forms import CLOCK_TIME
from shared.department.schemas import texts
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Integer,
    Paged,
    Schema,
    fields,
    validate,
)


def status() -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(STATUSES))


class Ruled(Schema):
    """A ruling as the public sees it."""

    ruling = fields.String(required=True)
    on = Day(required=True)
    reasons = fields.List(fields.String(), required=True)


class Practitioner(Schema):
    """An entry of the public register of practitioners."""

    number = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["doctor", "nurse"]))
    name = fields.String(required=True)
    title = BilingualText(required=True)
    category = BilingualText(allow_none=True, required=True)
    scope = fields.List(BilingualText(), required=True)
    institution = fields.String(required=True)
    institution_name = fields.String(required=True)
    division = DivisionCode(required=True)
    status = status()
    registered_on = Day(required=True)
    valid_until = Day(required=True, allow_none=True)
    rulings = fields.List(fields.Nested(Ruled), required=True)


class InstitutionEntry(Schema):
    """An entry of the public register of medical institutions."""

    number = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    category = BilingualText(required=True)
    address = fields.String(required=True)
    beds = Integer(required=True)
    specialties = fields.List(BilingualText(), required=True)
    division = DivisionCode(required=True)
    status = status()
    issued_on = Day(required=True)
    valid_until = Day(required=True)
    verified_every_years = Integer(required=True)
    rulings = fields.List(fields.Nested(Ruled), required=True)


class Certificate(Schema):
    """What anyone may know of a certificate whose number they have: not whose it is."""

    number = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["birth", "food-worker"]))
    division = DivisionCode(required=True)
    status = status()
    issued_on = Day(required=True)
    valid_until = Day(required=True, allow_none=True)


class Ruling(Schema):
    """Why; told to the public with the entry."""

    reasons = texts()


class Told(Schema):
    """What the register of qualifications said: valid, revoked or absent; when (RFC 3339), which
    register, and the receipt of the evidence."""

    status = fields.String(required=True)
    at = fields.String(required=True)
    source = fields.Dict(keys=fields.String(), required=True)
    record = fields.Dict(keys=fields.String(), required=True)


class Ended(Schema):
    """outcome: cancellation, revocation, kept, or restored (the qualification is in force)."""

    at = Instant(required=True)
    outcome = fields.String(required=True)
    reasons = fields.List(fields.String(), required=True)


class Review(Schema):
    """Whether a registration still has its ground. closed: null while it is open."""

    opened_at = Instant(required=True)
    qualification = fields.Nested(Told, required=True)
    closed = fields.Nested(Ended, required=True, allow_none=True)


class Reviewed(Schema):
    """An entry of the register, as its holder and the officials of the division see it."""

    number = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["doctor", "nurse"]))
    name = fields.String(required=True)
    institution_name = fields.String(required=True)
    division = DivisionCode(required=True)
    status = status()
    reviews = fields.List(fields.Nested(Review), required=True)


class Session(Schema):
    """A session of a day, such as 08:00 to 11:30."""

    begins = fields.String(required=True, validate=validate.Regexp(CLOCK_TIME))
    ends = fields.String(required=True, validate=validate.Regexp(CLOCK_TIME))


class SlotsBody(Schema):
    """Slots to open: on every working day from the first to the last, in each session."""

    first = Day(required=True)
    last = Day(required=True)
    sessions = fields.List(
        fields.Nested(Session), required=True, validate=validate.Length(min=1, max=4)
    )
    minutes = Integer(required=True, minimum=SHORTEST, maximum=LONGEST)


class Opened(Schema):
    """The slots that are open now, by their FHIR ids."""

    slots = fields.List(fields.String(), required=True)


class DoctorsQuery(Paged):
    """Who can be booked in a division (and what lies in it)."""

    division = DivisionCode(required=True)
    specialty = fields.String(validate=validate.OneOf(sorted(SPECIALTIES)))


class Clinic(Schema):
    """A schedule that can be booked, by its FHIR ids."""

    schedule = fields.String(required=True)
    practitioner = fields.String(required=True)
    name = fields.String(required=True)
    institution_name = fields.String(required=True)
    division = DivisionCode(required=True)
    specialties = fields.List(BilingualText(), required=True)
    first = Day(required=True)
    last = Day(required=True)


class HeardAppointment(Schema):
    """What this service reads of its appointments' events."""

    agenda = fields.String(required=True)
    slot = fields.String(required=True, allow_none=True)


class HeardOpening(Schema):
    """What this service reads of its schedules' events."""

    schedule = fields.String(required=True)
