"""Clients as administrators keep them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from services.identity.domain import accounts, clients, jwks
from services.identity.events import client_events
from services.identity.tools import Tools
from services.identity.usecases.common import request_digest
from shared.entrypoints import Call
from shared.errors import (
    Conflict,
    Duplicate,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    NotFound,
    Stale,
)
from shared.store import Database, Document, Page, once
from shared.text import Text


class Made(NamedTuple):
    """A client, and its new secret where one was made just now."""

    client: Document
    secret: str | None


def register(store: Database, tools: Tools, call: Call) -> Made:
    """A new client; the same request again gives the same, without the secret.

    Raises `Forbidden`, `Invalid`, `Conflict` (type "client-id-taken").
    """
    body = call.body
    clients.check_administrator(call.signed_in, body["department"], body["division"])
    digest = request_digest(tools.vault, call.digest)
    if known := store["clients"].get(call.id):
        if known["digest"] != digest:
            raise IdempotencyMismatch()
        return Made(known, None)
    given, secret = _credentials(tools, body["client_id"], body)
    made = clients.registered(
        call.id, body["client_id"], _details(body), given, call.signed_in.subject, call.now
    )
    try:
        return Made(once(store["clients"], made, digest, client_events(made, call.now)), secret)
    except Duplicate:
        raise Conflict(
            Text("该客户端标识已被使用", "This client_id is taken"), type="client-id-taken"
        ) from None


def found(store: Database, client_id: str) -> Document | None:
    """The client with this client_id."""
    return next(iter(store["clients"].find({"client_id": client_id}, limit=1)), None)


def one(store: Database, call: Call, client_id: str) -> Document:
    """The client, for an administrator who looks after it; else `NotFound`."""
    client = found(store, client_id)
    caller = call.signed_in
    if not client or not accounts.administers(caller, client["department"], client["division"]):
        raise NotFound()
    return client


def listed(store: Database, call: Call) -> Page:
    """One page of the clients in a division and what lies in it."""
    caller = call.signed_in
    division = call.query.get("division") or caller.division
    own = None if caller.department == accounts.PLATFORM else caller.department
    department = call.query.get("department") or own
    if not accounts.administers(caller, department, division):
        raise NotFound()
    wanted = {"areas": division} | ({"department": department} if department else {})
    return store["clients"].page(wanted, limit=call.query["limit"], cursor=call.query.get("cursor"))


def change(store: Database, call: Call, client_id: str) -> Document:
    """Other details; the place it had and the one it gets must be the caller's."""
    before = _to_change(store, call, client_id)
    body = call.body
    clients.check_administrator(call.signed_in, body["department"], body["division"])
    entry = accounts.Entry("changed", call.signed_in.subject, body["reason"])
    return _saved(store, call, before, clients.changed(before, _details(body), entry, call.now))


def replace_credentials(store: Database, tools: Tools, call: Call, client_id: str) -> Made:
    """Other keys, another secret: they replace all there were, which run out."""
    before = _to_change(store, call, client_id)
    given, secret = _credentials(tools, client_id, call.body)
    overlap = timedelta(hours=call.body["overlap_hours"])
    entry = accounts.Entry("credentials-replaced", call.signed_in.subject, call.body["reason"])
    after = clients.with_credentials(before, given, overlap, entry, call.now)
    return Made(_saved(store, call, before, after), secret)


def move(store: Database, call: Call, client_id: str, action: str) -> Document:
    """Suspend, reinstate or end."""
    before = _to_change(store, call, client_id)
    by, reason = call.signed_in.subject, call.body["reason"]
    return _saved(store, call, before, clients.moved(before, action, by, reason, call.now))


def hashed(tools: Tools, client_id: str, secret: str) -> str:
    """A secret as it is kept: HMAC-SHA256 with the platform's key.

    It has 256 random bits, so nobody finds it by trying; a slow hash, which makes the few choices
    of people dear to try, would cost tens of milliseconds and 19 MiB at each token for nothing.
    """
    return tools.vault.lookup(f"{client_id}:{secret}", "client-secret")


def _credentials(
    tools: Tools, client_id: str, body: dict[str, Any]
) -> tuple[clients.Credentials, str | None]:
    keys = jwks.accepted(body.get("keys", {}).get("keys", []), "/keys/keys")
    if not keys and not body["secret"]:
        told = Text("须提供公钥或生成密钥", "Give a public key, or ask for a secret")
        raise Invalid(errors=[FieldError("/keys", told, "required")])
    secret = tools.secret() if body["secret"] else None
    kept = hashed(tools, client_id, secret) if secret else None
    return clients.Credentials(keys, kept), secret


def _details(body: dict[str, Any]) -> clients.Details:
    return clients.Details(*(body[field] for field in clients.Details._fields))


def _to_change(store: Database, call: Call, client_id: str) -> Document:
    client = one(store, call, client_id)
    if client["version"] != call.if_match:
        raise Stale()
    return client


def _saved(store: Database, call: Call, before: Document, after: dict[str, Any]) -> Document:
    return store["clients"].save(before, after, client_events(after, call.now))
