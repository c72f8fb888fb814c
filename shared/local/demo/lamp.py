"""A red lamp is answered: a case is forgotten, supervision notices, the department explains itself.

Guarantees: the platform's time, which it moves, is as it was when the play ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.clock import CHINA
from shared.local.demo.stage import Stage
from shared.local.demo.talk import Talk, Visitor
from shared.local.failure import Failure
from shared.local.places import CLOCK, FOLDER, RUNNING
from shared.timekeeping import shift

DISTRICT = "430104"
DAYS = 20
CASES, ALERTS = "/health/cases", "/supervision/alerts"
ESCALATION = "escalation"


@dataclass
class Forgotten(Stage):
    """What the steps know of each other."""

    applicant: Visitor = field(default_factory=lambda: Visitor("李娜 (applicant)"))
    clerk: Visitor = field(default_factory=lambda: Visitor("何卫健 (official of health)"))
    chief: Visitor = field(default_factory=lambda: Visitor("曾主任 (approves)"))
    supervisor: Visitor = field(default_factory=lambda: Visitor("谭效能 (supervises the province)"))
    case: str = ""

    @property
    def path(self) -> str:
        return f"{CASES}/{self.case}"


def play(talk: Talk) -> None:
    """All steps, one after the other."""
    affair = Forgotten(talk)
    _apply(affair)
    with _later(talk, DAYS):
        alert = _notice(affair)
        _answer(affair, alert)
        _finish(affair)
    talk.end("the delay is explained, accepted by the superior, and on record for good")


@contextmanager
def _later(talk: Talk, days: int) -> Iterator[None]:
    """The platform so many days later."""
    if not (FOLDER / RUNNING).exists():
        raise Failure("Time can pass on the platform of `make run` only; this play needs it.")
    talk.step("时间推移", f"{days} days pass (make clock days={days})")
    shift(FOLDER / CLOCK, timedelta(days=days).total_seconds())
    try:
        yield
    finally:
        shift(FOLDER / CLOCK, 0)


def _apply(affair: Forgotten) -> None:
    affair.talk.step("受理", "A case is accepted, and then nobody looks at it")
    affair.sign_in(affair.applicant, "13800000002")
    form = {
        "name": "李娜",
        "identity": "430104199202020029",
        "work_division": DISTRICT,
        "institution": "555000148430104A100001",
        "report": "TJ-0001",
        "examined_on": datetime.now(CHINA).date().isoformat(),
    }
    body = {"item": "health-food-worker-certificate", "division": DISTRICT, "form": form}
    affair.case = affair.create(affair.applicant, CASES, body=body)["id"]
    affair.sign_in(affair.clerk, "13900000021")
    affair.act(affair.clerk, affair.path, "accept", {"opinion": "材料齐全"})
    affair.sign_in(affair.supervisor, "13900000031")
    seen = f"/supervision/cases/{affair.case}"
    heard = "supervision's word of it"
    affair.talk.wait(affair.supervisor, seen, lambda told: told["state"] == "accepted", heard)


def _notice(affair: Forgotten) -> str:
    talk = affair.talk
    talk.step("红灯督办", "The lamp is red: an escalation to the superior, on the desk's list")
    affair.sign_in(affair.clerk, "13900000021")
    affair.sign_in(affair.supervisor, "13900000031")
    seen = f"/supervision/cases/{affair.case}"
    talk.wait(affair.supervisor, seen, lambda told: told["lamp"] == "red", "the red lamp")
    listed = f"{ALERTS}?limit=200"
    found = talk.wait(
        affair.clerk, listed, lambda told: _escalations(told, affair.case), "the escalation"
    ).json()
    return _escalations(found, affair.case)[0]


def _escalations(told: dict[str, list[dict[str, str]]], case: str) -> list[str]:
    return [a["id"] for a in told["items"] if a["case"] == case and a["kind"] == ESCALATION]


def _answer(affair: Forgotten, alert: str) -> None:
    talk, path = affair.talk, f"{ALERTS}/{alert}"
    talk.step("说明与整改", "The department explains itself, and the superior accepts")
    answer = {"explanation": "经办人休假，未交接", "measure": "已指定替补，当日办结"}
    affair.act(affair.clerk, path, "answer", answer)
    closing = {"accepted": True, "opinion": "情况属实，同意销号"}
    affair.act(affair.supervisor, path, "closing", closing)


def _finish(affair: Forgotten) -> None:
    talk = affair.talk
    talk.step("补办", "The case is decided; its red lamps stay in the history")
    affair.act(affair.clerk, affair.path, "start")
    affair.sign_in(affair.chief, "13900000022")
    affair.act(affair.chief, affair.path, "approve", {"opinion": "准予发证"})
    affair.sign_in(affair.applicant, "13800000002")
    talk.wait(affair.applicant, affair.path, lambda told: told["state"] == "closed", "its end")
    talk.ask(affair.supervisor, "GET", f"/supervision/cases/{affair.case}")
