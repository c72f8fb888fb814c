"""The service items of education.

Sources of the limits: the teachers' certificate: 《教师资格条例》 Art. 16, thirty working days once
the applications are in. Enrolment and aid: the provincial rules on enrolment and on aid; they are
no licences, so their limits are the authority's own, told in the guide.
"""

from __future__ import annotations

from typing import Any

from services.education import forms
from shared.item import Item, Material
from shared.text import Text

DEPARTMENT = "education"
EXAMPLE_ROUND = "11111111-1111-5111-8111-111111111111"


def _item(**given: Any) -> Item:
    common: dict[str, Any] = {
        "department": DEPARTMENT,
        "audience": frozenset({"person"}),
        "consultation_phone": "0731-12345",
        "complaint_phone": "0731-12391",
    }
    return Item(**{**common, **given})


ENROLMENT = _item(
    code="education-enrolment",
    name=Text("义务教育入学", "Enrolment in compulsory education"),
    levels=frozenset({"county"}),
    legal_basis=Text(
        "《义务教育法》第二条、第十一条、第十二条",
        "Compulsory Education Law, Art. 2 (free of charge), 11 (age of six), 12 (nearby school)",
    ),
    conditions=Text(
        "由登记的监护人在公布的报名时间内申请；儿童截至当年8月31日年满六周岁；按公布的类别和公开抽签录取；"
        "户籍、监护关系由政府部门核验，免填免交",
        "By the registered guardian while the window is open; six years of age by 31 August; "
        "places by published classes and a public lot; household and guardianship are read from "
        "the registers, nothing is to be brought",
    ),
    form=forms.Enrolment,
    version=2,
    statutory_days=90,
    promised_days=60,
    materials=(
        Material(
            "household",
            Text("户口簿（仅限登记信息未能核验时）", "Household booklet, only where not verified"),
            required=False,
        ),
        Material(
            "home", Text("房产证明或者居住证", "Title of the home, or residence permit"), False
        ),
    ),
    result="certificate",
    result_name=Text("入学通知书", "Admission notice"),
    result_sample="长沙市岳麓区 2027 年小学入学通知书 430104-2027-0A1B2C3D",
    example={
        "round": EXAMPLE_ROUND,
        "child": {"name": "张小禾", "identity": "43010420200618002X"},
        "household": {"division": "430104", "street": "岳麓街道"},
        "home": {"division": "430104", "street": "岳麓街道", "kind": "owned"},
        "residence_permit": False,
        "siblings": [],
        "choices": ["YL-01", "YL-02"],
        "coordinate": True,
    },
)

QUALIFICATION = _item(
    code="education-teacher-qualification",
    name=Text("教师资格认定", "Teacher qualification certificate"),
    levels=frozenset({"city", "county"}),
    legal_basis=Text(
        "《教师法》第十条至第十三条、《教师资格条例》第十三条",
        "Teachers Law, Art. 10 to 13; Regulation on Teacher Qualifications, Art. 13",
    ),
    conditions=Text(
        "学历、普通话水平、国家教师资格考试和体检合格，无《教师法》第十四条情形",
        "Degree, Mandarin, the state examination and fitness; nothing of Teachers Law, Art. 14",
    ),
    form=forms.Qualification,
    statutory_days=30,
    promised_days=20,
    two_people=True,
    materials=(
        Material("degree", Text("学历证书", "Degree")),
        Material("health", Text("体检合格证明", "Certificate of fitness")),
    ),
    result="certificate",
    result_name=Text("教师资格证书", "Teacher qualification certificate"),
    result_sample="20264301042000123",
    example={
        "name": "张伟",
        "identity": "430104199001010019",
        "kind": "primary",
        "subject": "数学",
        "degree": "bachelor",
        "mandarin": "2A",
        "examination": {"number": "20264321101234", "valid_until": "2029-06-30"},
        "fit_for_work": True,
        "no_conviction": True,
    },
)

VERIFICATION = _item(
    code="education-qualification-verification",
    name=Text("教师资格证书核验", "Verification of a teacher qualification"),
    levels=frozenset({"province", "city", "county"}),
    audience=frozenset({"person", "legal-person"}),
    legal_basis=Text("《教师资格条例》第十九条", "Regulation on Teacher Qualifications, Art. 19"),
    conditions=Text("证书号码和持证人姓名一致", "The number and the holder's name belong together"),
    form=forms.Verification,
    statutory_days=1,
    promised_days=0,
    instant=True,
    result="certificate",
    result_name=Text("教师资格核验结果", "Result of the verification"),
    result_sample="20264301042000123 小学教师资格 有效",
    example={"number": "20264301042000123", "name": "张伟", "purpose": "聘用教师"},
)

AID = _item(
    code="education-student-aid",
    name=Text("学生资助申请", "Student aid"),
    levels=frozenset({"county"}),
    legal_basis=Text(
        "《义务教育法》第四十四条、财教〔2021〕174号、财教〔2021〕310号",
        "Compulsory Education Law, Art. 44; MOF and MOE (2021) 174 and 310",
    ),
    conditions=Text(
        "按公布的困难等级和标准；每名学生每学年一次",
        "By the published grades and amounts; once a student and school year",
    ),
    form=forms.StudentAid,
    statutory_days=30,
    promised_days=15,
    two_people=True,
    materials=(Material("hardship", Text("家庭经济困难佐证", "Proof of hardship"), False),),
    result_name=Text("学生资助决定书", "Decision on student aid"),
    result_sample="2026 学年 一档 1000 元",
    example={
        "student": {"name": "张小禾", "identity": "43010420200618002X"},
        "school": "岳麓第一小学",
        "schooling": "primary",
        "hardship": "subsistence",
        "income": 70_000,
        "family_size": 3,
        "statement": "父亲失业，家庭享受最低生活保障",
    },
)

ITEMS = (ENROLMENT, QUALIFICATION, VERIFICATION, AID)
