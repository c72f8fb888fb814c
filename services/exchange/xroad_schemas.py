"""What is asked and told over X-Road's protocol."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE

from services.exchange.usecases.batching import MOST_KEYS
from shared.exchange.events import JwkFields
from shared.schema import Integer, QueryInteger, Schema, String, fields, validate

IDENTIFIER = r"[\x21-\x7e]+$(?!\n)"
CASE = r"[a-z0-9][a-z0-9.-]{0,63}/[A-Za-z0-9._~:-]{1,100}$(?!\n)"
PARTY = r"([A-Za-z0-9._~%-]{1,40}/)?[A-Za-z0-9._~%-]{1,100}$(?!\n)"
KEYS = 20
"""Fields in a key, or in a query string."""
MOST_FIELDS = 100


def visible(name: str, longest: int = 255, pattern: str = IDENTIFIER, **more: Any) -> String:
    """A header of visible ASCII characters, without spaces."""
    return String(
        data_key=name,
        longest=longest,
        validate=validate.Regexp(pattern),
        **more,
    )


def key_field(**given: Any) -> fields.Dict:
    """The key of a record: its fields' values by name."""
    rule = validate.Length(min=1, max=KEYS)
    return fields.Dict(keys=String(longest=100), validate=rule, **given)


def names_field() -> fields.List[str | None]:
    """Names of fields of a record."""
    rule = validate.Length(min=1, max=MOST_FIELDS)
    return fields.List(String(longest=100), data_key="fields", validate=rule)


class ClientHeaders(Schema):
    """Of every request: who sends it."""

    client = visible("X-Road-Client", required=True)


class UseHeaders(ClientHeaders):
    """Of a use: by which grant, for what purpose and case; the rest is X-Road's own and optional.

    X-Road-Id: of the message; sent again, it is answered under the record that there is. Without
    it, the request gets one.
    """

    message = visible("X-Road-Id")
    user = visible("X-Road-UserId", 64)
    case = visible("X-Road-Issue", 165, CASE, required=True)
    party = visible("X-Road-Represented-Party", 141, PARTY)
    grant = visible("Exchange-Grant", 64, required=True)
    purpose = visible("Exchange-Purpose", 64, required=True)
    item = visible("Exchange-Item", 100)


class KeyQuery(Schema):
    """The key's fields by name; `fields`: names with commas between, all granted without it."""

    class Meta:
        unknown = INCLUDE

    fields_ = String(data_key="fields", longest=2_000)


class BatchQuery(Schema):
    """fields: names with commas between; first: the key in whose place to begin."""

    fields_ = String(data_key="fields", longest=2_000)
    first = QueryInteger(minimum=0, maximum=MOST_KEYS, load_default=0)


class Asked(Schema):
    """key: the values of the resource's key. fields: all that are granted without it."""

    key = key_field(required=True)
    fields_ = names_field()


class Claimed(Schema):
    """claims: what is said to be true of the record with this key."""

    key = key_field(required=True)
    claims = fields.Dict(
        keys=String(longest=100), required=True, validate=validate.Length(min=1, max=MOST_FIELDS)
    )


class Receipt(Schema):
    """The record that proves the use: its request, attempt, place in the log, and leaf hash."""

    request = fields.String(required=True)
    attempt = Integer(required=True)
    index = Integer(required=True)
    leaf = fields.String(required=True)


class _Origin(Schema):
    """Whose answer it is, of which version, when."""

    provider = fields.String(required=True)
    resource = fields.String(required=True)
    version = Integer(required=True)
    at = fields.String(required=True)
    receipt = fields.Nested(Receipt, required=True)


class Answered(_Origin):
    """data: the asked fields, where a record was `found`; else null."""

    found = fields.Boolean(required=True)
    data = fields.Dict(required=True, allow_none=True)


class Verified(_Origin):
    """holds: whether there is such a record and every claim is true of it."""

    found = fields.Boolean(required=True)
    holds = fields.Boolean(required=True)


class Identifier(Schema):
    """As X-Road's metadata services tell a member or subsystem (PR-META)."""

    object_type = fields.String(required=True)
    xroad_instance = fields.String(required=True)
    member_class = fields.String(required=True)
    member_code = fields.String(required=True)
    subsystem_code = fields.String()


class ListedClient(Schema):
    id = fields.Nested(Identifier, required=True)
    name = fields.String(required=True)


class ClientList(Schema):
    """X-Road's ``listClients`` (PR-META, annex; PR-MREST, 2)."""

    member = fields.List(fields.Nested(ListedClient), required=True)


class Endpoint(Schema):
    method = fields.String(required=True)
    path = fields.String(required=True)


class Method(Identifier):
    service_code = fields.String(required=True)
    service_type = fields.String(required=True)
    endpoint_list = fields.List(fields.Nested(Endpoint), required=True)


class MethodList(Schema):
    """X-Road's ``listMethods`` and ``allowedMethods`` (PR-MREST, annex B)."""

    service = fields.List(fields.Nested(Method), required=True)


class KeySet(Schema):
    """A JWK set (RFC 7517); Ed25519 keys, each named by its thumbprint."""

    keys = fields.List(fields.Nested(JwkFields), required=True)


class ServiceCode(Schema):
    service_code = String(required=True, longest=100, data_key="serviceCode")


class OpenApi(Schema):
    """An OpenAPI document."""

    class Meta:
        unknown = INCLUDE

    openapi = fields.String(required=True)
