"""What a provider makes of an order of the exchange (pure).

Guarantees: only the ordered fields of a row come into the answer; a verification tells no value;
data that cannot be signed as canonical JSON is an error of the provider, not a wrong digest.
Does not: verify the exchange's signature, read, or sign.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from shared.errors import FieldError, Forbidden, Invalid, NotFound, Unexpected
from shared.exchange.messages import digest, instant, salt_of
from shared.exchange.plain import LONGEST_NAME, MOST_NAMES, is_list, is_object, is_text, is_time
from shared.exchange.resource import Key, Resource, Row
from shared.personal import Vault
from shared.schema import Integer, Schema, String, fields, load, validate
from shared.text import Text

KINDS = ("query", "verify", "batch")
KEYS_AT_ONCE = 500
"""Keys in one order of a batch."""
FRESH = timedelta(seconds=120)
"""By how much an order's time may differ from the provider's."""


class OrderFields(Schema):
    """An order (see docs/exchange.md); `key` or, of a batch, `keys`."""

    request = String(required=True, longest=64)
    attempt = Integer(required=True, minimum=1)
    at = fields.AwareDateTime(required=True, format="iso")
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    resource = String(required=True, longest=100)
    version = Integer(required=True, minimum=1)
    fields_ = fields.List(String(), required=True, data_key="fields")
    key = fields.Dict(keys=fields.String(), allow_none=True, load_default=None)
    keys = fields.List(
        fields.Dict(keys=fields.String()),
        allow_none=True,
        load_default=None,
        validate=validate.Length(min=1, max=KEYS_AT_ONCE),
    )
    claims = fields.Dict(keys=fields.String(), allow_none=True, load_default=None)
    salt = String(required=True, shortest=32, longest=32)


ORDER = OrderFields()


def loaded(order: Any, now: datetime) -> dict[str, Any]:
    """`order` as its schema loads it; `Invalid`, or `Forbidden` where it is not of this time."""
    found: dict[str, Any] = _at_a_glance(order) if is_plain(order) else load(ORDER, order, "/order")
    if abs(found["at"] - now) > FRESH:
        told = Text("指令时间与本机时钟相差过大", "The order is not of this time")
        raise Forbidden(told, type="clock-skew")
    return found


def is_plain(order: Any) -> bool:
    """Whether `order` is written as the exchange writes it, which the schema is sure to take."""
    return (
        type(order) is dict
        and order.keys() == NAMES
        and is_text(order["request"], 64)
        and is_text(order["resource"], 100)
        and is_text(order["salt"], 32)
        and len(order["salt"]) == 32
        and order["kind"] in KINDS
        and is_time(order["at"])
        and all(type(order[name]) is int and order[name] > 0 for name in ("attempt", "version"))
        and is_list(order["fields"], MOST_NAMES)
        and all(is_text(name, LONGEST_NAME) for name in order["fields"])
        and all(order[name] is None or is_object(order[name]) for name in ("key", "claims"))
        and (order["keys"] is None or is_list(order["keys"], KEYS_AT_ONCE))
        and all(map(is_object, order["keys"] or ()))
    )


NAMES = {one.data_key or name for name, one in ORDER.fields.items()}


def _at_a_glance(order: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(order["at"])
    return {**order, "at": at, "fields_": order["fields"]}


def chosen(resources: Sequence[Resource], order: Mapping[str, Any]) -> Resource:
    """The resource, in the version, that is ordered."""
    for resource in resources:
        if (resource.code, resource.version) == (order["resource"], order["version"]):
            return resource
    told = Text("没有该版本的信息资源", "There is no such version of this resource")
    raise NotFound(told, type="resource-unknown")


def keys(resource: Resource, order: Mapping[str, Any]) -> list[Key]:
    """The keys of the order, each as the resource's schema loads it."""
    many = order["kind"] == "batch"
    schema = _key_schema(resource.schema, resource.key, many)
    if not many:
        return [load(schema, order["key"] or {}, "/key")]
    found: list[Key] = load(schema, order["keys"] or [], "/keys")
    return found


@cache
def _key_schema(schema: type[Schema], key: tuple[str, ...], many: bool) -> Schema:
    return schema(only=key, many=many)


def claims(resource: Resource, order: Mapping[str, Any]) -> Row:
    """The claims of a verification, as the resource's schema loads them."""
    given = order["claims"] or {}
    _known(resource, list(given))
    found: Row = load(resource.schema(only=tuple(given), partial=True), given, "/claims")
    return found


def wanted(resource: Resource, order: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the ordered fields."""
    _known(resource, order["fields_"])
    return tuple(order["fields_"])


def _known(resource: Resource, names: Sequence[str]) -> None:
    if unknown := [name for name in names if name not in resource.fields]:
        told = Text("该资源没有此数据项", "The resource has no such field")
        errors = [FieldError(f"/fields/{names.index(name)}", told, "unknown") for name in unknown]
        raise Invalid(errors=errors)


def narrowed(row: Row | None, names: Collection[str]) -> dict[str, Any] | None:
    """The `names` of `row`, and nothing else."""
    return None if row is None else {name: row[name] for name in names if name in row}


def holds(row: Row | None, claimed: Row) -> bool:
    """Whether there is a row and every claim is true of it."""
    return row is not None and all(row.get(name) == value for name, value in claimed.items())


def answer(order: Mapping[str, Any], node: str, rows: Sequence[Row | None], now: datetime) -> Row:
    """The answer to a query or batch, unsigned; `rows` are narrowed."""
    head = _head(order, node, now)
    if order["kind"] == "batch":
        return {**head, "rows": list(rows), "digest": digest_of_rows(order["salt"], rows)}
    content = {"found": rows[0] is not None, "data": rows[0], "holds": None}
    return {**head, **content, "digest": _digest(order["salt"], content)}


def verdict(
    order: Mapping[str, Any], node: str, row: Row | None, claimed: Row, now: datetime
) -> Row:
    """The answer to a verification, unsigned: yes or no, and no data."""
    content = {"found": row is not None, "data": None, "holds": holds(row, claimed)}
    return {**_head(order, node, now), **content, "digest": _digest(order["salt"], content)}


def digests_of_rows(salt: str, rows: Sequence[Row | None]) -> list[str]:
    """The digest of each answer of a batch, each with a salt of its own."""
    return [_digest(salt_of(salt, n), content_of_row(row)) for n, row in enumerate(rows)]


def digest_of_rows(salt: str, rows: Sequence[Row | None]) -> str:
    """What a provider signs of a batch: the digest of its answers' digests, in their order."""
    return digest(salt, digests_of_rows(salt, rows))


def content_of_row(row: Row | None) -> dict[str, Any]:
    """What is digested of one answer of a batch: as of a query."""
    return {"found": row is not None, "data": row, "holds": None}


def _head(order: Mapping[str, Any], node: str, now: datetime) -> dict[str, Any]:
    named = {name: order[name] for name in ("request", "attempt")}
    return {**named, "at": instant(now), "node": node}


def _digest(salt: str, content: Any) -> str:
    try:
        return digest(salt, content)
    except TypeError as error:
        raise Unexpected() from error


def subjects(
    resource: Resource, row: Row | None, names: Collection[str], vault: Vault
) -> list[str]:
    """Keyed hashes of whom `names` of `row` are about, beyond whom the key itself names."""
    subject = resource.subject
    if subject is None or row is None:
        return []
    places = [place for place in subject.also if place.partition(".")[0] in names]
    if subject.field not in resource.key:
        places.append(subject.field)
    numbers = {number for place in places for number in at(row, place.split("."))}
    return sorted(subject_hash(subject.kind, number, vault) for number in numbers)


def at(value: Any, steps: Sequence[str]) -> Iterator[str]:
    """Every text at the place `steps` of `value`; of a list, those of its members."""
    if isinstance(value, (list, tuple)):
        for member in value:
            yield from at(member, steps)
    elif not steps:
        if isinstance(value, str):
            yield value
    elif isinstance(value, Mapping):
        yield from at(value.get(steps[0]), steps[1:])


def subject_hash(kind: str, number: str, vault: Vault) -> str:
    """Whom data is about, as the log names them: persons by keyed hash, legal persons by code."""
    return vault.lookup(number.upper()) if kind == "person" else f"uscc:{number}"
