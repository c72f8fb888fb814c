"""The forms of the health department.

Guarantees: what they load can be kept as BSON and JSON. Does not: apply the rules that need other
facts (`domain`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.health.domain import certificates, institutions, practitioners
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    Phone,
    ResidentId,
    Schema,
    SocialCreditCode,
    String,
    fields,
    validate,
)

QUALIFICATION = r"(19|20)\d{2}43[12]\d{2}$(?!\n)"
"""First nine digits of 医师资格证书编码: year, province of the examination, level, category; the
other eighteen are the identity number, which the form has already."""


CLOCK_TIME = r"([01]\d|2[0-3]):[0-5]\d$(?!\n)"
"""A time of day, hours and minutes."""


def chosen(choices: Iterable[str], **kwargs: Any) -> fields.String:
    """One of `choices`."""
    return fields.String(validate=validate.OneOf(sorted(choices)), **kwargs)


def yes_or_no(**kwargs: Any) -> fields.Boolean:
    """A JSON boolean."""
    return fields.Boolean(truthy={True}, falsy={False}, **kwargs)


class _Applicant(Schema):
    """Who wants to practise, and where."""

    name = String(required=True, longest=50)
    identity = ResidentId(required=True)
    phone = Phone(required=True)
    institution = String(required=True, longest=22, shortest=22)
    no_impediment = yes_or_no(required=True)


class Doctor(_Applicant):
    """Registration of a doctor; `institution`: number of its licence."""

    level = chosen(practitioners.LEVELS, required=True)
    category = chosen(practitioners.CATEGORIES, required=True)
    scope = fields.List(
        chosen(practitioners.SPECIALTIES), required=True, validate=validate.Length(min=1, max=2)
    )
    qualification = fields.String(required=True, validate=validate.Regexp(QUALIFICATION))


class Nurse(_Applicant):
    """Registration of a nurse."""

    exam_passed_on = Day(required=True)
    clinical_training = yes_or_no(load_default=False)


class Institution(Schema):
    """Licence of a medical institution; the applicant is the legal person that runs it."""

    name = String(required=True, longest=80)
    category = chosen(institutions.CATEGORIES, required=True)
    address = String(required=True, longest=200)
    beds = Integer(required=True, minimum=0, maximum=10_000)
    doctors = Integer(required=True, minimum=0, maximum=10_000)
    nurses = Integer(required=True, minimum=0, maximum=20_000)
    specialties = fields.List(
        chosen(practitioners.SPECIALTIES), required=True, validate=validate.Length(min=1, max=30)
    )
    head = String(required=True, longest=50)


class _Parent(Schema):
    name = String(required=True, longest=50)
    identity = ResidentId(required=True)


class _Child(Schema):
    """The newborn. weight in grams, length in centimetres; order: of twins, the first is 1."""

    name = String(required=True, longest=50)
    sex = chosen(("female", "male"), required=True)
    born_on = Day(required=True)
    born_time = fields.String(required=True, validate=validate.Regexp(CLOCK_TIME))
    weeks = Integer(required=True, minimum=20, maximum=45)
    weight = Integer(required=True, minimum=300, maximum=8_000)
    length = Integer(required=True, minimum=20, maximum=70)
    order = Integer(load_default=1, minimum=1, maximum=9)


class BirthCertificate(Schema):
    """A birth in the institution whose licence's number is given."""

    child = fields.Nested(_Child, required=True)
    mother = fields.Nested(_Parent, required=True)
    father = fields.Nested(_Parent, load_default=None, allow_none=True)
    institution = String(required=True, longest=22, shortest=22)


class FoodWorker(Schema):
    """The yearly examination of somebody who works with food."""

    name = String(required=True, longest=50)
    identity = ResidentId(required=True)
    employer = SocialCreditCode(load_default=None, allow_none=True)
    work_division = DivisionCode(required=True)
    institution = String(required=True, longest=22, shortest=22)
    examined_on = Day(required=True)
    report = String(required=True, longest=40)
    findings = fields.List(
        chosen(certificates.DISEASES), load_default=list, validate=validate.Length(max=6)
    )
