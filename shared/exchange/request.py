"""What a consumer asks the exchange, as it is signed (pure).

    {"id": uuid, "attempt": 1.., "at": RFC 3339, "kind": "query" | "verify" | "batch",
     "consumer": "GOV/education/education", "grant": id, "purpose": slug, "case": "<service>/<id>",
     "item": code | null, "resource": code, "fields": [names], "salt": 16 bytes in hexadecimal,
     "key": {field: value} | null, "keys": [{field: value}] | null, "claims": {field: value} | null}

Guarantees: what passes `check` is complete, bounded and of one kind: a key for a query, a key and
claims about the fields for a verification, up to `KEYS_AT_ONCE` keys for a batch.
Does not: know whether values fit the resource (its provider does), or who may ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import FieldError, Invalid
from shared.exchange.order import KEYS_AT_ONCE, KINDS
from shared.schema import Integer, Schema, String, fields, load, validate
from shared.text import Text

MOST_FIELDS = 100
SALT = re.compile(r"[0-9a-f]{32}$(?!\n)", re.ASCII)


def _values(**given: Any) -> fields.Dict:
    return fields.Dict(keys=String(longest=100), validate=validate.Length(max=MOST_FIELDS), **given)


class RequestFields(Schema):
    """A request; see the module."""

    id = String(required=True, longest=64)
    attempt = Integer(required=True, minimum=1, maximum=1_000_000)
    at = fields.AwareDateTime(required=True, format="iso")
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    consumer = String(required=True, longest=200)
    grant = String(required=True, longest=100)
    purpose = String(required=True, longest=100)
    case = String(required=True, longest=200)
    item = String(required=True, allow_none=True, longest=100)
    resource = String(required=True, longest=100)
    fields_ = fields.List(
        String(longest=100),
        required=True,
        data_key="fields",
        validate=validate.Length(min=1, max=MOST_FIELDS),
    )
    salt = fields.String(required=True, validate=validate.Regexp(SALT))
    key = _values(required=True, allow_none=True)
    keys = fields.List(
        _values(), required=True, allow_none=True, validate=validate.Length(min=1, max=KEYS_AT_ONCE)
    )
    claims = _values(required=True, allow_none=True)


SCHEMA = RequestFields()
CARRIES = {"query": {"key"}, "verify": {"key", "claims"}, "batch": {"keys"}}
"""What a request carries, by its kind; the others are null."""


def check(request: Any) -> None:
    """`Invalid` names every fault of `request`; what passes is taken as it stands."""
    load(SCHEMA, request)
    if faults := list(_faults(request)):
        raise Invalid(errors=faults)


def _faults(request: Mapping[str, Any]) -> Iterator[FieldError]:
    carried = CARRIES[request["kind"]]
    for name in ("key", "keys", "claims"):
        if (request[name] is not None) != (name in carried):
            told = Text(f"{request['kind']} 不符", f"Not as a {request['kind']} has it")
            yield FieldError(f"/{name}", told, "kind")
    if len(set(request["fields"])) < len(request["fields"]):
        yield FieldError("/fields", Text("数据项重复", "A field is named twice"), "repeated")
    if request["claims"] is not None and request["claims"].keys() != set(request["fields"]):
        told = Text("应与声明的数据项一致", "Must be the fields of the claims")
        yield FieldError("/fields", told, "claims")
