"""The forms of education.

Guarantees: what they load can be kept as BSON and JSON; money is in fen. Does not: apply the rules
that need other facts (`domain`).
"""

from __future__ import annotations

from typing import Any

from services.education.domain import aid, qualification
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    ResidentId,
    Schema,
    String,
    fields,
    validate,
)
from shared.text import Text

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$(?!\n)"
MOST_CHOICES = 10
SCHOOL_CODE = r"[A-Z0-9][A-Z0-9-]{1,19}$(?!\n)"
CERTIFICATE = r"\d{17}$(?!\n)"


def reference(**kwargs: Any) -> fields.String:
    """The id of something that was made before."""
    error = Text("编号格式不正确", "Not an id")
    return fields.String(validate=validate.Regexp(UUID, error=error), **kwargs)


def school_code(**kwargs: Any) -> fields.String:
    """The code of a school in a round."""
    error = Text("学校代码格式不正确", "Not a school code")
    return fields.String(validate=validate.Regexp(SCHOOL_CODE, error=error), **kwargs)


def choice_of(values: Any, **kwargs: Any) -> fields.String:
    """One of `values`."""
    return fields.String(validate=validate.OneOf(list(values)), **kwargs)


class Place(Schema):
    """Where somebody is registered or lives; street and community as the catchments name them."""

    division = DivisionCode(required=True)
    street = String(longest=60)
    community = String(longest=60)


class Home(Place):
    kind = choice_of(("owned", "rented"), required=True)


class Child(Schema):
    """The child as on the household register."""

    name = String(required=True, longest=50)
    identity = ResidentId(required=True)


class Enrolment(Schema):
    """An enrolment in a round; choices: codes of its schools, the best first.

    siblings: schools of the round that a brother or sister attends. coordinate: where no choice has
    a place, take one wherever there is one.
    """

    round = reference(required=True)
    child = fields.Nested(Child, required=True)
    household = fields.Nested(Place, required=True)
    home = fields.Nested(Home, load_default=None, allow_none=True)
    residence_permit = fields.Boolean(load_default=False)
    siblings = fields.List(school_code(), load_default=list, validate=validate.Length(max=5))
    choices = fields.List(
        school_code(), required=True, validate=validate.Length(min=1, max=MOST_CHOICES)
    )
    coordinate = fields.Boolean(load_default=False)


class Examination(Schema):
    """The certificate of having passed the teachers' examination (考试合格证明)."""

    number = String(required=True, longest=30)
    valid_until = Day(required=True)


class Qualification(Schema):
    """An application for a teacher qualification certificate."""

    name = String(required=True, longest=50)
    identity = ResidentId(required=True)
    kind = choice_of(qualification.KINDS, required=True)
    subject = String(required=True, longest=30)
    degree = choice_of(qualification.EDUCATION, required=True)
    mandarin = choice_of(qualification.MANDARIN, required=True)
    examination = fields.Nested(Examination, required=True)
    fit_for_work = fields.Boolean(
        required=True,
        validate=validate.Equal(
            True,
            error=Text(
                "应体检合格（《教师法》第十条）", "Fitness is asked for (Teachers Law, Art. 10)"
            ),
        ),
    )
    no_conviction = fields.Boolean(required=True)


class Verification(Schema):
    """Whether a certificate is genuine; name: of its holder."""

    number = fields.String(
        required=True,
        validate=validate.Regexp(
            CERTIFICATE, error=Text("应为十七位证书号码", "Must be a number of seventeen digits")
        ),
    )
    name = String(required=True, longest=50)
    purpose = String(required=True, longest=200)


class StudentAid(Schema):
    """An application for student aid in the running school year; income: fen a month and head."""

    student = fields.Nested(Child, required=True)
    school = String(required=True, longest=100)
    schooling = choice_of(aid.AMOUNTS, required=True)
    hardship = choice_of(aid.HARDSHIPS, required=True)
    income = Integer(required=True, minimum=0, maximum=10_000_000)
    family_size = Integer(required=True, minimum=1, maximum=20)
    statement = String(required=True, longest=1000)
