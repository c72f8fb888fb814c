"""What a consumer asks the exchange, as it is signed (pure).

    {"id": uuid, "attempt": 1.., "at": RFC 3339, "kind": "query" | "verify" | "batch" | "subscribe",
     "consumer": "GOV/education/education", "grant": id, "purpose": slug, "case": "<service>/<id>",
     "item": code | null, "resource": code, "fields": [names], "salt": 16 bytes in hexadecimal,
     "key": {field: value} | null, "keys": [{field: value}] | null, "claims": {field: value} | null}

Guarantees: what passes `check` is complete, bounded and of one kind: a key for a query, a key and
claims about the fields for a verification, up to `KEYS_AT_ONCE` keys for a batch or a subscription.
Does not: know whether values fit the resource (its provider does), or who may ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import FieldError, Invalid
from shared.exchange.order import KEYS_AT_ONCE
from shared.exchange.order import KINDS as ORDERED
from shared.exchange.plain import MOST_NAMES, is_list, is_object, is_text, is_time
from shared.schema import Integer, Schema, String, fields, load, validate
from shared.text import Text

MOST_FIELDS = MOST_NAMES
KINDS = (*ORDERED, "subscribe")
"""Of these, the exchange answers "subscribe" itself; no provider is asked."""
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
CARRIES = {
    "query": {"key"},
    "verify": {"key", "claims"},
    "batch": {"keys"},
    "subscribe": {"keys"},
}
"""What a request carries, by its kind; the others are null."""


TEXTS = {
    "id": 64,
    "consumer": 200,
    "grant": 100,
    "purpose": 100,
    "case": 200,
    "resource": 100,
}
LONGEST_VALUE = 500
"""Characters of a value of a key or a claim."""


def check(request: Any) -> None:
    """`Invalid` names every fault of `request`; what passes is taken as it stands."""
    if not is_plain(request):
        load(SCHEMA, request)
    if faults := list(_faults(request)):
        raise Invalid(errors=faults)


def is_plain(request: Any) -> bool:
    """Whether `request` is written as usual, which the schema is sure to take; it takes more."""
    return (
        type(request) is dict
        and request.keys() == SCHEMA_NAMES
        and all(is_text(request[name], longest) for name, longest in TEXTS.items())
        and (request["item"] is None or is_text(request["item"], 100))
        and type(request["attempt"]) is int
        and 0 < request["attempt"] <= 1_000_000
        and request["kind"] in KINDS
        and is_time(request["at"])
        and type(request["salt"]) is str
        and SALT.match(request["salt"]) is not None
        and is_list(request["fields"], MOST_FIELDS)
        and all(is_text(name, 100) for name in request["fields"])
        and all(request[name] is None or is_object(request[name]) for name in ("key", "claims"))
        and (request["keys"] is None or _are_keys(request["keys"]))
    )


SCHEMA_NAMES = {one.data_key or name for name, one in SCHEMA.fields.items()}


def _are_keys(value: Any) -> bool:
    return is_list(value, KEYS_AT_ONCE) and all(map(is_object, value))


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
    yield from _value_faults(request)


def _value_faults(request: Mapping[str, Any]) -> Iterator[FieldError]:
    keys = ((f"/keys/{n}", key) for n, key in enumerate(request["keys"] or ()))
    for place, given in (("/key", request["key"]), ("/claims", request["claims"]), *keys):
        for name, value in (given or {}).items():
            if not _is_value(value):
                told = Text("应为文本、整数或真假值", "Must be text, a whole number, true or false")
                yield FieldError(f"{place}/{name}", told, "value")


def _is_value(value: Any) -> bool:
    if type(value) is str:
        return len(value) <= LONGEST_VALUE
    return value is None or type(value) in (int, bool)
