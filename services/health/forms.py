"""The forms of the health department.

Guarantees: what they load can be kept as BSON and JSON. Does not: apply the rules that need other
facts (`domain`).
"""

from __future__ import annotations

from collections.abc import Mapping
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
    label,
    one_of,
    validate,
)
from shared.text import Text

QUALIFICATION = r"(19|20)\d{2}43[12]\d{2}$(?!\n)"
"""First nine digits of 医师资格证书编码: year, province of the examination, level, category; the
other eighteen are the identity number, which the form has already."""


CLOCK_TIME = r"([01]\d|2[0-3]):[0-5]\d$(?!\n)"
"""A time of day, hours and minutes."""


def chosen(named: Mapping[str, Text], zh: str, en: str) -> fields.String:
    """One of the keys of `named`; zh, en: the field's label."""
    return fields.String(required=True, validate=one_of(named), metadata=label(zh, en))


def several(
    named: Mapping[str, Text], least: int | None, most: int, **kwargs: Any
) -> fields.List[Any]:
    """`least` (None: none) to `most` of the keys of `named`."""
    return fields.List(
        fields.String(validate=one_of(named)),
        validate=validate.Length(min=least, max=most),
        **kwargs,
    )


def yes_or_no(**kwargs: Any) -> fields.Boolean:
    """A JSON boolean."""
    return fields.Boolean(truthy={True}, falsy={False}, **kwargs)


def count(most: int, zh: str, en: str) -> Integer:
    """A number of persons or things; zh, en: the field's label."""
    return Integer(required=True, minimum=0, maximum=most, metadata=label(zh, en))


def personal_name(zh: str = "姓名", en: str = "Name") -> String:
    """What a person is called."""
    return String(required=True, longest=50, metadata=label(zh, en))


def identity() -> ResidentId:
    """A resident identity number."""
    return ResidentId(required=True, metadata=label("公民身份号码", "Resident identity number"))


def institution(zh: str, en: str) -> String:
    """The number of the licence of an institution; zh, en: what it is in this form."""
    named = label(f"{zh}登记号（22 位）", f"{en} (its register number, 22 characters)")
    return String(required=True, longest=22, shortest=22, metadata=named)


class _Applicant(Schema):
    """Who wants to practise, and where."""

    name = personal_name()
    identity = identity()
    phone = Phone(required=True, metadata=label("移动电话", "Mobile phone"))
    institution = institution("拟执业机构", "Institution to practise at")
    no_impediment = yes_or_no(
        required=True,
        metadata=label(
            "承诺无法定不予注册的情形", "I declare that there is no statutory impediment"
        ),
    )


class Doctor(_Applicant):
    """Registration of a doctor; `institution`: number of its licence."""

    level = chosen(practitioners.LEVELS, "执业级别", "Level of practice")
    category = chosen(practitioners.CATEGORIES, "执业类别", "Category of practice")
    scope = several(
        practitioners.SCOPES, 1, 2, required=True, metadata=label("执业范围", "Scope of practice")
    )
    qualification = fields.String(
        required=True,
        validate=validate.Regexp(QUALIFICATION),
        metadata=label(
            "医师资格证书编码（前 9 位）",
            "Number of the qualification certificate (first 9 digits)",
            Text("其余 18 位即公民身份号码", "The other 18 are the resident identity number"),
        ),
    )


class Nurse(_Applicant):
    """Registration of a nurse."""

    exam_passed_on = Day(
        required=True,
        metadata=label("护士执业资格考试通过日期", "Nurses' examination passed on"),
    )
    clinical_training = yes_or_no(
        load_default=False,
        metadata=label(
            "已接受三个月临床护理培训并考核合格",
            "Three months of clinical training, with success",
            Text("通过考试逾三年的应当具备", "Needed more than three years after the examination"),
        ),
    )


class Institution(Schema):
    """Licence of a medical institution; the applicant is the legal person that runs it."""

    name = String(
        required=True, longest=80, metadata=label("医疗机构名称", "Name of the institution")
    )
    category = chosen(institutions.CATEGORY_NAMES, "医疗机构类别", "Category of institution")
    address = String(required=True, longest=200, metadata=label("执业地址", "Address of practice"))
    beds = count(10_000, "床位（张）", "Beds (number)")
    doctors = count(10_000, "执业医师（人）", "Doctors (persons)")
    nurses = count(20_000, "注册护士（人）", "Registered nurses (persons)")
    specialties = several(
        practitioners.SCOPES, 1, 30, required=True, metadata=label("诊疗科目", "Specialties")
    )
    head = personal_name("主要负责人姓名", "Name of the person in charge")


class _Parent(Schema):
    name = personal_name()
    identity = identity()


class _Child(Schema):
    """The newborn. weight in grams, length in centimetres; order: of twins, the first is 1."""

    name = personal_name("新生儿姓名", "Name of the child")
    sex = chosen(certificates.SEXES, "性别", "Sex")
    born_on = Day(required=True, metadata=label("出生日期", "Day of birth"))
    born_time = fields.String(
        required=True,
        validate=validate.Regexp(CLOCK_TIME),
        metadata=label("出生时间（时:分，24 小时制）", "Time of birth (hh:mm, 24 hours)"),
    )
    weeks = Integer(
        required=True,
        minimum=20,
        maximum=45,
        metadata=label("出生孕周（周）", "Length of the pregnancy (weeks)"),
    )
    weight = Integer(
        required=True,
        minimum=300,
        maximum=8_000,
        metadata=label("出生体重（克）", "Weight at birth (grams)"),
    )
    length = Integer(
        required=True,
        minimum=20,
        maximum=70,
        metadata=label("出生身长（厘米）", "Length at birth (centimetres)"),
    )
    order = Integer(
        load_default=1,
        minimum=1,
        maximum=9,
        metadata=label(
            "本胎出生次序（单胎填 1）", "Order of birth among twins (1 for a single child)"
        ),
    )


class BirthCertificate(Schema):
    """A birth in the institution whose licence's number is given."""

    child = fields.Nested(_Child, required=True, metadata=label("新生儿", "Newborn"))
    mother = fields.Nested(_Parent, required=True, metadata=label("母亲", "Mother"))
    father = fields.Nested(
        _Parent, load_default=None, allow_none=True, metadata=label("父亲", "Father")
    )
    institution = institution("接生机构", "Institution of the birth")


class FoodWorker(Schema):
    """The yearly examination of somebody who works with food."""

    name = personal_name()
    identity = identity()
    employer = SocialCreditCode(
        load_default=None,
        allow_none=True,
        metadata=label("用人单位统一社会信用代码", "Unified social credit code of the employer"),
    )
    work_division = DivisionCode(
        required=True,
        metadata=label("从业地行政区划（六位代码）", "Division of the work (six-digit code)"),
    )
    institution = institution("体检机构", "Institution of the examination")
    examined_on = Day(required=True, metadata=label("体检日期", "Day of the examination"))
    report = String(
        required=True, longest=40, metadata=label("体检报告编号", "Number of the report")
    )
    findings = several(
        certificates.DISEASES,
        None,
        6,
        load_default=list,
        metadata=label("检出的有碍食品安全的疾病", "Diseases found that endanger food safety"),
    )
