"""The service items of enterprise registration.

Source of the limits: 市场主体登记管理条例 (State Council Decree 746) Art. 19: on the spot, else
three working days, and three more where it is complicated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.enterprise import forms
from services.enterprise.domain import materials
from shared.item import Item, Material
from shared.text import Text

DEPARTMENT = "market-regulation"
LEVELS = frozenset({"province", "city", "county"})
REGULATION = "《市场主体登记管理条例》", "Regulation on Market Entity Registration"
NAMES = "《企业名称登记管理规定》", "Provisions on Enterprise Name Registration"
REPORTS = "《企业信息公示暂行条例》", "Interim Regulation on Enterprise Information Disclosure"
EXAMPLE_ID = "11111111-1111-5111-8111-111111111111"
EXAMPLE_DIGEST = "0" * 64


def _law(law: tuple[str, str], *articles: int) -> Text:
    zh = "、".join(f"第{n}条" for n in articles)
    return Text(f"{law[0]}{zh}", f"{law[1]}, Art. {', '.join(map(str, articles))}")


def _materials(listed: Iterable[materials.Material]) -> tuple[Material, ...]:
    return tuple(Material(m.code, m.name, required=not m.kinds) for m in listed)


def _handed_in(*codes: str) -> list[dict[str, str]]:
    return [{"code": c, "file": EXAMPLE_ID, "digest": EXAMPLE_DIGEST} for c in codes]


def _item(**given: Any) -> Item:
    common: dict[str, Any] = {
        "department": DEPARTMENT,
        "levels": LEVELS,
        "statutory_days": 6,
        "promised_days": 3,
        "consultation_phone": "0731-12345",
        "complaint_phone": "0731-12315",
    }
    return Item(**{**common, **given})


NAME_RESERVATION = _item(
    code="enterprise-name-reservation",
    name=Text("企业名称自主申报", "Reservation of a company name"),
    legal_basis=_law(NAMES, 16, 17, 18),
    audience=frozenset({"person"}),
    conditions=Text(
        "名称由行政区划、字号、行业、组织形式组成，不含禁用词，不与他人名称相同或者相近",
        "Division, trade name, industry and organisation form; no forbidden words; neither "
        "identical nor similar to another name",
    ),
    form=forms.NameParts,
    statutory_days=1,
    promised_days=0,
    instant=True,
    result_name=Text("企业名称保留告知书", "Notice of the reserved name"),
    result_sample="长沙市岳麓区红光酒业有限公司，保留期两个月",
    example={
        "division": "430104",
        "trade_name": "湘岳红光",
        "industry": "酒业",
        "form": "有限公司",
    },
)

ESTABLISHMENT = _item(
    code="enterprise-establishment",
    name=Text("企业设立登记", "Establishment of an enterprise"),
    legal_basis=_law(REGULATION, 8, 16, 19, 21),
    audience=frozenset({"person"}),
    conditions=Text(
        "名称已保留；股东人数、出资、法定代表人、住所和经营范围符合规定",
        "A reserved name; owners, contributions, representative, seat and scope as the law asks",
    ),
    form=forms.Establishment,
    materials=_materials(materials.ESTABLISHMENT),
    two_people=True,
    result="licence",
    result_name=Text("营业执照", "Business licence"),
    result_sample="/enterprise/licences/verification",
    example={
        "reservation": EXAMPLE_ID,
        "kind": "limited-company",
        "registered_capital": 1_000_000,
        "owners": [
            {
                "kind": "person",
                "name": "张伟",
                "identity": "430104199001010019",
                "amount": 1_000_000,
                "share": 10_000,
                "due": "2030-12-31",
            }
        ],
        "representative": {
            "name": "张伟",
            "identity": "430104199001010019",
            "phone": "13800000001",
        },
        "address": {"division": "430104", "detail": "麓山南路 932 号"},
        "business_scope": ["酒制品生产", "酒类经营"],
        "term_until": None,
        "materials": _handed_in("identity", "premises", "articles", "appointments"),
    },
)

CHANGE = _item(
    code="enterprise-change",
    name=Text("企业变更登记", "Change of an enterprise's registration"),
    legal_basis=_law(REGULATION, 24, 19),
    audience=frozenset({"legal-person"}),
    conditions=Text(
        "自作出变更决议之日起三十日内申请", "Within thirty days of the resolution to change"
    ),
    form=forms.Change,
    materials=_materials(materials.CHANGE),
    two_people=True,
    result="licence",
    result_name=Text("营业执照（换发）", "Business licence (replaced)"),
    result_sample="/enterprise/licences/verification",
    example={
        "address": {"division": "430104", "detail": "麓山南路 1 号"},
        "materials": _handed_in("resolution"),
    },
)

DEREGISTRATION = _item(
    code="enterprise-deregistration",
    name=Text("企业注销登记", "Deregistration of an enterprise"),
    legal_basis=_law(REGULATION, 31, 33),
    audience=frozenset({"legal-person"}),
    conditions=Text(
        "债权债务清偿完结，公示期届满", "Debts are settled and the public notice is over"
    ),
    form=forms.Deregistration,
    materials=_materials(materials.DEREGISTRATION),
    two_people=True,
    result_name=Text("注销登记通知书", "Notice of deregistration"),
    result_sample="准予注销登记通知书",
    example={
        "reason": "resolution",
        "debts_settled": True,
        "notice_until": "2026-10-31",
        "materials": _handed_in("commitment"),
    },
)

ANNUAL_REPORT = _item(
    code="enterprise-annual-report",
    name=Text("企业年度报告", "Annual report of an enterprise"),
    legal_basis=_law(REPORTS, 8, 9),
    audience=frozenset({"legal-person"}),
    conditions=Text(
        "每年 1 月 1 日至 6 月 30 日报送上一年度报告，逾期补报的予以标注",
        "From 1 January to 30 June for the year before; later ones are marked as late",
    ),
    form=forms.AnnualReport,
    statutory_days=1,
    promised_days=0,
    instant=True,
    result_name=Text("年度报告公示", "Published annual report"),
    result_sample="2025 年度报告已公示",
    example={
        "year": 2025,
        "contact_phone": "13800000001",
        "in_business": True,
        "employees": 12,
        "total_assets": 3_000_000,
    },
)

ITEMS = (NAME_RESERVATION, ESTABLISHMENT, CHANGE, DEREGISTRATION, ANNUAL_REPORT)
