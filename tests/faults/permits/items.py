"""The items the fault tests apply for: one decided by rules at once, one that waits for people."""

from __future__ import annotations

from shared.item import Item, Material
from shared.schema import Integer, Schema, String, label
from shared.text import Text


class ShopForm(Schema):
    """A shop that sells fireworks, away from schools and hospitals."""

    site = String(required=True, longest=100, metadata=label("经营场所", "Premises"))
    floor_area = Integer(
        required=True,
        minimum=10,
        maximum=10_000,
        metadata=label("经营面积（平方米）", "Floor area (square metres)"),
    )


class PlanForm(Schema):
    """An emergency plan for production accidents, reviewed before it is filed."""

    site = String(required=True, longest=100, metadata=label("生产经营场所", "Site"))
    employees = Integer(
        required=True,
        minimum=1,
        maximum=1_000_000,
        metadata=label("从业人数（人）", "Employees (persons)"),
    )
    plan_title = String(
        required=True, longest=200, metadata=label("应急预案名称", "Title of the plan")
    )


PLAN_FILING = Item(
    code="emergency-plan-filing",
    name=Text("生产安全事故应急预案备案", "Filing of an emergency plan for production accidents"),
    department="emergency-management",
    levels=frozenset({"city", "county"}),
    legal_basis=Text(
        "《生产安全事故应急条例》第七条", "Regulations on Emergency Response to Accidents, Art. 7"
    ),
    audience=frozenset({"person", "legal-person"}),
    conditions=Text("预案经评审并已公布", "The plan has been reviewed and put into force"),
    form=PlanForm,
    statutory_days=20,
    promised_days=0,
    consultation_phone="0731-12350",
    complaint_phone="0731-12345",
    materials=(Material("plan", Text("应急预案", "Emergency plan")),),
    result="certificate",
    result_name=Text("应急预案备案登记表", "Record of filing"),
    result_sample="https://platform.invalid/samples/emergency-plan-filing",
    instant=True,
    example={"site": "岳麓区一号仓库", "employees": 12, "plan_title": "综合应急预案"},
)

FIREWORKS_RETAIL = Item(
    code="fireworks-retail",
    name=Text("烟花爆竹经营（零售）许可", "Licence to sell fireworks (retail)"),
    department="emergency-management",
    levels=frozenset({"county"}),
    legal_basis=Text(
        "《烟花爆竹安全管理条例》第十九条", "Regulations on the Safety of Fireworks, Art. 19"
    ),
    audience=frozenset({"person", "legal-person"}),
    conditions=Text("经营场所周边五十米内无学校、医院", "No school or hospital within 50 metres"),
    form=ShopForm,
    statutory_days=20,
    promised_days=10,
    consultation_phone="0731-12350",
    complaint_phone="0731-12345",
    result="licence",
    result_name=Text("烟花爆竹经营许可证", "Licence to sell fireworks"),
    result_sample="https://platform.invalid/samples/fireworks-retail",
    example={"site": "岳麓区二号门店", "floor_area": 24},
)
