"""Registers, plans and tasks of random inspection (pure).

    enterprise {_id: code, name, kind, division, status, sequence, risk, inspections: [{on, results,
                inspectors}], places}                     heard from the register of enterprises
    inspector  {_id: number, account, department, division, unit, interests: [{code, ground}],
                active}
    plan       {_id, department, division, title, subject, rules, commitment, beacon_source, year,
                state: announced -> drawn, seed, beacon, digest, drawn_at}
    task       {_id, plan, code, inspectors, state: assigned -> reported -> published, finding}

Guarantees: an inspector with an interest in an enterprise never inspects it; a finding becomes
public when both inspectors have signed it. Does not: keep persons beyond the inspectors' accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.supervision.domain.draw import commitment
from shared.clock import local_day
from shared.division import ancestors
from shared.errors import FieldError, IllegalMove, Invalid
from shared.events import derived_id
from shared.text import Text

RESULTS: Mapping[str, Text] = {
    "no-problem": Text("未发现问题", "No problem found"),
    "report-missing": Text("未按规定公示年度报告", "Annual report not published"),
    "information-missing": Text("未按规定公示应当公示的信息", "Information not published"),
    "information-false": Text("公示信息隐瞒真实情况、弄虚作假", "Published information false"),
    "not-found": Text("通过登记的住所无法联系", "Not to be found at its registered address"),
    "problem-ordered": Text("发现问题已责令改正", "Problem found, ordered to correct"),
    "problem-further": Text("发现问题待后续处理", "Problem found, to be handled further"),
    "uncooperative": Text("不配合检查情节严重", "Seriously uncooperative"),
    "ended": Text("已注销、迁出或停业", "Ended, moved away or out of business"),
}
"""Results of an inspection (SAMR, Measures for Spot Checks of Enterprise Information)."""
HARMLESS = frozenset({"no-problem", "ended"})
RISKS = ("low", "normal", "high")
GROUNDS = ("acts-for", "shareholding", "employment", "relative", "creditor", "other")
"""Grounds of an interest that an inspector has in an enterprise."""

ACTIVE = "active"


def risk_of(inspections: Sequence[Mapping[str, Any]]) -> str:
    """Low after an inspection without findings, high after one with; normal where there is none."""
    if not inspections:
        return "normal"
    return "low" if set(inspections[-1]["results"]) <= HARMLESS else "high"


def registered(
    before: Mapping[str, Any] | None, company: Mapping[str, Any], sequence: int
) -> dict[str, Any]:
    """The enterprise as the register of enterprises tells it; no person's name is kept."""
    told = {name: company[name] for name in ("name", "kind", "division", "status")}
    kept = before or {"_id": company["code"], "inspections": [], "risk": risk_of(())}
    after = {**kept, **told, "sequence": sequence}
    after.pop("places", None)
    if company["status"] == ACTIVE:
        after["places"] = list(ancestors(company["division"]))
    return after


def inspected(enterprise: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    """The enterprise after the inspection that `task` tells; once for each task."""
    if any(one["task"] == task["_id"] for one in enterprise["inspections"]):
        return dict(enterprise)
    one = {
        "task": task["_id"],
        "on": task["finding"]["inspected_on"],
        "results": task["finding"]["results"],
        "inspectors": list(task["inspectors"]),
    }
    inspections = sorted([*enterprise["inspections"], one], key=lambda i: (i["on"], i["task"]))
    return {**enterprise, "inspections": inspections, "risk": risk_of(inspections)}


def pool(
    plan: Mapping[str, Any],
    enterprises: Iterable[Mapping[str, Any]],
    inspectors: Iterable[Mapping[str, Any]],
    seed: str,
    beacon: str,
) -> dict[str, Any]:
    """All that the draw of `plan` goes by, in a fixed order."""
    return {
        "plan": plan["_id"],
        "commitment": plan["commitment"],
        "seed": seed,
        "beacon": beacon,
        "rules": plan["rules"],
        "enterprises": sorted(
            (_pooled(e, plan["year"]) for e in enterprises), key=lambda e: str(e["code"])
        ),
        "inspectors": sorted(
            (
                {"number": i["_id"], "excluded": sorted({x["code"] for x in i["interests"]})}
                for i in inspectors
                if i["active"]
            ),
            key=lambda i: str(i["number"]),
        ),
    }


def _pooled(enterprise: Mapping[str, Any], year: int) -> dict[str, Any]:
    done = enterprise["inspections"]
    return {
        "code": enterprise["_id"],
        "kind": enterprise["kind"],
        "risk": enterprise["risk"],
        "inspected": sum(one["on"].startswith(str(year)) for one in done),
        "last_inspectors": done[-1]["inspectors"] if done else [],
    }


def check_reveal(plan: Mapping[str, Any], seed: str, today: str) -> None:
    """The seed is the one committed to, and the plan was public before the day of the draw."""
    if plan["state"] != "announced":
        raise IllegalMove(Text("已经抽取", "Has been drawn"), legal=[])
    faults = []
    if commitment(seed) != plan["commitment"]:
        detail = Text("与公布的种子摘要不符", "Not the seed that was committed to")
        faults.append(FieldError("/seed", detail, "commitment"))
    if today < plan["draw_on"]:
        detail = Text(f"抽取日为 {plan['draw_on']}", f"The draw is on {plan['draw_on']}")
        faults.append(FieldError("", detail, "too-early"))
    if faults:
        raise Invalid(errors=faults)


def task(plan: Mapping[str, Any], drawn: Mapping[str, Any], enterprise: str) -> dict[str, Any]:
    """A task of the plan, for the two inspectors who were drawn."""
    inspectors = list(drawn["inspectors"])
    state = "assigned" if inspectors else "unassigned"
    return {
        "_id": derived_id("supervision", "task", plan["_id"], drawn["code"]),
        "plan": plan["_id"],
        "department": plan["department"],
        "division": plan["division"],
        "code": drawn["code"],
        "name": enterprise,
        "stratum": drawn["stratum"],
        "inspectors": inspectors,
        "state": state,
        "finding": None,
        **({"todo": inspectors} if inspectors else {}),
    }


def reported(
    task: Mapping[str, Any], finding: Mapping[str, Any], inspector: str, now: datetime
) -> dict[str, Any]:
    """The task with what one of its inspectors found; the other has to sign it."""
    _check(task, "report", ("assigned", "reported"))
    _check_finding(finding, local_day(now).isoformat())
    signed = {**finding, "reported_by": inspector, "reported_at": now, "confirmed_by": None}
    return {**task, "state": "reported", "finding": signed}


def confirmed(task: Mapping[str, Any], inspector: str, now: datetime) -> dict[str, Any]:
    """The task whose finding both have signed: public from now on."""
    _check(task, "confirm", ("reported",))
    if task["finding"]["reported_by"] == inspector:
        raise IllegalMove(
            Text("应由另一名检查人员确认", "The other inspector must sign"), legal=["report"]
        )
    finding = {**task["finding"], "confirmed_by": inspector, "published_at": now}
    day = local_day(now).isoformat()
    found_by = {"published": f"{task['division']}:{day}"}
    after = {**task, "state": "published", "finding": finding, **found_by}
    after.pop("todo", None)
    return after


def _check(task: Mapping[str, Any], action: str, states: tuple[str, ...]) -> None:
    if task["state"] not in states:
        legal = {"assigned": ["report"], "reported": ["report", "confirm"]}.get(task["state"], [])
        zh = f"状态为 {task['state']} 的任务不能执行 {action}"
        raise IllegalMove(Text(zh, f"A task {task['state']} cannot {action}"), legal=legal)


def _check_finding(finding: Mapping[str, Any], today: str) -> None:
    faults = []
    if len(set(finding["results"])) < len(finding["results"]):
        faults.append(FieldError("/results", Text("结果重复", "Told twice"), "repeated"))
    if "no-problem" in finding["results"] and len(finding["results"]) > 1:
        detail = Text("“未发现问题”不能与其他结果并列", "No problem goes with no other result")
        faults.append(FieldError("/results", detail, "contradiction"))
    if finding["inspected_on"] > today:
        detail = Text("检查日期在将来", "Lies in the future")
        faults.append(FieldError("/inspected_on", detail, "future"))
    if faults:
        raise Invalid(errors=faults)
