"""From a message of the X-Road protocol to the use that it asks for.

Guarantees: the client that is named is the system whose token came along; the service that is
named is a published resource of that very provider and subsystem; what is asked is what was sent,
typed as the resource says. Does not: decide (`using` does, the same for every wire).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from services.exchange.domain import xroad
from services.exchange.domain.members import INSTANCE, member_of
from services.exchange.domain.xroad import Service
from services.exchange.usecases import refusing
from services.exchange.usecases.batching import MOST_KEYS
from services.exchange.usecases.office import Office, Reading
from services.exchange.usecases.remembering import Remembering
from shared.access import Caller
from shared.documents import Document
from shared.entrypoints import Call
from shared.entrypoints.bodies import json
from shared.errors import (
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    ServiceError,
    TooLarge,
)
from shared.text import Text

Key = Mapping[str, Any]
Found = TypeVar("Found")


class Message(NamedTuple):
    """A use that is asked for, but for its kind and what that carries; `headers` go along.

    office: of this one request, in which resource and grant are read once.
    """

    base: dict[str, Any]
    resource: Document
    headers: dict[str, str]
    office: Office

    def query(self, key: Key) -> dict[str, Any]:
        """A query by `key`."""
        return {**self.base, "kind": "query", "key": dict(key), "keys": None, "claims": None}

    def verification(self, key: Key, claims: Mapping[str, Any]) -> dict[str, Any]:
        """Whether `claims` are true of the record with `key`."""
        given = {"key": dict(key), "keys": None, "claims": dict(claims)}
        return {**self.base, "kind": "verify", **given}

    def batch(self, keys: Sequence[Key], first: int) -> dict[str, Any]:
        """All of `keys`, from number `first` on, as `batching` takes them."""
        return {**self.base, "keys": list(keys), "first": first}


def consumer_of(caller: Caller) -> str:
    """The name under which a system uses resources, by its access token."""
    return f"{member_of(caller.department, caller.division)}/{caller.subject}"


def client(caller: Caller, stated: str) -> str:
    """The consumer that calls; `Forbidden` unless ``X-Road-Client`` (`stated`) names it."""
    own = consumer_of(caller)
    named = xroad.named(stated)
    if named is None or "/".join(named) != own:
        expected = xroad.told(own)
        told = Text(
            f"X-Road-Client 与访问令牌不符，应为 {expected}",
            f"X-Road-Client is not the system of the access token: {expected}",
        )
        raise Forbidden(told, type="client-mismatch")
    return own


def held(read: Reading, named: Service) -> Document:
    """The published resource that `named` is, else ``resource-unknown``."""
    found: Document = read.resource(named.code)
    if Service(INSTANCE, found["provider"], found["subsystem"], found["_id"]) != named:
        told = Text("该提供方没有这个信息资源", "This provider has no such resource")
        raise NotFound(told, type="resource-unknown")
    return found


def message(office: Office, call: Call, named: Service, fields: Sequence[str] | None) -> Message:
    """What `call` asks of `named`; without `fields`, all that its grant names.

    A system that calls itself another, or a resource another's, has a record of it.
    """
    office = replace(office, reading=Remembering(office.reading))
    resource = _checked(office, call, str(named), lambda: held(office.reading, named))
    kept = {name: call.stated[key] for key, name in FORWARDED.items() if key in call.stated}
    return Message(_base(office, call, resource, fields), resource, kept, office)


def opening(office: Office, call: Call) -> dict[str, Any]:
    """The request to follow records that `call` is; the resource is named by its code alone."""
    code = call.body["resource"]
    resource = _checked(office, call, code, lambda: office.reading.resource(code))
    base = _base(office, call, resource, call.body.get("fields_"))
    return {**base, "kind": "subscribe", "key": None, "keys": call.body["keys"], "claims": None}


def about(office: Office, call: Call, kind: str, id_: str, **more: Any) -> dict[str, Any]:
    """A message about the subscription `id_`, as `feeding` takes it."""
    _checked(office, call, id_, lambda: None)
    return {"kind": kind, "consumer": consumer_of(call.signed_in), "subscription": id_, **more}


def _checked(office: Office, call: Call, about: str, work: Callable[[], Found]) -> Found:
    """What `work` returns, for a system that calls itself what it is; refusals are on record."""
    try:
        client(call.signed_in, call.stated["client"])
        return work()
    except ServiceError as error:
        own = consumer_of(call.signed_in)
        told = {"consumer": own, "client": call.stated["client"], "service": about}
        refusing.refuse(office, refusing.sketch(office, told, office.now()), error)
        raise


def _base(
    office: Office, call: Call, resource: Document, fields: Sequence[str] | None
) -> dict[str, Any]:
    own, stated = consumer_of(call.signed_in), call.stated
    return {
        "id": xroad.request_id(own, stated["message"]),
        "consumer": own,
        "grant": stated["grant"],
        "purpose": stated["purpose"],
        "case": stated["case"],
        "item": stated.get("item"),
        "resource": resource["_id"],
        "fields": sorted(fields or _granted(office.reading, stated["grant"], resource)),
    }


def _granted(read: Reading, grant: str, resource: Document) -> list[str]:
    """The fields of the grant; whether it is of this client is decided where it is used."""
    found = read.grant(grant)
    return list(found["fields"]) if found else [field["name"] for field in resource["fields"]]


FORWARDED = {"user": "X-Road-UserId", "party": "X-Road-Represented-Party"}
"""What is passed on as it came; client, service and case go with every use."""


def key_in(query: Mapping[str, Any], resource: Document) -> dict[str, Any]:
    """The key in a query string, where everything is text, typed as the resource's fields are."""
    types = {field["name"]: field["type"] for field in resource["fields"]}
    names = [name for name in query if name != "fields_"]
    return {name: _typed(query[name], types.get(name, "string"), name) for name in names}


INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)


def _typed(text: str, type_: str, name: str) -> Any:
    if type_ == "integer" and INTEGER.fullmatch(text):
        return int(text)
    if type_ == "boolean" and text in ("true", "false"):
        return text == "true"
    if type_ in ("integer", "boolean"):
        told = Text(f"应为 {type_}", f"Must be of type {type_}")
        raise Invalid(errors=[FieldError(f"/{name}", told, "type")])
    return text


def names_in(query: Mapping[str, Any]) -> list[str] | None:
    """The fields that a query string asks for."""
    listed = query.get("fields_")
    return None if listed is None else [name.strip() for name in listed.split(",")]


def lines(content: bytes) -> list[Key]:
    """The keys of a batch, one JSON object a line (NDJSON)."""
    given = [line for line in content.split(b"\n") if line.strip()]
    if not given:
        raise Malformed(Text("没有键", "There are no keys"))
    if len(given) > MOST_KEYS:
        told = Text(f"一批不得超过 {MOST_KEYS} 个键", f"A batch has {MOST_KEYS} keys at most")
        raise TooLarge(told)
    return [_key(line, number) for number, line in enumerate(given)]


def _key(line: bytes, number: int) -> Key:
    found = json(line)
    if not isinstance(found, dict):
        told = Text("每行应为一个 JSON 对象", "Each line is one JSON object")
        raise Invalid(errors=[FieldError(f"/keys/{number}", told, "type")])
    return found
