"""A health department in memory, with a hospital, two doctors and their slots, for unit tests."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from services.health import items, seed
from services.health.domain import slots
from services.health.registers import spans_of
from services.health.usecases import (
    booking,
    certificates,
    institutions,
    practitioners,
    schedules,
    settling,
)
from shared.access import Caller
from shared.department import Practice, usecases
from shared.department.usecases import Desk
from shared.events import Event, derived_id
from shared.personal import Vault
from shared.testing import NOON, FakeStore, a_call, an_official, person

VAULT = Vault("k1:" + base64.b64encode(b"k" * 32).decode(), base64.b64encode(b"l" * 32).decode())
ZHANG = person("zhang")
LI = person("li", name="李娜")
CLERK = an_official("clerk", "430104", "health", "accept", "review", name="何卫健")
CHIEF = an_official("chief", "430104", "health", "approve", name="曾主任")
ELSEWHERE = an_official("elsewhere", "430111", "health", "accept", "approve")
DOCTOR, OTHER = (row[0] for row in seed.DOCTORS)
UNIQUE = {"appointments": [("holds",), ("claim",)]}

PRACTICES = (
    Practice(
        items.DOCTOR,
        check=lambda store, asked: practitioners.check_doctor(store, VAULT, asked),
        fulfil=lambda store, done: practitioners.register_doctor(store, VAULT, done),
    ),
    Practice(
        items.NURSE,
        check=lambda store, asked: practitioners.check_nurse(store, VAULT, asked),
        fulfil=lambda store, done: practitioners.register_nurse(store, VAULT, done),
    ),
    Practice(items.INSTITUTION, check=institutions.check, fulfil=institutions.license),
    Practice(
        items.BIRTH,
        check=lambda store, asked: certificates.check_birth(store, VAULT, asked),
        fulfil=lambda store, done: certificates.issue_birth(store, VAULT, done),
    ),
    Practice(
        items.FOOD_WORKER,
        check=certificates.check_food_worker,
        fulfil=certificates.issue_food_worker,
    ),
)


class Clinic:
    """The department over a fake store. Events are heard by `hear`, in any order the test likes.

    small: one doctor with five slots on one day.
    """

    def __init__(self, small: bool = False) -> None:
        self.store = FakeStore(UNIQUE)
        self.now: datetime = NOON
        self.heard = 0
        self.count = 0
        (self._seed_small if small else self._seed)()
        self.hear()
        practices = {p.item.code: p for p in PRACTICES}
        self.desk = Desk("health", "health", practices, self.store, VAULT)

    def _seed(self) -> None:
        seed.seed(self.store, self.now)

    def _seed_small(self) -> None:
        self.store["institutions"].ensure(seed.HOSPITAL)
        self.store["practitioners"].ensure(seed.practitioner(*seed.DOCTORS[0]))
        day = {"first": "2026-11-24", "last": "2026-11-24"}
        call = self.call(seed.DESK)
        given = {"practitioner": DOCTOR, **day, "active": True}
        made = schedules.open_schedule(self.store, call, given)
        session = {"begins": "09:00", "ends": "11:30"}
        spans = spans_of({**day, "sessions": [session], "minutes": 30})
        schedules.open_slots(self.store, call, made["_id"], spans)

    def call(self, caller: Caller, **given: Any) -> Any:
        self.count += 1
        return a_call(caller, **{"now": self.now, "id": derived_id("call", self.count), **given})

    def pass_time(self, **given: float) -> None:
        self.now += timedelta(**given)

    def free(self, doctor: str = DOCTOR, day: str = "2026-11-24") -> list[Any]:
        """The free slots of a doctor's day, in their order."""
        wanted = {"agenda": slots.agenda(doctor, day), "status": "free"}
        return self.store["slots"].find(wanted, sort=[("start", 1)])

    def book(self, slot: Any, caller: Caller = ZHANG) -> Any:
        fresh = booking.slot_of(self.store, slot["_id"])
        return booking.book(self.store, self.call(caller), fresh, {})

    def wait(self, caller: Caller, day: str = "2026-11-24", doctor: str = DOCTOR) -> Any:
        return booking.wait(self.store, self.call(caller), doctor, day, {})

    def change(self, appointment: Any, status: str, caller: Caller = ZHANG) -> Any:
        version = self.store["appointments"].require(appointment["_id"])["version"]
        call = self.call(caller, if_match=version)
        return booking.change(self.store, call, appointment["_id"], status)

    def now_of(self, appointment: Any) -> Any:
        return self.store["appointments"].require(appointment["_id"])

    def rule(self, ruling: str, number: str = DOCTOR) -> Any:
        version = self.store["practitioners"].require(number)["version"]
        call = self.call(CHIEF, body={"reasons": ["投诉查实"]}, if_match=version)
        return practitioners.rule(self.store, call, number, ruling)

    def hear(self) -> None:
        """The service hears what it has published, until there is nothing new."""
        while self.heard < len(self.store.sent):
            event = self.store.sent[self.heard]
            self.heard += 1
            self.settle(event)

    def settle(self, event: Any) -> None:
        """What the service does with one event."""
        noun = event["type"].split(".")[1]
        subject, data, now = event["subject"], event["data"], self.now
        if noun == "appointment" and data["slot"]:
            settling.settle_slots(self.store, [data["slot"]], now)
        elif noun == "appointment":
            settling.place(self.store, data["agenda"], now)
        elif noun == "slot":
            settling.settle_slots(self.store, [subject], now)
        elif noun in SETTLE:
            SETTLE[noun](self.store, subject, now)

    def told(self, account: str) -> list[str]:
        """The titles of the notices for an account."""
        notices = [e["data"] for e in self.store.sent if ".notice." in e["type"]]
        return [n["title"]["en"] for n in notices if n["account"] == account]

    def apply(self, item: Any, caller: Caller = ZHANG, **changes: Any) -> Any:
        body = {"item": item.code, "division": "430104", **changes.pop("body", {})}
        body["form"] = {**item.example, **changes}
        return usecases.apply(self.desk, self.call(caller, body=body, digest="d"))

    def move(self, case: Any, action: str, caller: Caller, body: Any = None) -> Any:
        version = self.store["cases"].require(case["_id"])["version"]
        call = self.call(caller, body=body or {}, if_match=version)
        return usecases.move(self.desk, call, case["_id"], action)

    def result(self, item: Any, caller: Caller = ZHANG, **changes: Any) -> dict[str, Any]:
        """The result of an approved application."""
        case = self.apply(item, caller, **changes)
        self.move(case, "accept", CLERK)
        self.move(case, "start", CLERK)
        self.move(case, "approve", CHIEF)
        found: dict[str, Any] = self.complete(case)["result"]
        return found

    def complete(self, case: Any) -> Any:
        told = Event(derived_id(case["_id"]), "t", "/s", case["_id"], self.now, 1, {})
        usecases.complete(self.desk, told, self.now)
        return self.store["cases"].require(case["_id"])


SETTLE = {
    "schedule": settling.settle_schedule,
    "practitioner": settling.settle_practitioner,
    "licence": settling.settle_institution,
}


def at(text: str) -> datetime:
    """A time in China."""
    return datetime.fromisoformat(f"{text}:00+08:00").astimezone(UTC)
