"""Steps of supervision that its journeys share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.clock import CHINA, is_working_day, local_day
from shared.timekeeping import system_time
from tests.conftest import Clock
from tests.journeys.people import Person, eventually, ok

SUPERVISION = "/supervision"
TAN, YUE = "13900000031", "13900000032"
"""The province's supervisor, and the one of market regulation in the district."""


class Calendar:
    """Days that come when they are asked for, from `today` on: it is noon, so that no day turns
    while a test runs, at whatever hour that is."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.today = clock, local_day(system_time())
        self.reach(self.today)

    def reach(self, day: date, *people: Person) -> None:
        """Noon of `day`; the people sign in anew, for their tokens have gone by.

        What supervision has not heard of a case by then it hears late, and waits some minutes for
        more: wait until it has heard before.
        """
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=CHINA)
        self.clock.shift((noon - datetime.now(UTC)).total_seconds())
        for person in people:
            person.sign_in()

    def working_day(self, number: int) -> date:
        """The `number`-th working day after today."""
        day = self.today
        while number:
            day += timedelta(days=1)
            number -= is_working_day(day)
        return day


def supervised(supervisor: Person, case: str) -> dict[str, Any]:
    """The case as supervision has it."""
    found: dict[str, Any] = eventually(
        lambda: (a := supervisor.get(f"{SUPERVISION}/cases/{case}")).ok and a.json(), "the record"
    )
    return found


def reaches(supervisor: Person, case: str, state: str) -> dict[str, Any]:
    """The case once supervision knows that it is in `state`."""
    found: dict[str, Any] = eventually(
        lambda: (seen := supervised(supervisor, case))["state"] == state and seen, state
    )
    return found


def shines(supervisor: Person, case: str, lamp: str) -> dict[str, Any]:
    """The case once its lamp is `lamp`."""
    found: dict[str, Any] = eventually(
        lambda: (seen := supervised(supervisor, case))["lamp"] == lamp and seen, f"a {lamp} lamp"
    )
    return found


def alert_of(person: Person, case: str, kind: str) -> dict[str, Any]:
    """The open alert about the case on the person's desk."""

    def look() -> Any:
        pages = person.pages(f"{SUPERVISION}/alerts?limit=200")
        every = (alert for page in pages for alert in page)
        return next((a for a in every if a["case"] == case and a["kind"] == kind), None)

    found: dict[str, Any] = eventually(look, f"the {kind}")
    return found


def act(person: Person, path: str, body: Any, version: int) -> Any:
    """A move of an alert, a plan or a task in the version that was seen."""
    headers = {"If-Match": f'"{version}"'}
    return person.post(f"{SUPERVISION}{path}", json=body, headers=headers)


def volumes(anyone: Person, month: str, item: str, **query: str) -> dict[str, int]:
    """The public volumes of an item in a month, with its decisions; empty where there are none."""
    report = ok(anyone.get(f"{SUPERVISION}/open/statistics/{month}", params=query))
    rows = [row for row in report["items"] if row["code"] == item]
    return {**rows[0]["volumes"], "decided": rows[0]["decided"]} if rows else {}
