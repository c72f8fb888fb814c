"""What feedback knows of a case: that it is closed, whose it is, and how it was evaluated.

Guarantees: what is known follows from the newest closing or reopening alone, so events may come
late, again, or in any order. Does not: know cases that were never closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.access import Caller
from shared.division import ancestors
from shared.errors import NotFound
from shared.events import Event
from shared.text import Text

Case = Mapping[str, Any]
"""_id, service, number, department, division, item, applicant (account), legal_person, closed,
 moved (sequence of the newest closing or reopening); waiting (who may evaluate it), evaluation
(`evaluation.given`); counts, postings: see `shared.figures`."""

STATES = {"deliver": True, "reopen": False}
"""Actions that close a case, or open it again."""

FACTS = ("number", "department", "division", "item", "applicant", "legal_person")


def heard(before: Case | None, event: Event) -> Case | None:
    """The case after what `event` tells; `before` itself where that is nothing new.

    event.data: `CaseMoved`.
    """
    closed = STATES.get(event.data["action"])
    if closed is None or (before is not None and event.sequence <= before["moved"]):
        return before
    known = before or blank(event.subject, event.source.removeprefix("/"), event.data)
    told = {name: event.data.get(name) for name in FACTS}
    return listed({**known, **told, "moved": event.sequence, "closed": closed})


def blank(id_: str, service: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A case of which nothing is known yet but whose it is."""
    told = {name: facts.get(name) for name in FACTS}
    return {"_id": id_, "service": service, **told, "moved": 0, "closed": False, "counts": {}}


def listed(case: Case) -> dict[str, Any]:
    """`case` on the list of those who may evaluate it, while it is closed and not evaluated."""
    after = dict(case)
    if case["closed"] and "evaluation" not in case:
        after["waiting"] = sorted({case["applicant"], case["legal_person"] or case["applicant"]})
    else:
        after.pop("waiting", None)
    return after


def desks(department: str, division: str, *more: str) -> list[str]:
    """The desks that see an affair of `division`: its own and those above it; `more` narrows."""
    return ["/".join((department, code, *more)) for code in ancestors(division)]


def is_own(case: Case, caller: Caller, scope: str = "apply") -> bool:
    """Whether the case is the caller's, or that of a legal person the caller acts for."""
    code = case["legal_person"]
    return case["applicant"] == caller.subject or bool(code and caller.acts_for(code, scope))


def is_theirs(case: Case, caller: Caller) -> bool:
    """Whether the case lies before the official `caller`: department and division's subtree."""
    return (
        caller.kind == "official"
        and caller.department == case["department"]
        and (caller.division or "") in ancestors(case["division"])
    )


def require_own(case: Case | None, caller: Caller) -> Case:
    """`case` where it is the caller's own, else `NotFound`."""
    if case is None or not is_own(case, caller):
        raise NotFound(Text("没有这个办件", "There is no such closed case"))
    return case
