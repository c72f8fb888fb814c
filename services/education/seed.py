"""Demo data of the local platform: ``python -m services.education.seed http://localhost:8000``.

Guarantees: can be repeated; after it, a round is open on this day in district 430104. It is
announced as a rehearsal, so that its window may be closed early and the draw be seen at once.
Does not: belong anywhere else than on the local platform.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from services.education.domain import priority, rounds
from services.education.events import round_event
from services.education.service import Service
from services.education.tools import Tools, tools
from services.education.usecases.rounds import announced, new_school
from shared.clock import local_day
from shared.commands import config_of, store_of
from shared.events import derived_id
from shared.timekeeping import timekeeper

DISTRICT = "430104"
SCHOOLS = (
    ("YL-01", "岳麓第一小学", 2, ("岳麓街道", "望月湖街道")),
    ("YL-02", "麓山实验小学", 2, ("橘子洲街道", "银盆岭街道")),
    ("YL-03", "梅溪湖小学", 3, ("梅溪湖街道",)),
    ("YL-04", "洋湖小学", 3, ("洋湖街道", "坪塘街道")),
)
BY = {"name": "seed", "division": DISTRICT}
OPEN_DAYS, LAST_DAYS = 30, 90


def seed(store: Any, kit: Tools, now: datetime) -> str:
    """The id of a round that is open today, made where there is none."""
    today = local_day(now)
    for known in store["rounds"].find({"division": DISTRICT}):
        if known["rehearsal"] and rounds.is_open(known, today):
            return str(known["_id"])
    id_ = derived_id("seed", "round", today.isoformat(), len(_drawn_today(store, today)))
    before = store["rounds"].ensure({"_id": id_, **_terms(today)})
    store["schools"].put_many([_school(id_, *row) for row in SCHOOLS])
    if before["state"] == "preparing":
        after = announced(store, kit, before, BY, now)
        store["rounds"].save(before, after, [round_event(after, now)])
    return id_


def _drawn_today(store: Any, today: date) -> list[Any]:
    """Rounds of this day that have been played through already."""
    found = store["rounds"].find({"division": DISTRICT})
    return [r for r in found if r["opens_on"] == today.isoformat() and r["state"] != "preparing"]


def _terms(today: date) -> dict[str, Any]:
    year = today.year if (today.month, today.day) <= (8, 31) else today.year + 1
    return {
        "division": DISTRICT,
        "year": year,
        "stage": "primary",
        "title": f"岳麓区{year}年小学入学（演练）",
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=OPEN_DAYS)).isoformat(),
        "ends_on": (today + timedelta(days=LAST_DAYS)).isoformat(),
        "answer_days": 7,
        "most_choices": 3,
        "classes": list(priority.ORDER),
        "rehearsal": True,
        "schools": len(SCHOOLS),
        "state": "preparing",
        "history": [],
    }


def _school(
    round_: str, code: str, name: str, capacity: int, streets: tuple[str, ...]
) -> dict[str, Any]:
    catchment = [{"division": DISTRICT, "street": street} for street in streets]
    given = {"code": code, "name": name, "capacity": capacity, "catchment": catchment}
    return new_school(round_, given)


def main() -> None:
    """Seed the database of this environment."""
    config = config_of(Service)
    id_ = seed(store_of(Service, config), tools(), timekeeper(config["CLOCK_FILE"])())
    print(f"{id_}  an enrolment round in {DISTRICT}, open today (GET /education/rounds/{id_})")


if __name__ == "__main__":
    main()
