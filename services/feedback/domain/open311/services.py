"""The services of the Open311 endpoint: what the public can bring forward, and how it is routed.

Guarantees: a table; `definitions` follow from it. `days` are working days until the
answer is due, decided by the platform where no article is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared import division
from shared.text import Text


class Attribute(NamedTuple):
    """A question of a service. `values`: key -> name, for lists only."""

    code: str
    datatype: str
    description: Text
    required: bool = False
    hint: Text | None = None
    values: Mapping[str, Text] = {}


class Service(NamedTuple):
    """What can be brought forward. kind: complaint, consultation, report or suggestion.

    days: working days until the answer is due. department: whose it is; None: the attribute
    DEPARTMENT says. token: the answer to a submission is a token (type "batch").
    """

    code: str
    kind: str
    name: Text
    description: Text
    days: int
    group: Text
    keywords: str
    attributes: Sequence[Attribute]
    department: str | None = None
    token: bool = False


DEPARTMENT, DIVISION, CASE, PUBLIC = "DEPARTMENT", "DIVISION", "CASE", "PUBLIC"
"""Attributes that route a request, name a case, and agree to publication."""

YES_NO = {"yes": Text("是", "Yes"), "no": Text("否", "No")}

_DIVISION = Attribute(
    DIVISION,
    "singlevaluelist",
    Text("所在行政区划（不填则按地址判断）", "Division (else by the address)"),
    values={d.code: d.name for d in division.divisions()},
)
_DEPARTMENT = Attribute(
    DEPARTMENT,
    "singlevaluelist",
    Text("涉及部门", "Department concerned"),
    required=True,
    values={d.code: d.name for d in division.departments()},
)
_PUBLIC = Attribute(
    PUBLIC,
    "singlevaluelist",
    Text("是否同意公开诉求与答复", "May the request and its answer be made public?"),
    hint=Text("默认不公开", "Not public unless you say so"),
    values=YES_NO,
)
_CASE = Attribute(
    CASE,
    "string",
    Text("办件编号（须本人登录提交）", "Number of your case (sign in to name it)"),
    hint=Text("如 430104-20261123-4F56F3AA", "such as 430104-20261123-4F56F3AA"),
)
_WHEN = Attribute(
    "WHEN", "datetime", Text("发生时间", "When it happened"), hint=Text("ISO 8601", "ISO 8601")
)
_COMMON = (_DIVISION, _PUBLIC)

GOVERNMENT = Text("政务服务", "Government services")
LIVING = Text("社会民生", "Public life")

SERVICES: Mapping[str, Service] = {
    service.code: service
    for service in (
        Service(
            "complaint",
            "complaint",
            Text("政务服务投诉", "Complaint about a service"),
            Text(
                "对政务服务态度、时限、收费、结果的投诉；投诉本人办件成立的，办件重新办理",
                "About conduct, delay, fees or the outcome; upheld about your case, it is reopened",
            ),
            15,
            GOVERNMENT,
            "投诉, complaint, case, conduct, delay, fee",
            (
                _DEPARTMENT,
                Attribute(
                    "GROUND",
                    "singlevaluelist",
                    Text("投诉事由", "What it is about"),
                    required=True,
                    values={
                        "conduct": Text("服务态度", "Conduct"),
                        "delay": Text("超时未办", "Delay"),
                        "materials": Text("额外索要材料", "More materials than the guide asks"),
                        "fee": Text("违规收费", "A fee without basis"),
                        "outcome": Text("办理结果", "The outcome"),
                        "other": Text("其他", "Other"),
                    },
                ),
                _CASE,
                Attribute("WISH", "text", Text("您的诉求", "What you ask for")),
                *_COMMON,
            ),
        ),
        Service(
            "consultation",
            "consultation",
            Text("办事咨询", "Consultation"),
            Text("对办事条件、材料、流程的咨询", "Questions on conditions, materials, procedure"),
            5,
            GOVERNMENT,
            "咨询, question, guide, materials, how to",
            (
                _DEPARTMENT,
                Attribute("ITEM", "string", Text("事项编码", "Code of the service item")),
                *_COMMON,
            ),
        ),
        Service(
            "suggestion",
            "suggestion",
            Text("意见建议", "Suggestion"),
            Text("对政务服务与平台的意见建议", "How services and this platform could be better"),
            15,
            GOVERNMENT,
            "建议, suggestion, improvement",
            (
                _DEPARTMENT,
                Attribute(
                    "TOPICS",
                    "multivaluelist",
                    Text("涉及方面（可多选）", "Topics (several may be chosen)"),
                    values={
                        "guide": Text("办事指南", "Guides"),
                        "form": Text("表单材料", "Forms and materials"),
                        "speed": Text("办理速度", "Speed"),
                        "platform": Text("平台使用", "Use of the platform"),
                        "opening-hours": Text("窗口时间", "Opening hours"),
                    },
                ),
                *_COMMON,
            ),
        ),
        Service(
            "report",
            "report",
            Text("违法违规举报", "Report of unlawful conduct"),
            Text(
                "对单位或个人违法违规行为的举报；可匿名，凭令牌查询受理编号",
                "Of a body or a person; may be anonymous, its id is found by the token you get",
            ),
            15,
            LIVING,
            "举报, report, unlawful, fraud",
            (
                _DEPARTMENT,
                Attribute(
                    "REPORTED", "string", Text("被举报对象", "Who is reported"), required=True
                ),
                _WHEN,
                _DIVISION,
            ),
            token=True,
        ),
        Service(
            "data-use",
            "complaint",
            Text("个人信息使用投诉", "Use of personal data"),
            Text(
                "对政务数据共享中查询本人信息的异议；在“我的数据”中选择查询记录即可提出",
                "About a reading of one's data through the exchange; made from its record there",
            ),
            15,
            GOVERNMENT,
            "个人信息, 数据共享, personal data, exchange, reading",
            (
                _DEPARTMENT,
                Attribute(
                    "RECORD",
                    "string",
                    Text("查询记录编号", "Number of the record in the evidence"),
                    required=True,
                ),
                *_COMMON,
            ),
        ),
        Service(
            "consumer-dispute",
            "complaint",
            Text("消费纠纷", "Consumer dispute"),
            Text("商品与服务的消费纠纷", "About goods or services that were bought"),
            7,
            LIVING,
            "消费, 食品, consumer, food, refund, price",
            (
                Attribute(
                    "TRADER", "string", Text("商家名称", "Name of the trader"), required=True
                ),
                Attribute("AMOUNT", "number", Text("涉及金额（元）", "Amount concerned, in yuan")),
                _WHEN,
                *_COMMON,
            ),
            department="market-regulation",
        ),
        Service(
            "school-affair",
            "complaint",
            Text("学校与培训机构", "Schools and training"),
            Text("入学、收费、师德、培训", "Enrolment, fees, conduct, training"),
            10,
            LIVING,
            "学校, school, enrolment, teacher, fee",
            (Attribute("SCHOOL", "string", Text("学校名称", "Name of the school")), *_COMMON),
            department="education",
        ),
        Service(
            "medical-affair",
            "complaint",
            Text("医疗卫生", "Medical care"),
            Text("就诊、收费、无证行医", "Treatment, fees, practising without a licence"),
            10,
            LIVING,
            "医疗, hospital, doctor, fee, licence",
            (
                Attribute("INSTITUTION", "string", Text("医疗机构名称", "Name of the institution")),
                *_COMMON,
            ),
            department="health",
        ),
    )
}
"""By code. Seven working days for consumer disputes: to decide on acceptance (市场监督管理投诉
举报处理暂行办法, Art. 14); 15 for reports: to decide on a filing (same, Art. 31). What people ask
about their data is answered in time, with reasons (Personal Information Protection Law,
Art. 50)."""
