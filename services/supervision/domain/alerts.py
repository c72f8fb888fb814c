"""Alerts: warnings before a deadline, escalations after it (pure).

    alert  {_id, kind, case, service, number, department, division, to_division, item, clock, due,
            on, state, desk, answer, closing}
    kind: "warning" (to the officials of the division), "escalation" (to the superior), or
          "anomaly": unusual use of shared data (case: the anomaly, number: the consumer, item: the
          resource; no clock, nothing due).
    state: open -> answered -> closed; answered -> open where the superior is not content;
           a warning whose lamp has moved on lapses. desk: what open and answered ones are found by.

Guarantees: an entry of a lamp's history has one alert at most, with an id that follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.division import ancestors
from shared.errors import IllegalMove
from shared.events import derived_id
from shared.text import Text

Alert = dict[str, Any]

KINDS = {"yellow": "warning", "red": "escalation"}
ANOMALY = "anomaly"
ALL_KINDS = (*KINDS.values(), ANOMALY)
STATES = ("open", "answered", "closed", "lapsed")
LISTED = ("open", "answered")
ALL = "*"
OF_CASE = ("service", "number", "department", "division", "item")


def id_of(case: str, n: int) -> str:
    """The id of the alert that the `n`-th entry of a case's lamps calls for."""
    return derived_id("supervision", "alert", case, n)


def raised(record: Mapping[str, Any], entry: Mapping[str, Any], now: datetime) -> Alert:
    """The alert that `entry` calls for; a warning that comes too late has lapsed."""
    kind = KINDS[entry["lamp"]]
    passed = kind == "warning" and is_over(record["lamps"], entry)
    alert = {
        "_id": id_of(record["_id"], entry["n"]),
        "kind": kind,
        "case": record["_id"],
        **{name: record[name] for name in OF_CASE},
        "to_division": addressee(kind, record["division"]),
        **{name: entry[name] for name in ("clock", "due", "on")},
        "answer": None,
        "closing": None,
        "raised_at": now,
    }
    return in_state(alert, "lapsed" if passed else "open")


def unusual(subject: str, data: Mapping[str, Any], now: datetime) -> Alert:
    """The alert that an anomaly in the exchange calls for: the department that reads explains."""
    alert = {
        "_id": derived_id("supervision", "alert", "anomaly", subject),
        "kind": ANOMALY,
        "case": subject,
        "service": "exchange",
        "number": data["consumer"],
        "department": data["department"],
        "division": data["division"],
        "to_division": data["division"],
        "item": data["resource"],
        "clock": None,
        "due": None,
        "on": data["day"],
        "answer": None,
        "closing": None,
        "raised_at": now,
    }
    return in_state(alert, "open")


def addressee(kind: str, division: str) -> str:
    """A warning is for the division's own officials, an escalation for the next one up."""
    above = ancestors(division)[1:]
    return above[0] if kind == "escalation" and above else division


def is_over(lamps: Sequence[Mapping[str, Any]], entry: Mapping[str, Any]) -> bool:
    """Whether the clock's lamp has moved on from `entry`."""
    return any(e["clock"] == entry["clock"] and e["n"] > entry["n"] for e in lamps)


def superseded(record: Mapping[str, Any], entry: Mapping[str, Any]) -> list[str]:
    """The warnings of the same clock that `entry` makes void."""
    earlier = record["lamps"][: entry["n"] - 1]
    yellow = (e for e in earlier if e["clock"] == entry["clock"] and e["lamp"] == "yellow")
    return [id_of(record["_id"], e["n"]) for e in yellow]


def lapsed(alert: Mapping[str, Any]) -> Alert:
    """A warning whose lamp has moved on; one that was answered stays as it is."""
    return in_state(alert, "lapsed") if alert["state"] == "open" else dict(alert)


def answered(alert: Mapping[str, Any], answer: Mapping[str, Any]) -> Alert:
    """answer: {explanation, measure, by, at}."""
    _check(alert, "answer", "open")
    return in_state({**alert, "answer": dict(answer)}, "answered")


def closed(alert: Mapping[str, Any], closing: Mapping[str, Any]) -> Alert:
    """closing: {accepted, opinion, by, at}; an answer that is not accepted is asked for again."""
    _check(alert, "close", "answered")
    state = "closed" if closing["accepted"] else "open"
    return in_state({**alert, "closing": dict(closing)}, state)


def in_state(alert: Mapping[str, Any], state: str) -> Alert:
    """The alert in `state`, listed where it belongs."""
    after = {**alert, "state": state}
    after.pop("desk", None)
    if state in LISTED:
        places = ancestors(alert["division"])
        after["desk"] = [desk(state, d, p) for d in (alert["department"], ALL) for p in places]
    return after


def desk(state: str, department: str, division: str) -> str:
    """What the alerts of a department (or of all) in a division's subtree are found by."""
    return f"{state}:{department}:{division}"


def _check(alert: Mapping[str, Any], action: str, state: str) -> None:
    if alert["state"] != state:
        legal = [a for a, s in (("answer", "open"), ("close", "answered")) if s == alert["state"]]
        raise IllegalMove(
            Text(
                f"状态为 {alert['state']} 的预警不能执行 {action}",
                f"An alert that is {alert['state']} cannot {action}",
            ),
            legal=legal,
        )
