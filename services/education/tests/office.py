"""An education department in memory: its desk, its rounds, and its own events heard at once."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.education import items, sources
from services.education.tools import Tools
from services.education.usecases import (
    aiding,
    answering,
    certificates,
    drawing,
    enrolling,
    freezing,
    moving,
    rounds,
    settling,
)
from shared.access import Caller
from shared.department import Practice, usecases
from shared.department.usecases import Desk
from shared.events import derived_id, received
from shared.personal import Vault
from shared.testing import NOON, FakeStore, a_call, an_official, person

VAULT = Vault("k1:" + base64.b64encode(b"k" * 32).decode(), base64.b64encode(b"l" * 32).decode())
SEED = "ab" * 32
TOOLS = Tools(VAULT, lambda: SEED)

ZHANG, LI = person("zhang"), person("li", name="李娜")
CLERK = an_official("clerk", "430104", "education", "accept", "review", name="刘招生")
CHIEF = an_official("chief", "430104", "education", "approve", name="陈督学")
ELSEWHERE = an_official("else", "430111", "education", "accept", "approve")
TERMS = {
    "division": "430104", "year": 2027, "stage": "primary", "title": "岳麓区2027年小学入学",
    "opens_on": "2026-11-23", "closes_on": "2026-11-27", "ends_on": "2027-01-31",
    "answer_days": 7, "most_choices": 3, "rehearsal": False,
}  # fmt: skip
STREETS = {"YL-01": "岳麓街道", "YL-02": "望月湖街道", "YL-03": "橘子洲街道"}


def practices(tools: Tools, registered: bool = False) -> tuple[Practice, ...]:
    """What `services.education.practices` says, with these tools; the registers only on demand."""
    read: dict[str, Any] = {
        "sources": sources.SOURCES,
        "verifications": sources.verifications(lambda: tools),
    }
    return (
        Practice(
            items.ENROLMENT,
            check=lambda store, asked: enrolling.check(store, tools, asked),
            fulfil=lambda store, done: settling.admit(store, tools, done),
            **(read if registered else {}),
        ),
        Practice(
            items.QUALIFICATION,
            check=lambda store, asked: certificates.check(store, tools, asked),
            fulfil=lambda store, done: certificates.issue(store, tools, done),
        ),
        Practice(items.VERIFICATION, decide=certificates.decide, fulfil=certificates.verified),
        Practice(
            items.AID,
            check=lambda store, asked: aiding.check(store, tools, asked),
            fulfil=lambda store, done: aiding.grant(store, tools, done),
        ),
    )


def child(number: int, year: int = 2020) -> str:
    """The resident identity number of the child so and so."""
    stem = f"430104{year}{number // 28 % 12 + 1:02}{number % 28 + 1:02}{number % 999:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(stem, weights, strict=True))
    return stem + "10X98765432"[total % 11]


class Office:
    """The department over a fake store, with a clock that tests set; with `sharing` (and identity)
    it reads registers."""

    def __init__(
        self,
        store: Any = None,
        tools: Tools = TOOLS,
        now: datetime = NOON,
        sharing: Any = None,
        identity: Any = None,
    ) -> None:
        self.store: Any = FakeStore() if store is None else store
        self.now, self.tools = now, tools
        self.count = self.heard = 0
        by_code = {p.item.code: p for p in practices(tools, sharing is not None)}
        self.desk = Desk(
            "education", items.DEPARTMENT, by_code, self.store, tools.vault, sharing, identity
        )
        self.hears: dict[str, Callable[[Any], None]] = {
            "education.round.frozen.v1": lambda e: drawing.draw(
                self.store, self.tools, e, self.now, lambda work, *given: work(*given)
            ),
            "education.round.finished.v1": lambda e: moving.end(self.store, e, self.now),
            "education.place.released.v1": lambda e: moving.take_back(self.store, [e, e], self.now),
            "education.place.given.v1": lambda e: moving.offer(self.store, e, self.now),
            "education.place.corrected.v1": lambda e: moving.correct(self.store, e, self.now),
            "education.enrolment.settled.v1": lambda e: settling.decide(self.desk, e, self.now),
            "education.check.asked.v1": lambda e: usecases.ask(self.desk, e.subject, self.now),
            **{
                f"education.case.{participle}.v1": lambda e: moving.follow(self.store, e, self.now)
                for participle in (
                    "submitted",
                    "accepted",
                    "returned",
                    "resubmitted",
                    "declined",
                    "refused",
                    "withdrawn",
                )
            },
            "education.case.approved.v1": lambda e: usecases.complete(self.desk, e, self.now),
            "education.case.refused.v1": self._refused,
        }

    def _refused(self, event: Any) -> None:
        moving.follow(self.store, event, self.now)
        usecases.complete(self.desk, event, self.now)

    def listen(self) -> None:
        """Hear all that was told and not heard yet, and what that brings, each of it twice."""
        while self.heard < len(getattr(self.store, "sent", ())):
            told = self.store.sent[self.heard]
            self.heard += 1
            for _ in range(2):
                self.hears.get(told["type"], lambda e: None)(received(told, told["data"]))

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    def call(self, caller: Caller, **given: Any) -> Any:
        self.count += 1
        fresh = {"now": self.now, "id": derived_id("call", self.count), "digest": "d"}
        return a_call(caller, **{**fresh, **given})

    def round(self, capacity: int = 1, **terms: Any) -> str:
        """An announced round of three schools."""
        made = rounds.make(self.store, self.call(CHIEF, body={**TERMS, **terms}))
        schools = [
            {"code": code, "name": code, "capacity": capacity,
             "catchment": [{"division": "430104", "street": street}]}
            for code, street in STREETS.items()
        ]  # fmt: skip
        id_ = made["_id"]
        put = self.call(CHIEF, body={"schools": schools}, if_match=1)
        rounds.put_schools(self.store, put, id_)
        rounds.announce(self.store, self.tools, self.call(CHIEF, if_match=2), id_)
        return str(id_)

    def guard(self, guardian: Caller, number: str, **changes: Any) -> None:
        """The register names a guardian."""
        born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        lookup = self.tools.vault.lookup(number)
        ward = {"guardian": guardian.subject, "child": lookup, "child_born": born,
                "from_day": "2021-01-01", "until_day": None, **changes}  # fmt: skip
        self.store["wards"].ensure({"_id": derived_id(guardian.subject, number), **ward})

    def form(self, round_: str, number: str, **changes: Any) -> dict[str, Any]:
        place = {"division": "430104", "street": "岳麓街道"}
        given = {
            "round": round_, "child": {"name": "张小禾", "identity": number}, "household": place,
            "home": {**place, "kind": "owned"}, "choices": ["YL-01"], **changes,
        }  # fmt: skip
        return dict(items.ENROLMENT.form().load(given))

    def apply(self, round_: str, number: str, guardian: Caller = ZHANG, **changes: Any) -> Any:
        """The case of a guardian's application."""
        self.guard(guardian, number)
        return self.submit(items.ENROLMENT, self.form(round_, number, **changes), guardian)

    def submit(self, item: Any, form: Any, caller: Caller = ZHANG, **given: Any) -> Any:
        body = {"item": item.code, "division": "430104", "form": form, **given}
        return usecases.apply(self.desk, self.call(caller, body=body))

    def move(self, case: Any, action: str, caller: Caller, body: Any = None) -> Any:
        before = self.store["cases"].require(case["_id"])
        settling.guard(self.store, before, action)
        call = self.call(caller, body=body or {}, if_match=before["version"])
        moved = usecases.move(self.desk, call, case["_id"], action)
        self.listen()
        return moved

    def withdraw(self, case: Any, caller: Caller = ZHANG) -> None:
        version = self.store["cases"].require(case["_id"])["version"]
        call = self.call(caller, body={}, if_match=version)
        usecases.withdraw(self.desk, call, case["_id"])
        self.listen()

    def enter(self, round_: str, number: str, guardian: Caller = ZHANG, **changes: Any) -> Any:
        """An accepted application: its case."""
        case = self.apply(round_, number, guardian, **changes)
        self.move(case, "accept", CLERK)
        return case

    def freeze(self, round_: str) -> None:
        """The official orders the draw; nobody has heard of it yet."""
        version = self.store["rounds"].require(round_)["version"]
        freezing.freeze(self.store, self.call(CHIEF, if_match=version), round_)

    def draw(self, round_: str) -> None:
        """The draw, after the window."""
        self.pass_days(8)
        self.freeze(round_)
        self.listen()

    def of(self, case: Any) -> Any:
        """The enrolment of a case."""
        return self.store["enrolments"].find({"case": case["_id"]})[0]

    def act(self, case: Any, what: str, caller: Caller = ZHANG, body: Any = None) -> Any:
        """What a guardian or an official does with an enrolment: accept, decline, ..."""
        enrolment = self.of(case)
        call = self.call(caller, body=body, if_match=enrolment["version"])
        done = getattr(answering, what)(self.store, call, enrolment["_id"])
        self.listen()
        return done

    def finish(self, round_: str) -> None:
        version = self.store["rounds"].require(round_)["version"]
        rounds.finish(self.store, self.call(CHIEF, if_match=version), round_)
        self.listen()

    def state(self, case: Any) -> str:
        """The states of the enrolment and its case."""
        return f"{self.of(case)['state']} {self.store['cases'].require(case['_id'])['state']}"

    def school(self, round_: str, code: str) -> Any:
        return next(s for s in rounds.schools(self.store, round_) if s["code"] == code)
