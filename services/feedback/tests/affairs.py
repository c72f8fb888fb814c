"""Cases, calls and events that tests begin with."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.feedback.usecases import closings, evaluations, rectifications
from services.feedback.usecases.georeport import Office
from shared.access import Caller
from shared.documents import Document
from shared.entrypoints.request import Call
from shared.events import Event, derived_id
from shared.personal import Vault
from shared.testing import NOON, FakeStore, a_call, an_official, person

VAULT = Vault("k1:" + base64.b64encode(b"k" * 32).decode(), base64.b64encode(b"l" * 32).decode())
ZHANG, LI = person("zhang"), person("li", name="李娜")
HE = an_official("he", "430104", "health", "accept", "review", name="何卫健")
ZENG = an_official("zeng", "430104", "health", "approve", name="曾主任")
UPSTAIRS = an_official("xu", "430100", "health", "approve", name="徐市局")
ELSEWHERE = an_official("sun", "430111", "health", "accept", "review", "approve")
TAN = an_official("tan", "430000", "government-services", "supervise", name="谭效能")


def a_store() -> FakeStore:
    return FakeStore({"notices": [("cause",)]})


def an_office(store: FakeStore, per_hour: int = 1000) -> Office:
    return Office(store, VAULT, "hunan.gov.cn", per_hour)


def case_id(number: int) -> str:
    return derived_id("case", number)


def told(number: int = 1, sequence: int = 5, action: str = "deliver", **given: Any) -> Event:
    """The event of a case's move; by default it is closed."""
    id_ = case_id(number)
    data = {
        "number": f"430104-20261123-{id_[:8].upper()}",
        "item": "health-certificate",
        "department": "health",
        "division": "430104",
        "applicant": "zhang",
        "legal_person": None,
        "action": action,
        "promised_days": 5,
        **given,
    }
    participle = "closed" if action == "deliver" else "reopened"
    type_ = f"health.case.{participle}.v1"
    return Event(derived_id(type_, id_, sequence), type_, "/health", id_, NOON, sequence, data)


def sent(event: dict[str, Any]) -> Event:
    """What was published, as its listeners get it."""
    at = datetime.fromisoformat(event["time"])
    return Event(
        event["id"], event["type"], event["source"], event["subject"], at, event["sequence"],
        event["data"],
    )  # fmt: skip


def hear(store: FakeStore, *events: Event) -> None:
    """A crowd of closings and reopenings."""
    closings.hear(store, events, NOON, new_id)


def recount(store: FakeStore, *cases: str) -> None:
    """What follows from evaluations."""
    closings.recount(store, cases, NOON, new_id)


def new_id() -> str:
    return str(uuid4())


def closed(store: FakeStore, number: int = 1, **given: Any) -> str:
    """A closed case."""
    hear(store, told(number, **given))
    return case_id(number)


def a_form(level: int, **given: Any) -> dict[str, Any]:
    return {"level": level, "scores": {}, "public": False, **given}


def asked(caller: Caller, body: dict[str, Any], key: str = "k", **given: Any) -> Call:
    """A creating request."""
    id_ = derived_id(caller.subject, key)
    return a_call(caller, body=body, id=id_, digest=str(sorted(body.items())), **given)


def evaluated(store: FakeStore, case: str, level: int, **given: Any) -> Document:
    """The case, evaluated by its applicant, after all that follows from it."""
    again = "evaluation" in store["cases"].require(case)
    act = evaluations.evaluate_again if again else evaluations.evaluate
    now = given.pop("now", NOON)
    after = act(store, asked(ZHANG, a_form(level, **given), f"{again}", now=now), case)
    event = sent(store.sent[-1])
    recount(store, event.subject)
    rectifications.heard(store, event, now)
    return after


def moves(caller: Caller, one: Document, body: dict[str, Any], **given: Any) -> Call:
    """A move of `one` in the version that there is."""
    return a_call(caller, body=body, if_match=one["version"], **given)
