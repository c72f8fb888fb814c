"""The roll-out: which members are to be connected by when, and how far it has come (pure).

    phase  {code, by (day), name{zh, en}, members {class: "all" or [codes]}}

Guarantees: a member belongs to one phase; coverage follows from the nodes' histories and the plan
alone, so that of any day can be told again. Does not: know the plan (it is data, `rollout.json`).
Source: the province's plan of June 2018.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.exchange.domain.members import CLASSES, LEVEL_OF
from services.exchange.domain.nodes import STATES, Node, state_on
from shared import division
from shared.text import Text

Phase = Mapping[str, Any]


def members() -> Iterator[tuple[str, str, Text]]:
    """(class, code, name) of every member the exchange is planned for."""
    for department in division.departments():
        yield "GOV", department.code, department.office
    for place in division.divisions():
        class_ = next((c for c in CLASSES[1:] if LEVEL_OF[c] == place.level), None)
        if class_:
            government = Text(f"{place.name.zh}人民政府", f"People's Government of {place.name}")
            yield class_, place.code, government


def planned(phases: Sequence[Phase]) -> list[dict[str, Any]]:
    """Every member's node as it is before anything has happened, with the day it is planned for."""
    return [
        {
            "_id": f"{class_}/{code}",
            "class": class_,
            "code": code,
            "level": LEVEL_OF[class_],
            "name": name.both(),
            "phase": phase["code"],
            "planned_on": phase["by"],
            "state": "planned",
            "history": [],
            "since": {},
            "adapter": None,
            "service": None,
            "url": None,
            "tls": None,
            "contact": None,
            "keys": [],
            "waiting": [],
            "announced": {},
        }
        for class_, code, name in members()
        for phase in phases
        if includes(phase, class_, code)
    ]


def includes(phase: Phase, class_: str, code: str) -> bool:
    """Whether the member is to be connected in `phase`."""
    listed = phase["members"].get(class_, ())
    return listed == "all" or code in listed


def coverage(nodes: Iterable[Node], day: str) -> list[dict[str, Any]]:
    """By level, at the end of `day`: {level, total, planned, and how many were in each state}.

    planned: those that the plan has connected by then.
    """
    groups: dict[str, list[Node]] = {level: [] for level in LEVEL_OF.values()}
    for node in nodes:
        groups[node["level"]].append(node)
    return [_covered(level, group, day) for level, group in groups.items()]


def _covered(level: str, nodes: Sequence[Node], day: str) -> dict[str, Any]:
    states = Counter(state_on(node, day) for node in nodes)
    return {
        "level": level,
        "total": len(nodes),
        "planned": sum(node["planned_on"] <= day for node in nodes),
        **{state: states[state] for state in STATES if state != "planned"},
    }


def days(nodes: Iterable[Node]) -> list[str]:
    """The days on which the coverage changes, planned or actual, the first first."""
    found: set[str] = set()
    for node in nodes:
        found.add(node["planned_on"])
        found.update(entry["on"] for entry in node["history"])
    return sorted(found)


def progress(phase: Phase, nodes: Iterable[Node], day: str) -> dict[str, Any]:
    """How `phase` stands on `day`: {members, in_time, connected, late}.

    in_time: connected at the end of its last day, or of `day` where that comes first. connected: at
    the end of `day`. late: due, and not connected.
    """
    mine = [node for node in nodes if includes(phase, node["class"], node["code"])]
    limit = min(day, phase["by"])
    connected = sum(state_on(node, day) == "connected" for node in mine)
    return {
        "members": len(mine),
        "in_time": sum(state_on(node, limit) == "connected" for node in mine),
        "connected": connected,
        "late": len(mine) - connected if day > phase["by"] else 0,
    }
