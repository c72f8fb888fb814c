"""What is asked and told about clients (JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import pre_load

from services.identity.domain.clients import LONGEST_OVERLAP, MOST_KEYS
from services.identity.domain.jwks import PRIVATE
from services.identity.schemas import REASON, SLUG
from shared.access import SCOPES
from shared.schema import (
    DivisionCode,
    Instant,
    Integer,
    Paged,
    Schema,
    String,
    ValidationError,
    fields,
    validate,
)
from shared.text import Text

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CLIENT_ID = validate.Regexp(rf"(?!{UUID}$)[a-z][a-z0-9]*([.-][a-z0-9]+)*$(?!\n)")
"""Never what an account's id looks like: both are a token's subject (RFC 9068, section 5)."""
OVERLAP_HOURS = int(LONGEST_OVERLAP.total_seconds() // 3600)


class PublicKey(Schema):
    """A JWK (RFC 7517): Ed25519 (EdDSA) or P-256 (ES256). kid: without it, the thumbprint."""

    kty = String(required=True, longest=10)
    crv = String(required=True, longest=20)
    x = String(required=True, longest=100)
    y = String(longest=100)
    kid = String(longest=100)
    alg = String(longest=20)
    use = String(longest=10)
    key_ops = fields.List(String(longest=20), validate=validate.Length(max=10))

    @pre_load
    def no_private_key(self, data: Any, **_: Any) -> Any:
        """A private key is told from a mere typing error."""
        if isinstance(data, Mapping) and (private := sorted(PRIVATE & data.keys())):
            told = Text(
                "不得提交私钥；该密钥应立即作废", "This is a private key: never use it again"
            )
            raise ValidationError({private[0]: [told]})
        return data


class PublicKeys(Schema):
    """A JWK set (RFC 7517, section 5)."""

    keys = fields.List(
        fields.Nested(PublicKey), required=True, validate=validate.Length(1, MOST_KEYS)
    )


class CredentialsGiven(Schema):
    """`secret`: whether one is to be made. At least one key, or a secret."""

    keys = fields.Nested(PublicKeys)
    secret = fields.Boolean(load_default=False)


class ClientDetails(Schema):
    """contact: an e-mail address of the office that answers for the system, not of a person."""

    name = String(required=True, longest=100)
    department = String(required=True, longest=40, validate=SLUG)
    division = DivisionCode(required=True)
    scopes = fields.List(
        String(validate=validate.OneOf(SCOPES)),
        required=True,
        validate=validate.Length(1, len(SCOPES)),
    )
    contact = String(required=True, longest=120, validate=validate.Email())


class NewClient(ClientDetails, CredentialsGiven):
    """client_id: chosen for good; lower case letters and digits, with `.` or `-` between."""

    client_id = String(required=True, shortest=3, longest=64, validate=CLIENT_ID)


class ChangedDetails(ClientDetails):
    reason = String(required=True, longest=REASON)


class NewCredentials(CredentialsGiven):
    """They replace all there were; those stay good for `overlap_hours` (0: they end at once)."""

    overlap_hours = Integer(required=True, minimum=0, maximum=OVERLAP_HOURS)
    reason = String(required=True, longest=REASON)


class Clients(Paged):
    division = DivisionCode()
    department = String(longest=40, validate=SLUG)


class KeyKept(Schema):
    """until: when it ends; null: when it is replaced."""

    kid = fields.String(required=True)
    alg = fields.String(required=True)
    thumbprint = fields.String(required=True)
    since = Instant(required=True)
    until = Instant(required=True, allow_none=True)


class SecretKept(Schema):
    since = Instant(required=True)
    until = Instant(required=True, allow_none=True)


class Client(Schema):
    """A client, with the credentials that are good now; no secret can be read again."""

    client_id = fields.String(required=True)
    name = fields.String(required=True)
    department = fields.String(required=True)
    division = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    contact = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("active", "suspended", "ended")))
    keys = fields.List(fields.Nested(KeyKept), required=True)
    secrets = fields.List(fields.Nested(SecretKept), required=True)
    registered_at = Instant(required=True)
    version = Integer(required=True)


class ClientMade(Client):
    """client_secret: told this once; null where none was made, and when the request is repeated."""

    client_secret = fields.String(required=True, allow_none=True)
