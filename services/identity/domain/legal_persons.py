"""Who acts for a legal person, in what, until when.

Shape: _id (unified social credit code), name, status ("active"|"ended"), sequence (of the last
event heard), representative {person, name, masked, since} or None, agents [{id, digest, person,
name, masked, scopes, until, appointed_at, ended_at}], people (lookups of all who may act), history.

A person is known by the keyed lookup of their identity number, account or not: so whoever registers
later finds at once what they act for, and appointing somebody tells nothing about their account.
Guarantees: events that come late or twice change nothing; what is over stays in the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.identity.domain.tokens import ActsFor
from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from shared.text import Text

Document = dict[str, Any]

SCOPES: dict[str, tuple[str, ...]] = {
    "view": ("view",),
    "apply": ("apply", "view"),
    "all": ("all", "apply", "view"),
}
"""A scope that is granted, and all that it takes in. Only "all" of the representative appoints."""

REPRESENTATIVE = "all"
MOST_AGENTS = 200


class Person(NamedTuple):
    """Somebody who acts: keyed lookup of the identity number, name, masked number."""

    person: str
    name: str
    masked: str


class Registered(NamedTuple):
    """What the register says of a legal person; `sequence`: of the event that told it."""

    code: str
    name: str
    representative: Person
    sequence: int


class Appointment(NamedTuple):
    """An agent to appoint; `until`: the last day (ISO), None for until revoked; `digest`: of the
    request, by which a repeated one is known."""

    id: str
    agent: Person
    scopes: Sequence[str]
    until: str | None
    digest: str


def is_news(record: Mapping[str, Any] | None, sequence: int) -> bool:
    """Whether an event of this sequence is later than all that were heard."""
    return record is None or sequence > record["sequence"]


def bound(record: Mapping[str, Any] | None, entry: Registered, now: datetime) -> Document:
    """The legal person after its registration or a change: who represents it now."""
    known = record or _unknown(entry.code)
    before = known["representative"]
    same = before is not None and before["person"] == entry.representative.person
    changed = {
        **known,
        "name": entry.name,
        "status": "active",
        "sequence": entry.sequence,
        "representative": {
            **entry.representative._asdict(),
            "since": before["since"] if same else now,
        },
    }
    return changed if same else _noted(changed, "representative-bound", "enterprise", now)


def ended(record: Mapping[str, Any] | None, code: str, sequence: int, now: datetime) -> Document:
    """The legal person after its deregistration: nobody acts for it any more."""
    known = {**(record or _unknown(code)), "sequence": sequence, "status": "ended"}
    return _noted(known, "ended", "enterprise", now)


def appoint(
    record: Mapping[str, Any], by: str, order: Appointment, now: datetime, today: date
) -> Document:
    """One more agent, appointed by the representative `by` (lookup).

    Raises: NotFound, Forbidden (not the representative), Invalid, Conflict (acts for it already).
    """
    _check_representative(record, by, today)
    _check_order(record, order, today)
    agent = {
        "id": order.id,
        "digest": order.digest,
        **order.agent._asdict(),
        "scopes": sorted(set(order.scopes)),
        "until": order.until,
        "appointed_at": now,
        "ended_at": None,
    }
    changed = {**record, "agents": [*record["agents"], agent]}
    return _noted(changed, "agent-appointed", by, now, agent=order.id)


def revoke(record: Mapping[str, Any], by: str, agent: str, now: datetime, today: date) -> Document:
    """The appointment `agent` ends, by the representative or by the agent; again: no change."""
    found = appointment(record, agent)
    if found is None or not scopes_of(record, by, today):
        raise NotFound()
    if by != found["person"]:
        _check_representative(record, by, today)
    if found["ended_at"] is not None:
        return dict(record)
    agents = [{**a, "ended_at": now} if a["id"] == agent else a for a in record["agents"]]
    return _noted({**record, "agents": agents}, "agent-revoked", by, now, agent=agent)


def appointment(record: Mapping[str, Any], agent: str) -> Document | None:
    """The appointment with this id, ended or not."""
    return next((dict(a) for a in record["agents"] if a["id"] == agent), None)


def is_representative(record: Mapping[str, Any], person: str) -> bool:
    """Whether `person` represents the legal person now."""
    holder = record["representative"]
    return record["status"] == "active" and holder is not None and holder["person"] == person


def scopes_of(record: Mapping[str, Any], person: str, today: date) -> tuple[str, ...]:
    """All scopes in which `person` acts for the legal person on `today`, sorted; often none."""
    if record["status"] != "active":
        return ()
    granted = {REPRESENTATIVE} if is_representative(record, person) else set()
    for agent in record["agents"]:
        if agent["person"] == person and _in_force(agent, today):
            granted.update(agent["scopes"])
    return tuple(sorted({scope for grant in granted for scope in SCOPES[grant]}))


def acts_for(records: Sequence[Mapping[str, Any]], person: str, today: date) -> list[ActsFor]:
    """What `person` may do for which of `records`; those with nothing are left out."""
    all_of_them = (ActsFor(r["_id"], scopes_of(r, person, today)) for r in records)
    return [one for one in all_of_them if one.scopes]


def _check_representative(record: Mapping[str, Any], by: str, today: date) -> None:
    if is_representative(record, by):
        return
    if not scopes_of(record, by, today):
        raise NotFound()
    raise Forbidden(
        Text("只有法定代表人可以委托或撤销代理人", "Only the legal representative appoints agents")
    )


def _check_order(record: Mapping[str, Any], order: Appointment, today: date) -> None:
    if unknown := sorted(set(order.scopes) - set(SCOPES)):
        detail = Text(f"没有这些授权范围：{unknown}", f"No such scopes: {unknown}")
        raise Invalid(errors=[FieldError("/scopes", detail, "choice")])
    if order.until is not None and date.fromisoformat(order.until) < today:
        detail = Text("终止日期已过", "This day is over")
        raise Invalid(errors=[FieldError("/until", detail, "future")])
    if scopes_of(record, order.agent.person, today):
        raise Conflict(
            Text("该人员已可代表本单位", "This person acts for it already"), type="already-acts"
        )
    if sum(_in_force(a, today) for a in record["agents"]) >= MOST_AGENTS:
        raise Conflict(Text("代理人数量已达上限", "There are too many agents"), type="too-many")


def _in_force(agent: Mapping[str, Any], today: date) -> bool:
    until = agent["until"]
    over = until is not None and date.fromisoformat(until) < today
    return agent["ended_at"] is None and not over


def _unknown(code: str) -> Document:
    return {
        "_id": code,
        "name": "",
        "status": "active",
        "sequence": 0,
        "representative": None,
        "agents": [],
        "people": [],
        "history": [],
    }


def _noted(
    record: Mapping[str, Any], action: str, by: str, now: datetime, **details: Any
) -> Document:
    line = {"at": now, "action": action, "by": by, "details": details}
    noted = {**record, "history": [*record["history"], line]}
    return {**noted, "people": _people(noted)}


def _people(record: Mapping[str, Any]) -> list[str]:
    if record["status"] != "active":
        return []
    holder = record["representative"]
    agents = {a["person"] for a in record["agents"] if a["ended_at"] is None}
    return sorted(agents | ({holder["person"]} if holder else set()))
