"""What education's own entrypoints take and give, and what it reads of others' events."""

from __future__ import annotations

from services.education.domain.priority import CLASSES
from services.education.domain.rounds import STAGES, STATES
from services.education.forms import MOST_CHOICES, school_code
from shared.schema import (
    BilingualText,
    Day,
    DivisionCode,
    Instant,
    Integer,
    Paged,
    Schema,
    String,
    fields,
    validate,
)

MOST_AREAS = 50


def reasons() -> fields.List[str]:
    """One to ten reasons."""
    return fields.List(String(longest=500), required=True, validate=validate.Length(min=1, max=10))


def classes(**kwargs: object) -> fields.List[str]:
    """Priority classes, the first goes first."""
    rule = validate.Length(min=1, max=len(CLASSES))
    each = fields.String(validate=validate.OneOf(list(CLASSES)))
    return fields.List(each, validate=rule, **kwargs)  # type: ignore[arg-type]


class RoundBody(Schema):
    """A round. year: of entry; answer_days: calendar days for an answer; rehearsal: may be closed
    early, which is said from the start."""

    division = DivisionCode(required=True)
    year = Integer(required=True, minimum=2000, maximum=2100)
    stage = fields.String(required=True, validate=validate.OneOf(list(STAGES)))
    title = String(required=True, longest=100)
    opens_on = Day(required=True)
    closes_on = Day(required=True)
    ends_on = Day(required=True)
    answer_days = Integer(required=True, minimum=1, maximum=30)
    most_choices = Integer(load_default=5, minimum=1, maximum=MOST_CHOICES)
    classes = classes()
    rehearsal = fields.Boolean(load_default=False)


class Area(Schema):
    """A part of a catchment; without street and community, the whole division."""

    division = DivisionCode(required=True)
    street = String(longest=60)
    community = String(longest=60)


class SchoolBody(Schema):
    code = school_code(required=True)
    name = String(required=True, longest=100)
    capacity = Integer(required=True, minimum=0, maximum=10_000)
    catchment = fields.List(
        fields.Nested(Area), required=True, validate=validate.Length(max=MOST_AREAS)
    )


class SchoolsBody(Schema):
    schools = fields.List(
        fields.Nested(SchoolBody), required=True, validate=validate.Length(min=1, max=500)
    )


class RoundsQuery(Paged):
    division = DivisionCode(required=True)


class ClassTold(Schema):
    code = fields.String(required=True)
    name = BilingualText(required=True)


class Act(Schema):
    """A move of a round: who did what, when, and why."""

    action = fields.String(required=True)
    at = Instant(required=True)
    by = fields.Dict(required=True)
    reasons = fields.List(fields.String())


class Round(Schema):
    """A round as anybody sees it. seed_hash: SHA-256 of the seed, public before the window opens;
    seed: once it is drawn; record_digest: SHA-256 of the record."""

    id = fields.String(required=True)
    division = DivisionCode(required=True)
    year = Integer(required=True)
    stage = fields.String(required=True)
    title = fields.String(required=True)
    opens_on = Day(required=True)
    closes_on = Day(required=True)
    ends_on = Day(required=True)
    answer_days = Integer(required=True)
    most_choices = Integer(required=True)
    classes = fields.List(fields.Nested(ClassTold), required=True)
    rehearsal = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    open = fields.Boolean(required=True)
    schools = Integer(required=True)
    seed_hash = fields.String(required=True, allow_none=True)
    terms_digest = fields.String(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    record_digest = fields.String(required=True, allow_none=True)
    totals = fields.Dict(required=True, allow_none=True)
    history = fields.List(fields.Nested(Act), required=True)


class SchoolTold(Schema):
    """A school of a round. Once drawn: places taken, children waiting, and the class and lot of the
    last who got a place (null: everybody who asked did)."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    capacity = Integer(required=True)
    catchment = fields.List(fields.Nested(Area), required=True)
    places = Integer(allow_none=True)
    extra_places = Integer(allow_none=True)
    waiting = Integer(allow_none=True)
    coordinated = Integer(allow_none=True)
    last = fields.Dict(allow_none=True)


class RecordTold(Schema):
    """The record of the draw: see `services/education/domain/record.py`."""

    format = fields.String(required=True)
    round = fields.Dict(required=True)
    terms_digest = fields.String(required=True)
    seed_hash = fields.String(required=True)
    seed = fields.String(required=True)
    applications = fields.List(fields.Dict(), required=True)
    places = fields.Dict(required=True)
    waiting = fields.Dict(required=True)


class CertificateQuery(Schema):
    """The holder's name, as on the certificate."""

    name = String(required=True, longest=50)


class Certificate(Schema):
    """An entry of the register of teacher qualifications; the holder's name is masked."""

    number = fields.String(required=True)
    holder = fields.String(required=True)
    kind = fields.String(required=True)
    kind_name = BilingualText(required=True)
    subject = fields.String(required=True)
    division = DivisionCode(required=True)
    issued_on = Day(required=True)
    status = fields.String(required=True)


class AidRules(Schema):
    """The published grades of student aid; amounts in fen a school year."""

    subsistence_line = Integer(required=True)
    hardships = fields.Dict(required=True)
    grades = fields.List(fields.Dict(), required=True)


class WardFields(Schema):
    """What is read of `identity.guardianship.*`."""

    guardian = fields.String(required=True)
    child = fields.String(required=True)
    child_born = Day(required=True)
    from_day = Day(required=True)
    until_day = Day(allow_none=True)


class RoundHeard(Schema):
    """Nothing of a round's event but its subject is read."""
