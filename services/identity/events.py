"""What identity tells the others. No event carries a personal number or a name of a person.

`session.revoked` is heard here: it becomes an entry in the account's history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.events import event
from shared.published import Published, Publishes
from shared.schema import Day, DivisionCode, Schema, SocialCreditCode, String, fields

ACCOUNT_EVENTS = {
    "registered": "identity.account.registered.v1",
    "appointed": "identity.account.registered.v1",
    "suspended": "identity.account.suspended.v1",
    "reinstated": "identity.account.reinstated.v1",
    "reassigned": "identity.account.reassigned.v1",
}
"""Entry of an account's history that the world is told: type of the event."""

LEGAL_PERSON_EVENTS = {
    "representative-bound": "identity.representative.bound.v1",
    "agent-appointed": "identity.agent.appointed.v1",
    "agent-revoked": "identity.agent.revoked.v1",
}

SESSION_REVOKED = "identity.session.revoked.v1"

GUARDIANSHIP_EVENTS = {
    "registered": "identity.guardianship.registered.v1",
    "ended": "identity.guardianship.ended.v1",
}

CLIENT_EVENTS = {
    "registered": "identity.client.registered.v1",
    "changed": "identity.client.changed.v1",
    "credentials-replaced": "identity.client.changed.v1",
    "suspended": "identity.client.suspended.v1",
    "reinstated": "identity.client.reinstated.v1",
    "ended": "identity.client.ended.v1",
}
"""Entry of a client's history: type of the event."""


class AccountChanged(Schema):
    """`account`: id; `powers`: of an official."""

    account = fields.String(required=True)
    kind = fields.String(required=True)
    department = fields.String(allow_none=True)
    division = DivisionCode(allow_none=True)
    powers = fields.List(String(longest=20))


class LegalPersonChanged(Schema):
    """`code`: unified social credit code; `agent`: id of the appointment."""

    code = SocialCreditCode(required=True)
    name = fields.String()
    agent = fields.String()


class SessionRevoked(Schema):
    """`reason`: "reused", a refresh token came back after it was replaced."""

    account = fields.String(required=True)
    reason = fields.String(required=True)


class ClientChanged(Schema):
    """A system, as it is from now on. No credential is told; status: active, suspended, ended."""

    client = fields.String(required=True)
    department = fields.String(required=True)
    division = DivisionCode(required=True)
    scopes = fields.List(String(longest=40), required=True)
    status = fields.String(required=True)


class GuardianshipChanged(Schema):
    """guardian: account; child: keyed lookup of the identity number, the same in all services."""

    guardian = fields.String(required=True)
    child = fields.String(required=True)
    child_born = Day(required=True)
    from_day = Day(required=True)
    until_day = Day(required=True, allow_none=True)


PUBLISHES: Publishes = {
    **{type_: Published(AccountChanged, public=True) for type_ in ACCOUNT_EVENTS.values()},
    **{type_: Published(LegalPersonChanged, public=True) for type_ in LEGAL_PERSON_EVENTS.values()},
    **{type_: Published(GuardianshipChanged) for type_ in GUARDIANSHIP_EVENTS.values()},
    **{type_: Published(ClientChanged, public=True) for type_ in CLIENT_EVENTS.values()},
    SESSION_REVOKED: Published(SessionRevoked, public=False),
}
"""Type of event: what it carries."""


def account_events(account: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The events that the last entry of the account's history calls for."""
    last = account["history"][-1]
    if last["action"] not in ACCOUNT_EVENTS:
        return []
    data = {
        "account": account["_id"],
        **{key: account[key] for key in ("kind", "department", "division", "powers")},
    }
    return [event(ACCOUNT_EVENTS[last["action"]], account["_id"], last["number"], data, now)]


def legal_person_events(record: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The events that the last entry of the legal person's history calls for."""
    last = record["history"][-1]
    if last["action"] not in LEGAL_PERSON_EVENTS:
        return []
    data = {"code": record["_id"], "name": record["name"], **last["details"]}
    type_ = LEGAL_PERSON_EVENTS[last["action"]]
    return [event(type_, record["_id"], len(record["history"]), data, now)]


def guardianship_event(record: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the last entry of the guardianship's history tells."""
    last = record["history"][-1]
    names = ("guardian", "child", "child_born", "from_day", "until_day")
    data = {name: record[name] for name in names}
    return event(GUARDIANSHIP_EVENTS[last["action"]], record["_id"], last["number"], data, now)


def client_events(client: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """What the last entry of the client's history tells; the subject is its client_id."""
    last = client["history"][-1]
    names = ("department", "division", "scopes", "status")
    data = {"client": client["client_id"], **{name: client[name] for name in names}}
    type_ = CLIENT_EVENTS[last["action"]]
    return [event(type_, client["client_id"], last["number"], data, now)]


def session_revoked(session: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """The family of refresh tokens was ended for the safety of the account."""
    data = {"account": session["account"], "reason": session["reason"]}
    return [event(SESSION_REVOKED, session["_id"], 1, data, now)]
