"""Lives of cases by the million, as departments keep them: what replays are measured with."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from services.supervision.tests.lives import Life
from shared.division import divisions
from shared.events import derived_id

SAMPLE = 500
BEGIN = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
WEEKS = 52
A_YEAR = 1_000_000
"""Events of a year: however many are told, they come as dense as these."""
DEPARTMENTS = (
    ("education", "education", ("school-enrolment", "teacher-certificate")),
    ("health", "health", ("practitioner-registration", "food-worker-certificate")),
)
SCRIPTS: tuple[tuple[int, tuple[Any, ...]], ...] = (
    (30, ("submit", 1, "accept", 1, "start", 3, "approve", 1, "deliver")),
    (20, ("submit", 2, "accept", "start", 6, "approve", "deliver")),
    (20, ("submit", "accept", "start", "approve", "deliver")),
    (8, ("submit", 1, "return", 2, "resubmit", 1, "accept", 1, "start", 4, "approve", "deliver")),
    (4, ("submit", 1, "accept", 1, "start", 2, "suspend", 20, "resume", 3, "refuse", "deliver")),
    (6, ("submit", 1, "accept", 1, "start", 12, "approve", "deliver")),
    (5, ("submit", 1, "decline")),
    (5, ("submit", 1, "accept", "withdraw")),
    (2, ("submit", 1, "accept", 2, "start", 40, "approve", "deliver")),
)
"""Of a hundred cases so many: six are decided when the lamp is yellow, two when it is red."""


class Stream:
    """Lives of cases in all divisions, day by day, as departments keep them: told as events, and
    what they add up to."""

    def __init__(self, seed: int = 20261123) -> None:
        self._chance = random.Random(seed)
        self._weights = [weight for weight, _ in SCRIPTS]
        self._scripts = {
            (script, week, day): _script(script, week, day)
            for script in range(len(SCRIPTS))
            for week in range(WEEKS)
            for day in range(5)
        }
        self._places = [d.code for d in divisions()]
        self.volumes: Counter[str] = Counter()
        self.sample: list[list[dict[str, Any]]] = []
        self.cases = 0

    def events(self, least: int, over: Callable[[], bool] = bool) -> Iterator[dict[str, Any]]:
        """At least so many events, or until it is `over`; the events of a case together."""
        told = 0
        while told < least and not over():
            case = self._case(self.cases, WEEKS * 5 * told // A_YEAR % (WEEKS * 5))
            self.cases += 1
            if self._chance.random() < SAMPLE * 5 / least:
                self.sample.append(case)
            self.volumes.update(one["type"].split(".")[2] for one in case)
            told += len(case)
            yield from case

    def _case(self, number: int, day: int) -> list[dict[str, Any]]:
        chance = self._chance
        service, department, items = chance.choice(DEPARTMENTS)
        place, id_ = chance.choice(self._places), derived_id("replayed", number)
        [script] = chance.choices(range(len(SCRIPTS)), self._weights)
        key = (script, day // 5, day % 5)
        whose = {
            "number": f"{place}-{number:08}",
            "department": department,
            "division": place,
            "item": chance.choice(items),
        }
        return [_told(service, id_, whose, envelope) for envelope in self._scripts[key]]


def _script(script: int, week: int, day: int) -> list[dict[str, Any]]:
    begin = BEGIN + timedelta(weeks=week, days=day)
    return Life(f"{script}-{week}-{day}", begin).play(*SCRIPTS[script][1]).envelopes


def _told(service: str, id_: str, whose: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    type_ = f"{service}.{one['type'].partition('.')[2]}"
    return {
        **one,
        "id": derived_id(type_, id_, one["sequence"]),
        "type": type_,
        "source": f"/{service}",
        "subject": id_,
        "data": {**one["data"], **whose},
    }
