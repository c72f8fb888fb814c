"""What supervision tells the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.supervision.domain.clocks import CLOCKS
from services.supervision.domain.lamps import SEVERITY
from shared.events import event
from shared.published import Published, Publishes
from shared.schema import Day, DivisionCode, Integer, Schema, String, fields, validate

LAMP_CHANGED = "supervision.lamp.changed.v1"
WARNED = "supervision.warning.issued.v1"
ESCALATED = "supervision.case.escalated.v1"
PLAN_ANNOUNCED = "supervision.plan.announced.v1"
PLAN_DRAWN = "supervision.plan.drawn.v1"
INSPECTED = "supervision.inspection.published.v1"

ALERTED = {"warning": WARNED, "escalation": ESCALATED}


def _clock() -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(CLOCKS))


def _lamp() -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(SEVERITY))


class LampChanged(Schema):
    """A lamp of a case changed on a day; subject: the case; sequence: place in its history."""

    service = String(required=True)
    number = String(required=True)
    department = String(required=True)
    division = DivisionCode(required=True)
    item = String(required=True)
    clock = _clock()
    was = _lamp()
    lamp = _lamp()
    due = Day(required=True, allow_none=True)
    on = Day(required=True)


class Alerted(Schema):
    """A warning to officials, or an escalation to `to_division`; subject: the alert's id."""

    service = String(required=True)
    case = String(required=True)
    number = String(required=True)
    department = String(required=True)
    division = DivisionCode(required=True)
    to_division = DivisionCode(required=True)
    item = String(required=True)
    clock = _clock()
    due = Day(required=True, allow_none=True)
    on = Day(required=True)


class PlanFields(Schema):
    """A plan of random inspection was announced, or drawn; subject: its id."""

    department = String(required=True)
    division = DivisionCode(required=True)
    commitment = String(required=True)
    tasks = Integer(required=True)


class InspectionFields(Schema):
    """The result of an inspection is public; subject: the task's id."""

    plan = String(required=True)
    code = String(required=True)
    results = fields.List(String(), required=True)
    inspected_on = Day(required=True)


PUBLISHES: Publishes = {
    LAMP_CHANGED: Published(LampChanged),
    WARNED: Published(Alerted, public=True),
    ESCALATED: Published(Alerted, public=True),
    PLAN_ANNOUNCED: Published(PlanFields, public=True),
    PLAN_DRAWN: Published(PlanFields, public=True),
    INSPECTED: Published(InspectionFields, public=True),
}

OF_CASE = ("service", "number", "department", "division", "item")


def lamp_changed(
    record: Mapping[str, Any], entry: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The `entry` of the lamps' history of a case."""
    data = {name: record[name] for name in OF_CASE}
    data |= {name: entry[name] for name in ("clock", "was", "lamp", "due", "on")}
    return event(LAMP_CHANGED, record["_id"], entry["n"], data, now)


def alerted(alert: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A new alert."""
    names = ("case", *OF_CASE, "to_division", "clock", "due", "on")
    return event(ALERTED[alert["kind"]], alert["_id"], 1, {n: alert[n] for n in names}, now)


def plan_changed(type_: str, plan: Mapping[str, Any], tasks: int, now: datetime) -> dict[str, Any]:
    """A plan was announced (1) or drawn (2)."""
    data = {name: plan[name] for name in ("department", "division", "commitment")}
    sequence = 1 if type_ == PLAN_ANNOUNCED else 2
    return event(type_, plan["_id"], sequence, {**data, "tasks": tasks}, now)


def inspected(task: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The result of a task is public."""
    finding = task["finding"]
    data = {
        "plan": task["plan"],
        "code": task["code"],
        "results": finding["results"],
        "inspected_on": finding["inspected_on"],
    }
    return event(INSPECTED, task["_id"], 1, data, now)
