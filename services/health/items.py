"""The service items of the health department."""

from __future__ import annotations

from typing import Any

from services.health import forms
from shared.item import Item
from shared.text import Text

DEPARTMENT = "health"
EXAMPLE_INSTITUTION = "555000148430104A100001"


def _item(**given: Any) -> Item:
    common: dict[str, Any] = {
        "department": DEPARTMENT,
        "levels": frozenset({"city", "county"}),
        "consultation_phone": "0731-12345",
        "complaint_phone": "0731-12320",
        "two_people": True,
    }
    return Item(**{**common, **given})


DOCTOR = _item(
    code="health-doctor-registration",
    name=Text("医师执业注册", "Registration of a doctor"),
    legal_basis=Text("《中华人民共和国医师法》第十三条、第十四条", "Law on Doctors, Art. 13, 14"),
    audience=frozenset({"person"}),
    conditions=Text(
        "取得医师资格，拟在医疗卫生机构执业，无不予注册的情形",
        "Qualified as a doctor, to practise at an institution, without statutory impediment",
    ),
    form=forms.Doctor,
    statutory_days=20,
    promised_days=10,
    result="licence",
    result_name=Text("医师执业证书", "Doctor's certificate of practice"),
    result_sample="医师执业证书 114301040000001",
    example={
        "name": "张伟",
        "identity": "430104199001010019",
        "phone": "13800000001",
        "institution": EXAMPLE_INSTITUTION,
        "no_impediment": True,
        "level": "doctor",
        "category": "clinical",
        "scope": ["internal"],
        "qualification": "201843110",
    },
)

NURSE = _item(
    code="health-nurse-registration",
    name=Text("护士执业注册", "Registration of a nurse"),
    legal_basis=Text("《护士条例》第七条、第八条", "Nurses Regulation, Art. 7, 8"),
    audience=frozenset({"person"}),
    conditions=Text(
        "通过护士执业资格考试，完成护理专业学习和临床实习，符合健康标准",
        "Passed the nurses' examination after training and clinical practice, in good health",
    ),
    form=forms.Nurse,
    statutory_days=20,
    promised_days=10,
    result="licence",
    result_name=Text("护士执业证书", "Nurse's certificate of practice"),
    result_sample="护士执业证书 202643000001",
    example={
        "name": "李娜",
        "identity": "430104199202020029",
        "phone": "13800000002",
        "institution": EXAMPLE_INSTITUTION,
        "no_impediment": True,
        "exam_passed_on": "2026-06-30",
        "clinical_training": False,
    },
)

INSTITUTION = _item(
    code="health-institution-licence",
    name=Text("医疗机构执业许可", "Licence of a medical institution"),
    legal_basis=Text(
        "《医疗机构管理条例》第十四条、第十五条、第十八条",
        "Regulation on Medical Institutions, Art. 14, 15, 18",
    ),
    audience=frozenset({"legal-person"}),
    conditions=Text(
        "符合医疗机构基本标准，有适合的名称、组织机构、场所、经费、设施和卫生技术人员",
        "Meets the basic standards: name, organisation, premises, means, equipment and staff",
    ),
    form=forms.Institution,
    statutory_days=45,
    promised_days=20,
    result="licence",
    result_name=Text("医疗机构执业许可证", "Licence of a medical institution"),
    result_sample=f"医疗机构执业许可证 {EXAMPLE_INSTITUTION}",
    example={
        "name": "长沙市岳麓区湘江医院",
        "category": "general-hospital",
        "address": "长沙市岳麓区麓山南路 1 号",
        "beds": 120,
        "doctors": 40,
        "nurses": 80,
        "specialties": ["internal", "surgery", "paediatrics"],
        "head": "刘洋",
    },
)

BIRTH = _item(
    code="health-birth-certificate",
    name=Text("出生医学证明签发", "Birth certificate"),
    legal_basis=Text(
        "《中华人民共和国母婴保健法》第二十三条", "Maternal and Infant Health Care Law, Art. 23"
    ),
    audience=frozenset({"person"}),
    conditions=Text(
        "新生儿在具有助产技术服务资质的医疗保健机构出生", "Born at a licensed institution"
    ),
    form=forms.BirthCertificate,
    statutory_days=5,
    promised_days=1,
    result="certificate",
    result_name=Text("出生医学证明", "Medical certificate of birth"),
    result_sample="出生医学证明 T430000001",
    example={
        "child": {
            "name": "李小安",
            "sex": "female",
            "born_on": "2026-11-01",
            "born_time": "08:30",
            "weeks": 39,
            "weight": 3200,
            "length": 50,
            "order": 1,
        },
        "mother": {"name": "李娜", "identity": "430104199202020029"},
        "father": {"name": "张伟", "identity": "430104199001010019"},
        "institution": EXAMPLE_INSTITUTION,
    },
)

FOOD_WORKER = _item(
    code="health-food-worker-certificate",
    name=Text("食品从业人员健康证明", "Health certificate for food workers"),
    legal_basis=Text("《中华人民共和国食品安全法》第四十五条", "Food Safety Law, Art. 45"),
    audience=frozenset({"person"}),
    conditions=Text(
        "三十日内在医疗机构体检，无有碍食品安全的疾病",
        "Examined within thirty days, free of diseases that endanger the safety of food",
    ),
    form=forms.FoodWorker,
    statutory_days=5,
    promised_days=2,
    result="certificate",
    result_name=Text("健康证明", "Health certificate"),
    result_sample="健康证明 4301042026000001",
    example={
        "name": "张伟",
        "identity": "430104199001010019",
        "employer": None,
        "work_division": "430104",
        "institution": EXAMPLE_INSTITUTION,
        "examined_on": "2026-11-20",
        "report": "TJ-20261120-0001",
        "findings": [],
    },
)

ITEMS = (DOCTOR, NURSE, INSTITUTION, BIRTH, FOOD_WORKER)
