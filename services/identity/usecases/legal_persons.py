"""Who acts for whom, and what the register of enterprises tells about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.identity.domain import legal_persons as rules
from services.identity.domain.registration import normal_number, today
from services.identity.events import legal_person_events
from services.identity.tools import Tools
from services.identity.usecases.common import person_lookup, request_digest
from shared.entrypoints import Call
from shared.errors import FieldError, Forbidden, IdempotencyMismatch, Invalid, NotFound
from shared.events import Event
from shared.personal import is_identity, mask_identity
from shared.races import until_fresh
from shared.store import Database
from shared.text import Text

Record = dict[str, Any]

MOST = 1_000


def mine(store: Database, call: Call) -> list[Record]:
    """The legal persons the caller acts for: code, name, role, scopes."""
    person, day = _caller(store, call), today(call.now)
    found = store["legal_persons"].find({"people": person}, limit=MOST)
    views = (_view(record, person, rules.scopes_of(record, person, day)) for record in found)
    return sorted((v for v in views if v["scopes"]), key=lambda v: str(v["code"]))


def agents(store: Database, call: Call, code: str) -> list[Record]:
    """All appointments of a legal person, ended ones too, for its representative."""
    person = _caller(store, call)
    record = store["legal_persons"].get(code)
    if record is None or not rules.scopes_of(record, person, today(call.now)):
        raise NotFound()
    if not rules.is_representative(record, person):
        raise Forbidden(
            Text("只有法定代表人可以查看代理人", "Only the legal representative sees the agents")
        )
    return list(record["agents"])


def appoint(store: Database, tools: Tools, call: Call, code: str) -> Record:
    """The appointment the representative made; a repeated request gives the same one."""
    person = _caller(store, call)
    order = _order(tools, call)
    return until_fresh(lambda: _appointed(store, call, code, person, order))


def revoke(store: Database, call: Call, code: str, agent: str) -> Record:
    """The appointment, ended by the representative or by the agent; again: no change."""
    person = _caller(store, call)
    return until_fresh(lambda: _revoked(store, call, code, person, agent))


def bind(
    store: Database, tools: Tools, event: Event, representative: dict[str, str], now: datetime
) -> None:
    """A legal person was registered or changed: who represents it acts for it from now on."""
    number = representative["number"]
    holder = rules.Person(
        person_lookup(tools.vault, number), representative["name"], mask_identity(number)
    )
    code = event.data["code"]
    entry = rules.Registered(code, event.data["name"], holder, event.sequence)

    def change(record: Record | None) -> Record:
        return rules.bound(record, entry, now)

    until_fresh(lambda: _heard(store, code, event, change, now))


def end(store: Database, event: Event, now: datetime) -> None:
    """A legal person was deregistered: nobody acts for it any more."""
    code = event.data["code"]

    def change(record: Record | None) -> Record:
        return rules.ended(record, code, event.sequence, now)

    until_fresh(lambda: _heard(store, code, event, change, now))


def is_news(store: Database, event: Event) -> bool:
    """Whether the event tells more than is known of the legal person."""
    return rules.is_news(store["legal_persons"].get(event.data["code"]), event.sequence)


def _heard(store: Database, code: str, event: Event, change: Any, now: datetime) -> None:
    record = store["legal_persons"].get(code)
    if not rules.is_news(record, event.sequence):
        return
    after = change(record)
    if record is None:
        store["legal_persons"].add(after, legal_person_events(after, now), received=event)
    else:
        told = len(after["history"]) > len(record["history"])
        events = legal_person_events(after, now) if told else []
        store["legal_persons"].save(record, after, events, received=event)


def _caller(store: Database, call: Call) -> str:
    """The lookup that the caller is known by."""
    person: str | None = store["accounts"].require(call.signed_in.subject)["person"]
    if person is None:
        raise NotFound()
    return person


def _order(tools: Tools, call: Call) -> rules.Appointment:
    number = normal_number(call.body["identity_number"])
    if not is_identity(number):
        detail = Text(
            "身份证号码无效（GB 11643）", "Not a valid resident identity number (GB 11643)"
        )
        raise Invalid(errors=[FieldError("/identity_number", detail, "resident-identity")])
    agent = rules.Person(
        person_lookup(tools.vault, number), call.body["name"], mask_identity(number)
    )
    return rules.Appointment(
        call.id,
        agent,
        call.body["scopes"],
        call.body.get("until"),
        request_digest(tools.vault, call.digest),
    )


def _appointed(
    store: Database, call: Call, code: str, person: str, order: rules.Appointment
) -> Record:
    record = store["legal_persons"].require(code)
    if known := rules.appointment(record, order.id):
        if known["digest"] != order.digest:
            raise IdempotencyMismatch()
        return known
    after = rules.appoint(record, person, order, call.now, today(call.now))
    store["legal_persons"].save(record, after, legal_person_events(after, call.now))
    return rules.appointment(after, order.id) or {}


def _revoked(store: Database, call: Call, code: str, person: str, agent: str) -> Record:
    record = store["legal_persons"].require(code)
    after = rules.revoke(record, person, agent, call.now, today(call.now))
    if after != record:
        store["legal_persons"].save(record, after, legal_person_events(after, call.now))
    return rules.appointment(after, agent) or {}


def _view(record: Record, person: str, scopes: tuple[str, ...]) -> Record:
    representative = rules.is_representative(record, person)
    return {
        "code": record["_id"],
        "name": record["name"],
        "role": "representative" if representative else "agent",
        "scopes": list(scopes),
        "agent": None if representative else _own_appointment(record, person),
    }


def _own_appointment(record: Record, person: str) -> str | None:
    own = [a["id"] for a in record["agents"] if a["person"] == person and a["ended_at"] is None]
    return own[-1] if own else None
