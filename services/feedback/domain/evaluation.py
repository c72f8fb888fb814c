"""Evaluations of closed cases (好差评, GB/T 39734 and GB/T 39735).

Guarantees: one evaluation a case, one more after its rectification was answered or after the case
was handled again; levels and scores are what the person gave, none is ever made up; numbers of
people in texts are masked before they are kept.
Does not: judge what a text says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.feedback.domain.cases import Case, desks, listed
from services.feedback.domain.screening import screened
from shared.clock import local_day
from shared.errors import Conflict, Forbidden
from shared.text import Text

LEVELS: Mapping[int, Text] = {
    5: Text("非常满意", "Very satisfied"),
    4: Text("满意", "Satisfied"),
    3: Text("基本满意", "Basically satisfied"),
    2: Text("不满意", "Dissatisfied"),
    1: Text("非常不满意", "Very dissatisfied"),
}
"""The five levels (GB/T 39735)."""

WORST_GOOD = 3
"""Lower levels are bad: they open a rectification."""

SCORES: Mapping[str, Text] = {
    "efficiency": Text("办事效率", "Efficiency"),
    "accuracy": Text("指南准确", "Accuracy of the guide"),
    "convenience": Text("办理便捷", "Convenience"),
    "usability": Text("平台易用", "Usability"),
}
"""What may be scored apart, each from 1 to 5."""

TEXT_LENGTH = 1000


def is_bad(level: int) -> bool:
    """Whether the level is one of the two bad ones."""
    return level < WORST_GOOD


def given(case: Case, body: Mapping[str, Any], by: str, digest: str, now: datetime) -> Case:
    """`case` with its first evaluation, else `Conflict` telling why not.

    body: {level, scores, text, public}. Shape kept: level, scores (all four, null where not
    given), text (masked, or null), public, bad, by, at, on (day), sequence (1), moved (the closing
    it is about), digest (of the request), earlier (levels before), reply, withheld.
    """
    require_closed(case)
    if "evaluation" in case:
        raise Conflict(
            Text("本办件已评价", "This case has been evaluated"), type="already-evaluated"
        )
    return _evaluated(case, body, by, digest, now, sequence=1, earlier=[])


def given_again(case: Case, body: Mapping[str, Any], by: str, digest: str, now: datetime) -> Case:
    """`case` with the evaluation that takes the first one's place."""
    require_closed(case)
    first = case.get("evaluation")
    if first is None:
        raise Conflict(Text("本办件尚未评价", "This case has not been evaluated"))
    if first["sequence"] > 1:
        raise Conflict(
            Text("本办件已再次评价", "Evaluated again already"), type="already-evaluated"
        )
    if not (first.get("rectified") or case["moved"] > first["moved"]):
        raise Conflict(
            Text(
                "整改答复之后，或重新办结之后，方可再次评价",
                "Evaluate again once the rectification is answered, or the case was handled again",
            ),
            type="not-yet-answered",
        )
    kept = {"level": first["level"], "on": first["on"], "text": first["text"]}
    return _evaluated(case, body, by, digest, now, sequence=2, earlier=[kept])


def _evaluated(
    case: Case,
    body: Mapping[str, Any],
    by: str,
    digest: str,
    now: datetime,
    *,
    sequence: int,
    earlier: list[dict[str, Any]],
) -> Case:
    day = local_day(now).isoformat()
    text = body.get("text")
    evaluation = {
        "level": body["level"],
        "scores": {name: body.get("scores", {}).get(name) for name in SCORES},
        "text": screened(text) if text else None,
        "public": bool(body.get("public")),
        "bad": is_bad(body["level"]),
        "by": by,
        "at": now,
        "on": day,
        "sequence": sequence,
        "moved": case["moved"],
        "digest": digest,
        "earlier": earlier,
        "reply": None,
        "withheld": None,
    }
    after = {**case, "evaluation": evaluation, "evaluated_at": now}
    after["evaluated_in"] = desks(case["department"], case["division"], day[:7])
    return listed(_published(after))


def replied(case: Case, text: str, by: Mapping[str, str], now: datetime) -> Case:
    """`case` with the department's reply to its evaluation; a later reply takes its place."""
    require_evaluated(case)
    reply = {"text": screened(text), "by": dict(by), "at": now}
    return {**case, "evaluation": {**case["evaluation"], "reply": reply}}


def rectified(case: Case, reply: Mapping[str, Any]) -> Case:
    """`case` once the rectification was answered: it may be evaluated again."""
    evaluation = {**case["evaluation"], "rectified": True, "reply": dict(reply)}
    return {**case, "evaluation": evaluation}


def withheld(case: Case, reason: str, by: Mapping[str, str], now: datetime) -> Case:
    """`case` with the text of its evaluation kept from the public; level and reason stay public."""
    require_evaluated(case)
    if not case["evaluation"]["public"]:
        raise Conflict(Text("该评价未公开", "This evaluation is not public"))
    note = {"reason": reason, "by": dict(by), "at": now}
    return _published({**case, "evaluation": {**case["evaluation"], "withheld": note}})


def _published(case: dict[str, Any]) -> dict[str, Any]:
    """On the public list of texts: where the person agreed, and there is a text."""
    evaluation = case["evaluation"]
    if evaluation["public"] and evaluation["text"]:
        return {**case, "public_in": case["evaluated_in"]}
    return {name: value for name, value in case.items() if name != "public_in"}


def require_closed(case: Case) -> None:
    """`Conflict` where the case is being handled again."""
    if not case["closed"]:
        raise Conflict(
            Text("办件正在重新办理，办结后再评价", "Being handled again; evaluate it once closed"),
            type="not-closed",
        )


def require_evaluated(case: Case) -> None:
    """`Conflict` where nobody has evaluated the case."""
    if "evaluation" not in case:
        raise Conflict(Text("本办件尚未评价", "This case has not been evaluated"))


def require_not_own(case: Case, account: str) -> None:
    """Officials do not handle evaluations of their own affairs."""
    if case["applicant"] == account:
        raise Forbidden(Text("不得处理本人办件的评价", "Not of one's own case"))
