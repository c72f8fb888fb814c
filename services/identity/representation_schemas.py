"""What is asked and told about who acts for a legal person (JSON), and read of companies."""

from __future__ import annotations

from services.identity.domain.legal_persons import SCOPES
from shared.schema import (
    Day,
    Instant,
    Schema,
    SocialCreditCode,
    String,
    fields,
    validate,
)


class LegalPerson(Schema):
    """A legal person one acts for. `agent`: one's own appointment, for an agent."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    agent = fields.String(allow_none=True)


class NewAgent(Schema):
    """`until`: the last day; without it, until revoked."""

    name = String(required=True, longest=60)
    identity_number = String(required=True, longest=18)
    scopes = fields.List(
        String(validate=validate.OneOf(tuple(SCOPES))),
        required=True,
        validate=validate.Length(1, len(SCOPES)),
    )
    until = Day(allow_none=True)


class Agent(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    identity_number = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    until = Day(allow_none=True, required=True)
    appointed_at = Instant(required=True)
    ended_at = Instant(allow_none=True, required=True)


class CompanyRegistered(Schema):
    """What is read of `enterprise.company.registered.v1` and `.changed.v1`."""

    code = SocialCreditCode(required=True)
    name = fields.String(required=True)


class CompanyDeregistered(Schema):
    """What is read of `enterprise.company.deregistered.v1`."""

    code = SocialCreditCode(required=True)
