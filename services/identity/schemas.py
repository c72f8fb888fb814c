"""What identity's entrypoints take and give (JSON), and what it reads of others' events."""

from __future__ import annotations

from services.identity.domain.guardianships import RELATIONS
from services.identity.domain.passwords import LONGEST, SHORTEST
from shared.access import POWERS
from shared.schema import (
    Day,
    DivisionCode,
    Foreign,
    Instant,
    Integer,
    Paged,
    Schema,
    String,
    fields,
    validate,
)

SLUG = validate.Regexp(r"[a-z][a-z0-9-]{1,39}$(?!\n)")
REASON = 400
GRANT_TYPES = ("password", "refresh_token", "client_credentials")


class Registration(Schema):
    """A citizen who registers; what is acceptable, `domain.registration` says."""

    name = String(required=True, longest=60)
    identity_number = String(required=True, longest=18)
    phone = String(required=True, longest=11)
    password = String(required=True, shortest=SHORTEST, longest=LONGEST)


class Assignment(Schema):
    department = String(required=True, longest=40, validate=SLUG)
    division = DivisionCode(required=True)
    powers = fields.List(
        String(validate=validate.OneOf(POWERS)), required=True, validate=validate.Length(1, 5)
    )


class Appointment(Assignment):
    """An official; the password is provisional: without powers until it is changed."""

    name = String(required=True, longest=60)
    phone = String(required=True, longest=11)
    password = String(required=True, shortest=SHORTEST, longest=LONGEST)


class Reassignment(Assignment):
    reason = String(required=True, longest=REASON)


class Reason(Schema):
    reason = String(required=True, longest=REASON)


class GivenPassword(Reason):
    password = String(required=True, shortest=SHORTEST, longest=LONGEST)


class Account(Schema):
    """An account as others may see it: numbers are masked."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    identity_number = fields.String(allow_none=True)
    phone = fields.String(required=True)
    department = fields.String(allow_none=True)
    division = fields.String(allow_none=True)
    powers = fields.List(fields.String())
    provisional = fields.Boolean(required=True)
    registered_at = Instant(required=True)


class Entry(Schema):
    """An entry of an account's history. `by`: "self", or the account of the official."""

    number = Integer(required=True)
    at = Instant(required=True)
    action = fields.String(required=True)
    by = fields.String(required=True)
    reason = fields.String(required=True)
    details = fields.Dict(required=True)


class Grant(Foreign):
    """Sign in (`login`, `username`: phone or resident identity number), refresh, or, for a system,
    sign in as itself (RFC 6749, 4.4) with a secret or an assertion (RFC 7523).

    `legal_persons`: those the token is to name; without it, the first fifty. `scope`: names with
    spaces between them; without it, all that the client has.
    """

    repeats = frozenset({"legal_persons"})

    grant_type = String(required=True, validate=validate.OneOf(GRANT_TYPES))
    login = String(longest=40)
    username = String(longest=40)
    password = String(longest=LONGEST)
    refresh_token = String(longest=200)
    legal_persons = fields.List(String(longest=18), validate=validate.Length(max=50))
    client_id = String(longest=100)
    client_secret = String(longest=200)
    client_assertion_type = String(longest=100)
    client_assertion = String(longest=4_000)
    scope = String(longest=400)


class Tokens(Schema):
    """RFC 6749, section 5.1; `expires_in`: seconds. People get a refresh token, systems a scope."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_in = Integer(required=True)
    refresh_token = fields.String()
    password_change_required = fields.Boolean()
    scope = fields.String()


class Revocation(Foreign):
    """`refresh_token`, or `token`, as RFC 7009 calls it; an empty one is none."""

    refresh_token = String(shortest=0, longest=200)
    token = String(shortest=0, longest=8_000)
    token_type_hint = String(shortest=0, longest=40)


class NewPassword(Schema):
    current_password = String(required=True, longest=LONGEST)
    new_password = String(required=True, shortest=SHORTEST, longest=LONGEST)


class Officials(Paged):
    division = DivisionCode()
    department = String(longest=40, validate=SLUG)


class NewGuardianship(Schema):
    """A guardian, by identity number, and a child. until_day: without it, until majority."""

    guardian_identity_number = String(required=True, longest=18)
    child_name = String(required=True, longest=60)
    child_identity_number = String(required=True, longest=18)
    child_born = Day(required=True)
    relation = String(required=True, validate=validate.OneOf(RELATIONS))
    from_day = Day(required=True)
    until_day = Day()


class GuardianshipEnding(Schema):
    """`until_day`: the last day of the guardianship."""

    until_day = Day(required=True)
    reason = String(required=True, longest=REASON)


class Guardianship(Schema):
    """A guardianship; the child's number is masked."""

    id = fields.String(required=True)
    guardian = fields.String(required=True)
    child_name = fields.String(required=True)
    child_identity_number = fields.String(required=True)
    child_born = Day(required=True)
    relation = fields.String(required=True)
    from_day = Day(required=True)
    until_day = Day(required=True)
    in_force = fields.Boolean(required=True)
    version = Integer(required=True)


class Jwks(Schema):
    """RFC 7517."""

    keys = fields.List(fields.Dict(), required=True)


class Metadata(Schema):
    """RFC 8414."""

    issuer = fields.String(required=True)
    token_endpoint = fields.String(required=True)
    revocation_endpoint = fields.String(required=True)
    jwks_uri = fields.String(required=True)
    response_types_supported = fields.List(fields.String(), required=True)
    grant_types_supported = fields.List(fields.String(), required=True)
    scopes_supported = fields.List(fields.String(), required=True)
    token_endpoint_auth_methods_supported = fields.List(fields.String(), required=True)
    token_endpoint_auth_signing_alg_values_supported = fields.List(fields.String(), required=True)
    revocation_endpoint_auth_methods_supported = fields.List(fields.String(), required=True)
    ui_locales_supported = fields.List(fields.String(), required=True)


class SessionRevoked(Schema):
    """What is read of `identity.session.revoked.v1`."""

    account = fields.String(required=True)
    reason = fields.String(required=True)
