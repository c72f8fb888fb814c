"""Lives of cases, as departments tell them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from hypothesis import strategies as st

from services.supervision.schemas import CaseHeard
from shared.case import TABLE, events_of, legal_moves, moved, opened
from shared.errors import Conflict
from shared.events import Event, derived_id, received
from shared.schema import load
from shared.text import Text

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
OFFICIAL = {"kind": "official", "account": "official-1", "name": "王受理"}
APPLICANT = {"kind": "person", "account": "account-of-zhang", "name": "张伟"}
TOLD: dict[str, dict[str, Any]] = {
    "return": {"missing": ["地址"]},
    "suspend": {"ground": "inspection", "notice": "现场检查，需要十日"},
    "decline": {"reasons": [Text("不属于本机关", "Not ours")]},
    "refuse": {"reasons": [Text("不符合条件", "Not fulfilled")]},
    "extend": {"reasons": ["情况复杂"]},
}


class Life:
    """A case that moves when it is told to."""

    def __init__(self, name: str = "a", begin: datetime = BEGIN, **changes: Any) -> None:
        given = {
            "item": "enterprise-change",
            "department": "market-regulation",
            "division": "430104",
            "limits": {"statutory": 20, "promised": 10},
            **changes,
        }
        applicant = {k: v for k, v in APPLICANT.items() if k != "kind"}
        self.now = begin
        self.case = opened(
            id_=derived_id("life", name), item_version=1, applicant=applicant, now=begin, **given
        )

    def move(self, action: str, days: float = 0, **told: Any) -> Life:
        """`action`, so many days later."""
        self.now += timedelta(days=days, minutes=1)
        by = APPLICANT if "applicant" in TABLE[action].who else OFFICIAL
        self.case = moved(self.case, action, by, self.now, **{**TOLD.get(action, {}), **told})
        return self

    def play(self, *steps: Any) -> Life:
        """Actions, and numbers: days that pass before the next one."""
        days = 0.0
        for step in steps:
            if isinstance(step, str):
                self.move(step, days)
                days = 0.0
            else:
                days += step
        return self

    @property
    def envelopes(self) -> list[dict[str, Any]]:
        return events_of(self.case, "enterprise")

    @property
    def events(self) -> list[Event]:
        return [heard(envelope) for envelope in self.envelopes]


SCHEMA = CaseHeard(unknown="exclude")


def heard(envelope: dict[str, Any]) -> Event:
    """The event as the handler gets it."""
    wire = orjson.loads(orjson.dumps(envelope))
    return received(wire, load(SCHEMA, wire["data"]))


@st.composite
def lives(draw: Any, name: str = "a", longest: int = 12) -> Life:
    """Any legal life, with any number of days between its moves."""
    limits = draw(st.sampled_from([(20, 10), (6, 3), (5, 1), (3, 0), (1, 1)]))
    life = Life(
        name,
        BEGIN + timedelta(days=draw(st.integers(0, 40)), hours=draw(st.integers(0, 23))),
        item=draw(st.sampled_from(["enterprise-change", "enterprise-establishment"])),
        division=draw(st.sampled_from(["430104", "430111", "430100", "430000"])),
        limits={"statutory": limits[0], "promised": limits[1]},
    )
    if draw(st.booleans()):
        life.move("draft")
    life.move("submit")
    for _ in range(draw(st.integers(0, longest))):
        legal = legal_moves(life.case["state"])
        if not legal:
            break
        action = draw(st.sampled_from(legal))
        told: dict[str, Any] = {}
        if action in ("refuse", "decline") and draw(st.booleans()):
            told["reasons"] = None
        if action == "accept" and draw(st.integers(0, 4)) == 0:
            told["deemed"] = True
        try:
            life.move(action, draw(st.sampled_from([0, 0, 0.4, 1, 2, 5, 9, 30])), **told)
        except Conflict:
            continue
    return life


def shuffled(draw: Any, events: Sequence[Event]) -> list[list[Event]]:
    """The events in any order, some twice, in batches of any size."""
    order = draw(st.permutations(list(events)))
    repeats = draw(st.lists(st.sampled_from(list(events)), max_size=4)) if events else []
    all_of_them = [*order, *repeats]
    batches = []
    while all_of_them:
        size = draw(st.integers(1, len(all_of_them)))
        batches.append(all_of_them[:size])
        all_of_them = all_of_them[size:]
    return batches
