"""A case as callers see it: JSON, personal numbers masked (pure).

Guarantees: nothing leaves a case but through here. Does not: decide who may see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared import clock
from shared.access import Caller
from shared.case import TABLE, Case, deadlines, open_to
from shared.clock import lamp, local_day
from shared.department.facts import REASONS
from shared.item import Item
from shared.personal import mask_tree
from shared.text import Text

WARN_DAYS = 3
"""Working days before a deadline from which its lamp is yellow; at most half of a short one."""

REMEDIES = Text(
    "如不服本决定，可自收到之日起六十日内依法申请行政复议，或自收到之日起六个月内依法向人民法院提起行政诉讼",
    "You may apply for administrative reconsideration within sixty days, or sue before a people's "
    "court within six months, of receiving this decision",
)
"""Administrative Reconsideration Law, Art. 20; Administrative Litigation Law, Art. 46."""

DECISIONS = ("approve", "refuse", "decline")

SUMMARY_FIELDS = (
    "version", "number", "item", "division", "state", "applicant", "opened_at", "received_on",
    "extended",
)  # fmt: skip


def receipt(case: Case) -> dict[str, Any]:
    """The case as it was when it was made; it stays the same however the case goes on."""
    first = [e for e in case["history"] if e["at"] == case["opened_at"]]
    given = {
        "id": case["_id"],
        "number": case["number"],
        "item": case["item"],
        "division": case["division"],
        "state": first[-1]["state"],
        "opened_at": case["opened_at"].isoformat(),
    }
    if any(e["action"] == "submit" for e in first) and first[-1]["state"] == "submitted":
        day = local_day(case["opened_at"])
        due = clock.deadline(day, clock.ACCEPTANCE_DAYS).due
        given["deemed_accepted_after"] = due.isoformat() if due else None
    return given


def summary(case: Case, items: Mapping[str, Item], caller: Caller) -> dict[str, Any]:
    """A case in a list, with the moves that are open to `caller`."""
    return {
        "id": case["_id"],
        "number": case["number"],
        "item": case["item"],
        "item_name": items[case["item"]].name.both(),
        "division": case["division"],
        "state": case["state"],
        "applicant_name": case["applicant"]["name"],
        "legal_person": case["applicant"].get("legal_person"),
        "opened_at": case["opened_at"].isoformat(),
        "received_on": case.get("received_on"),
        "version": case["version"],
        "legal_moves": open_to(caller, case),
    }


def detail(
    case: Case,
    items: Mapping[str, Item],
    caller: Caller,
    form: Mapping[str, Any],
    today: date,
    marks: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """A case with its form and where that comes from, timeline, explained deadlines, checks,
    result, reasons and remedies."""
    decisive = next((e for e in reversed(case["history"]) if e["action"] in DECISIONS), None)
    negative = decisive is not None and decisive["action"] != "approve" and _is_decided(case)
    return {
        **summary(case, items, caller),
        "form": mask_tree(form),
        "sources": list(marks),
        "checks": [_check(check) for check in case.get("checks", ())],
        **timeline(case, today, "timeline"),
        "result": case.get("result", {}),
        "reasons": decisive.get("reasons", []) if decisive and negative else [],
        "remedies": REMEDIES.both() if negative else None,
    }


def prefilled(
    case: Case,
    form: Mapping[str, Any],
    marks: Sequence[Mapping[str, Any]],
    choices: Sequence[Mapping[str, Any]],
    missing: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A draft as prefill has filled it."""
    plain = ("number", "item", "division", "state", "version")
    return {
        "id": case["_id"],
        **{name: case[name] for name in plain},
        "form": mask_tree(form),
        "sources": list(marks),
        "choices": mask_tree(list(choices)),
        "missing": [{**one, "detail": REASONS[one["reason"]].both()} for one in missing],
    }


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    given = check["override"]
    told = {name: value for name, value in check.items() if name not in ("digest", "override")}
    if given is None:
        return {**told, "override": None}
    by = {"kind": given["by"]["kind"], "name": given["by"]["name"]}
    return {**told, "override": {**given, "at": given["at"].isoformat(), "by": by}}


def _is_decided(case: Case) -> bool:
    return case["state"] in ("refused", "declined", "closed")


def timeline(case: Case, today: date, name: str = "moves") -> dict[str, Any]:
    """Every move, and every deadline with its explanation and lamp."""
    return {
        name: [_told(entry) for entry in case["history"]],
        "deadlines": {
            kind: _explained(kind, found, case, today) for kind, found in deadlines(case).items()
        },
    }


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **entry,
        "name": TABLE[entry["action"]].name.both(),
        "at": entry["at"].isoformat(),
        "by": {"kind": entry["by"]["kind"], "name": entry["by"]["name"]},
    }


def _explained(kind: str, found: clock.Deadline, case: Case, today: date) -> dict[str, Any]:
    settled = _settled(kind, case)
    return {
        **found.explain(today),
        "settled": settled,
        "lamp": _lamp(found, settled, today),
    }


def _lamp(found: clock.Deadline, settled: str | None, today: date) -> str:
    if settled:
        return lamp(found.due, date.fromisoformat(settled), 0)
    return lamp(found.due, today, min(WARN_DAYS, found.days // 2))


def _settled(kind: str, case: Case) -> str | None:
    if kind == "acceptance" and case["state"] in ("returned", "declined", "withdrawn"):
        return local_day(case["history"][-1]["at"]).isoformat()
    if kind == "delivery":
        closing = [e for e in case["history"] if e["action"] == "deliver"]
        return local_day(closing[-1]["at"]).isoformat() if closing else None
    settled: str | None = case.get("accepted_on" if kind == "acceptance" else "decided_on")
    return settled
