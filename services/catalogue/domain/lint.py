"""What must hold for an item before it is published: a table of rules, and a form that people can
be shown (pure).

Guarantees: every rule that a content breaks is found, each with its field and slug; so is every
field of its form, if it has one, that people could not be shown in both languages. Rules see
contents whose shape is right already.
Does not: decide what becomes of an item with findings (`services.catalogue.usecases`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from services.catalogue.domain.depth import decided_online
from shared.errors import FieldError
from shared.labels import unlabelled
from shared.text import Text

Content = Mapping[str, Any]


class Rule(NamedTuple):
    """`holds` for a good content; else `pointer` is at fault, for the reason `detail`."""

    slug: str
    pointer: str
    holds: Callable[[Content], bool]
    detail: Text


def _distinct_materials(content: Content) -> bool:
    codes = [material["code"] for material in content["materials"]]
    return len(set(codes)) == len(codes)


RULES = (
    Rule(
        "instant-at-once",
        "/promised_days",
        lambda c: not c["instant"] or c["promised_days"] == 0,
        Text("即办件的承诺时限应为 0 个工作日", "An instant item promises 0 working days"),
    ),
    Rule(
        "committed-takes-time",
        "/promised_days",
        lambda c: c["instant"] or c["promised_days"] > 0,
        Text("承诺件的承诺时限应大于 0 个工作日", "A committed item promises more than 0 days"),
    ),
    Rule(
        "promised-within-statutory",
        "/promised_days",
        lambda c: c["promised_days"] <= c["statutory_days"],
        Text("承诺时限不得超过法定时限", "The promised limit exceeds the statutory limit"),
    ),
    Rule(
        "online-without-visit",
        "/visits",
        lambda c: not decided_online(c["online"]) or c["visits"] == 0,
        Text(
            "受理、办理、反馈均在线的事项，到现场次数应为 0",
            "Accepted, processed and answered online: 0 visits",
        ),
    ),
    Rule(
        "visit-has-reason",
        "/visits_reason",
        lambda c: c["visits"] == 0 or c["visits_reason"] is not None,
        Text("需到现场的，应说明原因", "Visits need a reason"),
    ),
    Rule(
        "fee-has-basis",
        "/fee_basis",
        lambda c: c["fee"] == 0 or c["fee_basis"] is not None,
        Text("收费事项应列明收费依据", "A fee needs its legal basis"),
    ),
    Rule(
        "result-has-sample",
        "/result_sample",
        lambda c: bool(c["result_sample"].strip()),
        Text("应提供办理结果样本", "A result needs a sample"),
    ),
    Rule(
        "phones-differ",
        "/complaint_phone",
        lambda c: c["consultation_phone"] != c["complaint_phone"],
        Text(
            "咨询电话与投诉电话不得相同",
            "The complaint phone must differ from the consultation phone",
        ),
    ),
    Rule(
        "ends-after-beginning",
        "/effective_until",
        lambda c: c["effective_until"] is None or c["effective_from"] <= c["effective_until"],
        Text("失效日期不得早于生效日期", "Ends before it takes effect"),
    ),
    Rule(
        "materials-distinct",
        "/materials",
        _distinct_materials,
        Text("材料代码不得重复", "Two materials have the same code"),
    ),
)


def findings(content: Content) -> list[FieldError]:
    """Every rule that `content` breaks, and what its form leaves without a name."""
    broken = [FieldError(r.pointer, r.detail, r.slug) for r in RULES if not r.holds(content)]
    return [*broken, *unlabelled(content.get("form"), "/form")]
