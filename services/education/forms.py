"""The forms of education.

Guarantees: what they load can be kept as BSON and JSON; money is in fen. Does not: apply the rules
that need other facts (`domain`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.education.domain import aid, priority, qualification
from shared.schema import (
    Day,
    DivisionCode,
    Integer,
    ResidentId,
    Schema,
    String,
    fields,
    label,
    one_of,
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


def choice_of(named: Mapping[str, Text], zh: str, en: str) -> fields.String:
    """One of the keys of `named`; zh, en: the field's label."""
    return fields.String(required=True, validate=one_of(named), metadata=label(zh, en))


def place(zh: str, en: str) -> String:
    """A part of an address as the catchments name it."""
    hint = Text("与公布的招生范围所用名称一致", "As the published catchments name it")
    return String(longest=60, metadata=label(zh, en, hint))


def personal_name(zh: str = "姓名", en: str = "Name") -> String:
    """What a person is called."""
    return String(required=True, longest=50, metadata=label(zh, en))


def identity() -> ResidentId:
    """A resident identity number."""
    return ResidentId(required=True, metadata=label("公民身份号码", "Resident identity number"))


class Place(Schema):
    """Where somebody is registered or lives; street and community as the catchments name them."""

    division = DivisionCode(
        required=True, metadata=label("所在行政区划（六位代码）", "Division (six-digit code)")
    )
    street = place("街道（乡镇）", "Street or township")
    community = place("社区（村）", "Community or village")


class Home(Place):
    kind = choice_of(priority.HOMES, "住房性质", "Tenure of the home")


class Child(Schema):
    """The child as on the household register."""

    name = personal_name()
    identity = identity()


class Enrolment(Schema):
    """An enrolment in a round; choices: codes of its schools, the best first.

    siblings: schools of the round that a brother or sister attends. coordinate: where no choice has
    a place, take one wherever there is one.
    """

    round = reference(required=True, metadata=label("招生批次（编号）", "Enrolment round (its id)"))
    child = fields.Nested(Child, required=True, metadata=label("适龄儿童", "Child"))
    household = fields.Nested(
        Place, required=True, metadata=label("儿童户籍所在地", "The child's registered household")
    )
    home = fields.Nested(
        Home,
        load_default=None,
        allow_none=True,
        metadata=label("儿童实际居住地", "Where the child lives"),
    )
    residence_permit = fields.Boolean(
        load_default=False, metadata=label("持有居住证", "There is a residence permit")
    )
    siblings = fields.List(
        school_code(),
        load_default=list,
        validate=validate.Length(max=5),
        metadata=label("兄弟姐妹就读的学校（代码）", "Schools that siblings attend (codes)"),
    )
    choices = fields.List(
        school_code(),
        required=True,
        validate=validate.Length(min=1, max=MOST_CHOICES),
        metadata=label("志愿学校（代码，按志愿先后）", "Schools of choice (codes, the best first)"),
    )
    coordinate = fields.Boolean(
        load_default=False,
        metadata=label("志愿学校均未录取的，服从统筹安排", "Any place, where no choice has one"),
    )


class Examination(Schema):
    """The certificate of having passed the teachers' examination (考试合格证明)."""

    number = String(required=True, longest=30, metadata=label("合格证明编号", "Number"))
    valid_until = Day(required=True, metadata=label("有效期至", "Valid until"))


class Qualification(Schema):
    """An application for a teacher qualification certificate."""

    name = personal_name()
    identity = identity()
    kind = choice_of(qualification.KIND_NAMES, "申请资格种类", "Kind of qualification")
    subject = String(required=True, longest=30, metadata=label("任教学科", "Subject taught"))
    degree = choice_of(qualification.EDUCATION, "最高学历", "Highest degree")
    mandarin = choice_of(qualification.MANDARIN, "普通话水平等级", "Level of Mandarin")
    examination = fields.Nested(
        Examination,
        required=True,
        metadata=label(
            "中小学教师资格考试合格证明", "Certificate of the state teachers' examination"
        ),
    )
    fit_for_work = fields.Boolean(
        required=True,
        validate=validate.Equal(
            True,
            error=Text(
                "应体检合格（《教师法》第十条）", "Fitness is asked for (Teachers Law, Art. 10)"
            ),
        ),
        metadata=label("体检合格", "Found fit by medical examination"),
    )
    no_conviction = fields.Boolean(
        required=True,
        metadata=label(
            "承诺无《教师法》第十四条规定的情形",
            "I declare that Teachers Law, Art. 14 does not apply to me",
            Text(
                "未受过剥夺政治权利或者故意犯罪受有期徒刑以上刑事处罚",
                "No deprivation of political rights, no imprisonment for an intentional crime",
            ),
        ),
    )


class Verification(Schema):
    """Whether a certificate is genuine; name: of its holder."""

    number = fields.String(
        required=True,
        validate=validate.Regexp(
            CERTIFICATE, error=Text("应为十七位证书号码", "Must be a number of seventeen digits")
        ),
        metadata=label("教师资格证书号码（17 位）", "Number of the certificate (17 digits)"),
    )
    name = personal_name("持证人姓名", "Name of the holder")
    purpose = String(
        required=True, longest=200, metadata=label("核验用途", "Purpose of the verification")
    )


class StudentAid(Schema):
    """An application for student aid in the running school year; income: fen a month and head."""

    student = fields.Nested(Child, required=True, metadata=label("学生", "Student"))
    school = String(required=True, longest=100, metadata=label("就读学校", "School attended"))
    schooling = choice_of(aid.SCHOOLING, "就读学段", "Stage of schooling")
    hardship = choice_of(aid.HARDSHIPS, "困难类型", "Kind of hardship")
    income = Integer(
        required=True,
        minimum=0,
        maximum=10_000_000,
        metadata=label("家庭人均月收入（分）", "Household income a head and month (fen)"),
    )
    family_size = Integer(
        required=True,
        minimum=1,
        maximum=20,
        metadata=label("家庭人口（人）", "Household (persons)"),
    )
    statement = String(
        required=True,
        longest=1000,
        metadata=label("家庭经济困难情况说明", "Statement of the hardship"),
    )
