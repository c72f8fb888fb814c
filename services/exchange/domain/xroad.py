"""The X-Road message protocol for REST (PR-REST 1.0.4): its names, hash and errors (pure).

Guarantees: names are those of `members` under the instance; one spelling each. The hash of a
request is the same for all who saw its bytes. Every error of ours has one of X-Road's types.
Does not: follow PR-REST where it tells all errors by two statuses, 400 and 500: the status is the
exact one of HTTP. Whoever goes by `type` or ``X-Road-Error``, as PR-REST asks, sees no difference.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from hashlib import sha512
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from services.exchange.domain.members import INSTANCE, Consumer, consumer
from shared.errors import ServiceError
from shared.events import derived_id
from shared.text import say


class Service(NamedTuple):
    """A service that is called, as an address names it: in an `instance`, below `provider` (a
    node) and `subsystem`, a resource's code.
    """

    instance: str
    provider: str
    subsystem: str
    code: str

    def __str__(self) -> str:
        return "/".join(self)


def named(client: str) -> Consumer | None:
    """The consumer that ``X-Road-Client`` names; None where it is none of this instance."""
    instance, _, rest = client.partition("/")
    if instance != INSTANCE or rest.count("/") != 2:
        return None
    return consumer("/".join(unquote(part) for part in rest.split("/")))


def told(name: str) -> str:
    """A member, or a consumer, as X-Road tells it."""
    return f"{INSTANCE}/{name}"


def headers(request: Mapping[str, Any], resource: Mapping[str, Any]) -> dict[str, str]:
    """What a provider is told of a use of its `resource`: by whom, of what, for which case."""
    service = Service(INSTANCE, resource["provider"], resource["subsystem"], resource["_id"])
    given = {"Client": told(request["consumer"]), "Service": str(service), "Issue": request["case"]}
    return {f"X-Road-{name}": quote(value, safe="/:") for name, value in given.items()}


def request_id(client: str, message_id: str) -> str:
    """The id of the use that this client's message is: nobody can use up another's."""
    return derived_id("x-road", client, message_id)


HASHED = re.compile(r"x-road-(?!request-id$|request-hash$)|exchange-|content-type$|accept$")


def request_hash(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    """``X-Road-Request-Hash`` (PR-REST, 4.3): SHA512(SHA512(headers) + SHA512(body)) in base64,
    SHA512(headers) where there is no body.

    headers: as the reference implementation writes them (RestRequest.toByteArray): method, path
    with query, then ``name:value``, a line each, CRLF. Ours, so that a client can compute it: the
    names in lower case, sorted, and of the headers those that `HASHED` matches.
    """
    kept = sorted((n.lower(), v) for n, v in headers if HASHED.match(n.lower()))
    lines = [method, target, *(f"{name}:{value}" for name, value in kept)]
    head = sha512("".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace")).digest()
    whole = sha512(head + sha512(body).digest()).digest() if body else head
    return base64.b64encode(whole).decode()


CLIENT, HERE, THERE = "Client", "Server.ClientProxy", "Server.ServerProxy"
"""Whose fault: the client's system, the exchange before it has asked, the provider's side."""

TYPES: Mapping[str, str] = {
    "unauthenticated": f"{HERE}.AuthenticationFailed",
    "token-invalid": f"{HERE}.AuthenticationFailed",
    "token-expired": f"{HERE}.AuthenticationFailed",
    "forbidden": f"{HERE}.AccessDenied",
    "insufficient-scope": f"{HERE}.AccessDenied",
    "client-mismatch": f"{HERE}.AccessDenied",
    "node-not-connected": f"{HERE}.UnknownMember",
    "not-found": f"{HERE}.UnknownService",
    "resource-unknown": f"{HERE}.UnknownService",
    "unavailable": f"{HERE}.ServiceUnavailable",
    "unexpected": f"{HERE}.InternalError",
    "grant-unknown": f"{THERE}.AccessDenied",
    "grant-revoked": f"{THERE}.AccessDenied",
    "grant-expired": f"{THERE}.AccessDenied",
    "kind-not-granted": f"{THERE}.AccessDenied",
    "purpose-not-granted": f"{THERE}.AccessDenied",
    "item-not-granted": f"{THERE}.AccessDenied",
    "fields-not-granted": f"{THERE}.AccessDenied",
    "quota-exhausted": f"{THERE}.AccessDenied",
    "provider-unavailable": f"{THERE}.ServiceFailed",
    "provider-invalid": f"{THERE}.ServiceFailed.InvalidResponse",
}
"""By our own type. All others are the client's, ``Client.BadRequest``, below status 500."""

BAD_REQUEST = 400
"""PR-REST's status for whatever is wrong with a request: 422, and 428, are told by it."""


def error_type(error: ServiceError) -> str:
    """X-Road's type of `error`."""
    unlisted = f"{HERE}.InternalError" if error.status >= 500 else f"{CLIENT}.BadRequest"
    return TYPES.get(error.type, unlisted)


def error_status(error: ServiceError) -> int:
    """The status by which `error` is told."""
    return BAD_REQUEST if error.status in (422, 428) else error.status


def error_body(error: ServiceError, language: str, detail: str) -> dict[str, Any]:
    """X-Road's {type, message, detail}, with our own {problem, errors} beside it.

    detail: by which the error is found in the logs, as in X-Road.
    """
    body: dict[str, Any] = {
        "type": error_type(error),
        "message": say(error.detail, language),
        "detail": detail,
        "problem": f"/problems/{error.type}",
        **error.extensions,
    }
    if error.errors:
        body["errors"] = [
            {"pointer": e.pointer, "rule": e.rule, "detail": say(e.detail, language)}
            for e in error.errors
        ]
    return body
