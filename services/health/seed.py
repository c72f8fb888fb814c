"""Demo data of the local platform: ``python -m services.health.seed http://localhost:8000``.

Guarantees: can be repeated; slots are opened by the same rules as every other, for the coming
working days. Does not: belong anywhere else than on the local platform: the persons in it do not
exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from services.health.domain.slots import Span
from services.health.items import DEPARTMENT, EXAMPLE_INSTITUTION
from services.health.registers import spans_of
from services.health.service import Service
from services.health.usecases import schedules
from shared.access import Caller
from shared.clock import is_working_day, local_day
from shared.commands import config_of, store_of
from shared.entrypoints.request import Call
from shared.timekeeping import system_time

HOSPITAL = {
    "_id": EXAMPLE_INSTITUTION,
    "case": "seed",
    "code": "12430104555000148K",
    "name": "长沙市岳麓区湘江医院",
    "category": "general-hospital",
    "address": "长沙市岳麓区麓山南路 1 号",
    "beds": 120,
    "specialties": ["internal", "surgery", "paediatrics"],
    "head": "刘洋",
    "division": "430104",
    "status": "valid",
    "issued_on": "2026-01-05",
    "valid_until": "2041-01-04",
    "rulings": [],
}
DOCTORS = (
    ("114301040000001", "周仁心", "internal"),
    ("114301040000002", "吴妙手", "paediatrics"),
)
DAYS, SESSIONS, MINUTES = 10, (("08:00", "11:30"), ("14:00", "17:00")), 30
DESK = Caller("seed", "official", "seed", "430000", DEPARTMENT, frozenset({"accept"}))


def seed(store: Any, now: datetime) -> list[str]:
    """Make what is missing; what a person should know."""
    store["institutions"].ensure(HOSPITAL)
    return [_doctor(store, now, *row) for row in DOCTORS]


def _doctor(store: Any, now: datetime, number: str, name: str, scope: str) -> str:
    store["practitioners"].ensure(practitioner(number, name, scope))
    days = coming(local_day(now))
    call, opened = Call(now, DESK), 0
    for first, last in months(days):
        horizon = {"first": first.replace(day=1).isoformat(), "last": _end(first).isoformat()}
        given = {"practitioner": number, **horizon, "active": True}
        made = schedules.open_schedule(store, call, given)
        opened += len(schedules.open_slots(store, call, made["_id"], _spans(first, last)))
    return f"{number}  {name}  {opened} slots from {days[0]} on at {HOSPITAL['name']}"


def coming(today: date) -> list[date]:
    """The next working days, from tomorrow on."""
    days = (today + timedelta(days=n) for n in range(1, 4 * DAYS))
    return [day for day in days if is_working_day(day)][:DAYS]


def months(days: Sequence[date]) -> list[tuple[date, date]]:
    """The first and the last of `days` in each month: a schedule is of one month."""
    by_month = [list(group) for _, group in groupby(days, key=lambda d: (d.year, d.month))]
    return [(group[0], group[-1]) for group in by_month]


def _end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _spans(first: date, last: date) -> list[Span]:
    sessions = [{"begins": begins, "ends": ends} for begins, ends in SESSIONS]
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return spans_of({**days, "sessions": sessions, "minutes": MINUTES})


def practitioner(number: str, name: str, scope: str) -> dict[str, Any]:
    """A doctor on the register, at the hospital."""
    return {
        "_id": number,
        "case": "seed",
        "kind": "doctor",
        "level": "doctor",
        "category": "clinical",
        "scope": [scope],
        "name": name,
        "name_key": name,
        "person": f"seed-{number}",
        "account": "seed",
        "division": HOSPITAL["division"],
        "institution": HOSPITAL["_id"],
        "institution_name": HOSPITAL["name"],
        "status": "valid",
        "registered_on": "2026-01-05",
        "valid_until": None,
        "rulings": [],
    }


def main() -> None:
    """Seed the database of this environment."""
    print("\n".join(seed(store_of(Service, config_of(Service)), system_time())))


if __name__ == "__main__":
    main()
