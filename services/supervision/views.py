"""How supervision's records look to callers.

Guarantees: public views (`open_*`) name every member they show, and none of them is about a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.supervision.domain import clocks, inspection, lamps
from shared.case import TABLE, deadlines, told
from shared.text import Text

Record = Mapping[str, Any]
SUMMARY = ("service", "number", "department", "division", "item", "state", "lamp")


def case_summary(case: Record) -> dict[str, Any]:
    """A case in a list."""
    return {"id": case["_id"], **{name: case[name] for name in SUMMARY}, "since": _since(case)}


def _since(case: Record) -> str | None:
    """The day from which the case has shown its lamp without a break."""
    since: str | None = None
    for n, entry in enumerate(case["lamps"], start=1):
        same = lamps.worst(case["lamps"][:n]) == case["lamp"]
        since = (since or entry["on"]) if same else None
    return since


def case_detail(case: Record, today: date) -> dict[str, Any]:
    """A case with its clocks explained, its pauses, its lamps and its moves."""
    whole = told(case["moves"], case["limits"]) if case["moves"] else {"pauses": []}
    return {
        **case_summary(case),
        "clocks": {
            name: {**deadline.explain(today), "name": clocks.NAMES[name].both()}
            for name, deadline in (deadlines(whole) if case["moves"] else {}).items()
        },
        "pauses": [
            {"from": p["from"], "until": p["until"], "ground": p["ground"]} for p in whole["pauses"]
        ],
        "lamps": [lamp(entry) for entry in case["lamps"]],
        "moves": [_move(move) for move in case["moves"]],
        "evaluation": (case.get("evaluation") or {}).get("level"),
    }


def lamp(entry: Record) -> dict[str, Any]:
    """An entry of the lamps' history."""
    names = ("n", "clock", "was", "lamp", "due", "on")
    return {**{name: entry[name] for name in names}, "late": bool(entry.get("late"))}


def _move(move: Record) -> dict[str, Any]:
    return {
        "sequence": move["sequence"],
        "action": move["action"],
        "name": TABLE[move["action"]].name.both(),
        "state": move["state"],
        "at": move["at"].isoformat(),
        "by": move.get("by"),
        "ground": move.get("ground"),
        "reasoned": bool(move.get("reasoned")),
        "deemed": bool(move.get("deemed")),
    }


ALERT = (
    "kind", "case", "service", "number", "department", "division", "to_division", "item", "clock",
    "due", "on", "state",
)  # fmt: skip


def alert(found: Record) -> dict[str, Any]:
    """A warning or an escalation, with what was answered."""
    return {
        "id": found["_id"],
        **{name: found[name] for name in ALERT},
        "clock_name": clocks.NAMES[found["clock"]].both() if found["clock"] else None,
        "answer": _signed(found["answer"]),
        "closing": _signed(found["closing"]),
        "version": found["version"],
    }


def _signed(given: Record | None) -> dict[str, Any] | None:
    return {**given, "at": given["at"].isoformat()} if given else None


INSPECTOR = ("account", "department", "division", "unit", "interests", "active")


def inspector(found: Record) -> dict[str, Any]:
    """An entry of the register of inspectors, for those who keep it."""
    return {"number": found["_id"], **{name: found[name] for name in INSPECTOR}}


def task(found: Record) -> dict[str, Any]:
    """A task as its inspectors see it."""
    finding = found["finding"]
    names = ("results", "notes", "inspected_on", "reported_by", "confirmed_by")
    return {
        **open_task(found),
        "state": found["state"],
        "finding": {name: finding[name] for name in names} if finding else None,
        "version": found["version"],
    }


PLAN = (
    "department", "division", "title", "subject", "rules", "commitment", "beacon_source",
    "draw_on", "state",
)  # fmt: skip


def open_plan(found: Record) -> dict[str, Any]:
    """A plan: before the draw its rules and the commitment, after it seed, beacon and file."""
    drawn = found["state"] == "drawn"
    names = ("seed", "beacon", "digest", "tasks", "unassigned")
    return {
        "id": found["_id"],
        **{name: found[name] for name in PLAN},
        "announced_at": found["announced_at"].isoformat(),
        **{name: found[name] if drawn else None for name in names},
        "drawn_at": found["drawn_at"].isoformat() if drawn else None,
        "file": f"/supervision/inspections/plans/{found['_id']}/draw.json" if drawn else None,
        "version": found["version"],
    }


def open_task(found: Record) -> dict[str, Any]:
    """Who is inspected, by which inspectors, and what they found, once both have signed."""
    public = found["finding"] if found["state"] == "published" else None
    return {
        "id": found["_id"],
        "plan": found["plan"],
        "department": found["department"],
        "division": found["division"],
        "code": found["code"],
        "name": found["name"],
        "stratum": found["stratum"],
        "inspectors": found["inspectors"],
        "inspected_on": public["inspected_on"] if public else None,
        "results": [_result(code) for code in public["results"]] if public else [],
    }


def _result(code: str) -> dict[str, Any]:
    return {"code": code, "name": inspection.RESULTS[code].both()}


OUTCOMES = {
    "approved": Text("准予许可", "Approved"),
    "refused": Text("不予许可", "Refused"),
    "declined": Text("不予受理", "Declined"),
}
OF_CASE = ("number", "item", "department", "division")
OF_DECISION = ("outcome", "received_on", "accepted_on", "on", "delivered_on", "reasoned")


def open_decision(case: Record) -> dict[str, Any]:
    """A decision, without whom it is about."""
    decision = case["decision"]
    return {
        **{name: case[name] for name in OF_CASE},
        **{name: decision[name] for name in OF_DECISION},
        "outcome_name": OUTCOMES[decision["outcome"]].both(),
    }


def open_licence(found: Record) -> dict[str, Any]:
    """A licence of a legal person."""
    names = ("number", "code", "status", "issued_on")
    return {
        **{name: found[name] for name in names},
        "register": f"/enterprise/register/{found['code']}",
    }


def open_delegation(found: Record) -> dict[str, Any]:
    """A delegation of a power."""
    names = (
        "item",
        "from_division",
        "delegates",
        "from_day",
        "until_day",
        "legal_basis",
        "revoked",
    )
    return {"id": found["_id"], **{name: found[name] for name in names}}
