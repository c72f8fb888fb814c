"""What enterprise registration tells the others, beyond its cases and items.

No event carries a personal number. All are public: consumers outside the platform may bind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.department.events import department_events
from shared.events import event
from shared.exchange.events import node_events
from shared.published import Published, Publishes
from shared.schema import Day, DivisionCode, Schema, SocialCreditCode, fields

REGISTERED = "enterprise.company.registered.v1"
CHANGED = "enterprise.company.changed.v1"
DEREGISTERED = "enterprise.company.deregistered.v1"
ISSUED = "enterprise.licence.issued.v1"
RULED = "enterprise.licence.ruled.v1"


class Representative(Schema):
    name = fields.String(required=True)


class Company(Schema):
    """An entry of the register after the change that the event's type names."""

    code = SocialCreditCode(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    division = DivisionCode(required=True)
    status = fields.String(required=True)
    legal_representative = fields.Nested(Representative, required=True)


class Licence(Schema):
    """A licence; `status`: valid, suspended or revoked."""

    number = fields.String(required=True)
    code = SocialCreditCode(required=True)
    status = fields.String(required=True)
    issued_on = Day(required=True)


PUBLISHES: Publishes = {
    **department_events("enterprise"),
    **node_events("enterprise"),
    REGISTERED: Published(Company, public=True),
    CHANGED: Published(Company, public=True),
    DEREGISTERED: Published(Company, public=True),
    ISSUED: Published(Licence, public=True),
    RULED: Published(Licence, public=True),
}


def company_event(type_: str, company: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What has become of `company`; its sequence is the number of entries in the history."""
    data = {
        "code": company["_id"],
        "name": company["name"],
        "kind": company["kind"],
        "division": company["division"],
        "status": company["status"],
        "legal_representative": {"name": company["representative"]["name"]},
    }
    return event(type_, company["_id"], len(company["history"]), data, now)


def licence_event(type_: str, licence: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What has become of `licence`; its sequence is the number of rulings on it, from one on."""
    data = {
        "number": licence["number"],
        "code": licence["holder"]["code"],
        "status": licence["status"],
        "issued_on": licence["issued_on"],
    }
    return event(type_, licence["number"], len(licence["rulings"]) + 1, data, now)
