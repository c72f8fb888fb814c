"""A market regulation department in memory, for the tests of its use cases."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from datetime import datetime, timedelta
from typing import Any

from services.enterprise import items
from services.enterprise.domain import jws
from services.enterprise.tools import Tools
from services.enterprise.usecases import annual_reports, companies, names, papers
from shared.access import Caller, LegalPerson
from shared.department import Practice, usecases
from shared.department.usecases import Desk
from shared.events import Event, derived_id
from shared.personal import Vault
from shared.testing import NOON, FakeStore, a_call, an_official, person

KEY = jws.signing_key(base64.b64encode(bytes(range(32))).decode())
VAULT = Vault("k1:" + base64.b64encode(b"k" * 32).decode(), base64.b64encode(b"l" * 32).decode())
TOOLS = Tools(VAULT, KEY, {jws.jwk(KEY.public_key())["kid"]: KEY.public_key()})

ZHANG = person("zhang")
LI = person("li", name="李娜")
CLERK = an_official("clerk", "430104", items.DEPARTMENT, "accept", "review")
CHIEF = an_official("chief", "430104", items.DEPARTMENT, "approve", name="赵审批")
NUMBER = "430104199001010019"

PRACTICES = (
    Practice(items.NAME_RESERVATION, names.check_application, names.decide, names.confirm),
    Practice(
        items.ESTABLISHMENT,
        check=lambda store, asked: companies.check_establishment(store, TOOLS, asked),
        fulfil=lambda store, done: companies.establish(store, TOOLS, done),
    ),
    Practice(
        items.CHANGE,
        check=lambda store, asked: companies.check_change(store, TOOLS, asked),
        fulfil=lambda store, done: companies.change(store, TOOLS, done),
    ),
    Practice(
        items.DEREGISTRATION,
        check=companies.check_deregistration,
        fulfil=companies.deregister,
    ),
    Practice(
        items.ANNUAL_REPORT,
        check=annual_reports.check,
        decide=annual_reports.decide,
        fulfil=annual_reports.publish,
    ),
)


class Office:
    """The department's desk over a fake store, with a clock that tests set."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.now: datetime = NOON
        self.count = 0
        practices = {p.item.code: p for p in PRACTICES}
        self.desk = Desk("enterprise", items.DEPARTMENT, practices, self.store, VAULT)

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)

    def call(self, caller: Caller, **given: Any) -> Any:
        self.count += 1
        return a_call(caller, **{"now": self.now, "id": derived_id("call", self.count), **given})

    def apply(self, item: Any, form: dict[str, Any], caller: Caller = ZHANG, **given: Any) -> Any:
        """The case of an application; instant ones are completed."""
        body = {"item": item.code, "division": "430104", "form": form, **given.pop("body", {})}
        case = usecases.apply(self.desk, self.call(caller, body=body, digest="d", **given))
        return self.complete(case["_id"]) if item.instant else case

    def move(self, case: Any, action: str, caller: Caller, body: Any = None) -> Any:
        version = self.store["cases"].require(case["_id"])["version"]
        call = self.call(caller, body=body or {}, if_match=version)
        return usecases.move(self.desk, call, case["_id"], action)

    def decide(self, case: Any, action: str = "approve") -> Any:
        """The case after all the moves up to its decision and delivery."""
        self.move(case, "accept", CLERK)
        self.move(case, "start", CLERK)
        self.move(case, action, CHIEF, {"reasons": ["不符合"]} if action == "refuse" else {})
        return self.complete(case["_id"])

    def complete(self, case_id: str) -> Any:
        """What hearing of the decision does."""
        told = Event(derived_id(case_id), "t", "/s", case_id, self.now, 1, {})
        usecases.complete(self.desk, told, self.now)
        return self.store["cases"].require(case_id)

    def reserve(self, caller: Caller = ZHANG, **changes: Any) -> Any:
        return self.apply(
            items.NAME_RESERVATION, {**items.NAME_RESERVATION.example, **changes}, caller
        )

    def upload(self, content: bytes = b"%PDF-1.7 x", caller: Caller = ZHANG) -> dict[str, str]:
        raw = base64.b64encode(hashlib.sha256(content).digest()).decode()
        headers = {"Content-Digest": f"sha-256=:{raw}:"}
        kept = papers.upload(self.store, self.call(caller, content=content, headers=headers))
        return {"file": kept["_id"], "digest": kept["digest"]}

    def handed_in(self, *codes: str, caller: Caller = ZHANG) -> list[dict[str, str]]:
        return [{"code": code, **self.upload(caller=caller)} for code in codes]

    def form(self, reservation: str, caller: Caller = ZHANG, **changes: Any) -> dict[str, Any]:
        papers_ = self.handed_in("identity", "premises", "articles", "appointments", caller=caller)
        given = {"reservation": reservation, "materials": papers_, **changes}
        return {**items.ESTABLISHMENT.example, **given}

    def establish(self, **changes: Any) -> dict[str, Any]:
        """The result of an approved establishment."""
        reserved = self.reserve()
        case = self.apply(items.ESTABLISHMENT, self.form(reserved["_id"], **changes))
        result: dict[str, Any] = self.decide(case)["result"]
        return result


def acting_for(code: str, caller: Caller = ZHANG) -> Caller:
    """`caller`, who may act for the enterprise."""
    legal_persons = (LegalPerson(code, frozenset({"all"})),)
    return dataclasses.replace(caller, legal_persons=legal_persons)
