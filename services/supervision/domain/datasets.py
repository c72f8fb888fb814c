"""The open data sets: what they are, whose they are, their columns as tables (pure).

Items, powers and enterprises are told by those who own them; supervision shows them as tables and
keeps no copy.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from shared.text import Text

ITEM = ("code", "name", "departments", "audience", "divisions", "fully_online_divisions")
POWER = ("item", "name", "departments", "exercised_by", "delegations")
DELEGATION = (
    "id", "item", "from_division", "delegates", "from_day", "until_day", "legal_basis", "revoked",
)  # fmt: skip
DECISION = (
    "number", "item", "department", "division", "outcome", "outcome_name", "received_on",
    "accepted_on", "on", "delivered_on", "reasoned",
)  # fmt: skip
TASK = (
    "id", "plan", "department", "division", "code", "name", "stratum", "inspectors",
    "inspected_on", "results",
)  # fmt: skip


class DataSet(NamedTuple):
    """source: the service that keeps it; path: without the form's ending; forms: endings."""

    code: str
    name: Text
    source: str
    path: str
    forms: tuple[str, ...] = ("", ".csv")


OPEN = "/supervision/open"
INSPECTIONS = "/supervision/inspections"
DATA_SETS = (
    DataSet("items", Text("政务服务事项", "Service items"), "catalogue", f"{OPEN}/items"),
    DataSet("powers", Text("权力清单", "Powers"), "catalogue", f"{OPEN}/powers"),
    DataSet("delegations", Text("委托下放", "Delegations"), "catalogue", f"{OPEN}/delegations"),
    DataSet("decisions", Text("许可决定", "Decisions"), "supervision", f"{OPEN}/decisions"),
    DataSet(
        "decision", Text("按办件编号查询决定", "A decision by its number"), "supervision",
        f"{OPEN}/decisions/{{number}}", ("",),
    ),
    DataSet(
        "licence", Text("按证照编号查询", "A licence by its number"), "enterprise",
        f"{OPEN}/licences/{{number}}", ("",),
    ),
    DataSet(
        "statistics", Text("效能统计", "Statistics of efficiency"), "supervision",
        f"{OPEN}/statistics/{{month}}",
    ),
    DataSet(
        "plans", Text("随机抽查计划", "Plans of random inspection"), "supervision",
        f"{INSPECTIONS}/plans", ("",),
    ),
    DataSet(
        "draws", Text("抽取过程", "Draws, to be recomputed"), "supervision",
        f"{INSPECTIONS}/plans/{{plan}}/draw.json", ("",),
    ),
    DataSet(
        "tasks", Text("抽取结果", "Outcomes of draws"), "supervision",
        f"{INSPECTIONS}/plans/{{plan}}/tasks",
    ),
    DataSet(
        "results", Text("抽查检查结果", "Results of inspections"), "supervision",
        f"{INSPECTIONS}/results",
    ),
)  # fmt: skip


def data_sets() -> list[dict[str, Any]]:
    """Every data set, with its address in each form."""
    return [
        {
            "code": one.code,
            "name": one.name.both(),
            "source": one.source,
            "formats": {form.strip(".") or "json": one.path + form for form in one.forms},
        }
        for one in DATA_SETS
    ]
