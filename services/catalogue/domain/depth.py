"""Handling depth: what of an item can be done online (pure).

Guarantees: *fully online* is one predicate, used by the guide, the search and the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared.item import FULLY_ONLINE, STAGES
from shared.text import Text

DEFINITION = Text(
    "全程网办：受理、办理、结果反馈三个环节均可在线完成，且申请人到现场次数为 0。",
    "Fully online: acceptance, processing and feedback of the result can all be done online, and "
    "the applicant need not come to a counter (0 visits).",
)

STAGE_NAMES: Mapping[str, Text] = {
    "consult": Text("咨询", "Consultation"),
    "receive": Text("收件", "Receipt"),
    "pre-check": Text("预审", "Pre-check"),
    "accept": Text("受理", "Acceptance"),
    "process": Text("办理", "Processing"),
    "feedback": Text("结果反馈", "Feedback of the result"),
    "licence": Text("电子证照", "Electronic licence"),
}


def decided_online(stages: Iterable[str]) -> bool:
    """Whether acceptance, processing and feedback are all online."""
    return set(stages) >= FULLY_ONLINE


def is_fully_online(content: Mapping[str, Any]) -> bool:
    """Whether the item with this content is handled fully online (`DEFINITION`)."""
    return decided_online(content["online"]) and content["visits"] == 0


def depth(stages: Iterable[str]) -> list[dict[str, Any]]:
    """Every stage in its order, with its names, and whether it is online."""
    online = set(stages)
    return [{"stage": s, "name": STAGE_NAMES[s].both(), "online": s in online} for s in STAGES]
