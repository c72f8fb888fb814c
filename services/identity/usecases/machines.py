"""A system signs in (RFC 6749, section 4.4): by secret, or by an assertion it signs (RFC 7523).

Guarantees: who shows a wrong secret waits as who shows a wrong password, by client_id, and secrets
only: nobody can keep a client out that signs assertions. An assertion is good once, whichever
process it reaches: its id is inserted under a unique key.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from services.identity import assertions
from services.identity.authentication import Assertion, Secret, shown
from services.identity.domain import assertions as rules
from services.identity.domain import clients, tokens
from services.identity.tools import Tools
from services.identity.usecases import keys, lockouts
from services.identity.usecases.clients import found, hashed
from shared.entrypoints import Call
from shared.errors import Duplicate, Forbidden, TooManyRequests, Unauthenticated
from shared.store import Database, Document
from shared.text import Text

Record = dict[str, Any]

MOST_ASSERTIONS = 300
"""Of one client that are kept at once; a token lasts ten minutes, so a few are enough."""
NOTHING = "0" * 64
SWEPT_AT_ONCE, SWEEPS = 500, 20


def sign_in(store: Database, tools: Tools, call: Call) -> Record:
    """A token for the system that proves which client it is.

    Raises: Unauthenticated (type "invalid-client"), Forbidden ("client-suspended"), Invalid
    ("invalid-scope" or two proofs at once), TooManyRequests.
    """
    proof = shown(call.headers.get("Authorization", ""), call.body)
    if isinstance(proof, Secret):
        client = _by_secret(store, tools, proof, call.now)
    else:
        client = _by_assertion(store, tools, proof, call.now)
    if client["status"] != "active":
        raise Forbidden(Text("系统账户已停用", "The client is suspended"), type="client-suspended")
    scopes = clients.granted(client, call.body.get("scope"))
    issue = tokens.Issue(tools.issuer, tools.audience, tools.new_id(), call.now)
    return {
        "access_token": keys.sign(
            store, tools, tokens.client_claims(client, scopes, issue), call.now
        ),
        "token_type": "Bearer",
        "expires_in": int(tokens.LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
    }


def sweep(store: Database, now: datetime) -> int:
    """Delete the ids of assertions that nobody could use again; how many."""
    swept = 0
    for _ in range(SWEEPS):
        gone = store["assertions"].find(
            {"until": {"$lt": now}}, limit=SWEPT_AT_ONCE, fields=["until"]
        )
        swept += sum(store["assertions"].remove(one["_id"]) for one in gone)
        if len(gone) < SWEPT_AT_ONCE:
            break
    return swept


def _by_secret(store: Database, tools: Tools, proof: Secret, now: datetime) -> Document:
    name = tools.vault.lookup(proof.client_id, "client")
    has_failed = lockouts.check(store, name, now)
    client = found(store, proof.client_id)
    kept = [s["hash"] for s in clients.live(client["secrets"], now)] if client else []
    given = hashed(tools, proof.client_id, proof.secret)
    matches = [hmac.compare_digest(given, one) for one in (*kept, NOTHING)]
    if client is None or not any(matches):
        lockouts.count(store, name, now)
        raise _invalid_client()
    if has_failed:
        lockouts.forgive(store, name)
    return client


def _by_assertion(store: Database, tools: Tools, proof: Assertion, now: datetime) -> Document:
    said = assertions.shown(proof.text)
    if said is None or proof.client_id not in (None, said.client_id):
        raise _invalid_client()
    client = found(store, said.client_id)
    key = clients.key_of(client, said.kid, now)
    claims = assertions.verified(proof.text, key) if key else None
    if client is None or claims is None:
        raise _invalid_client()
    if fault := rules.fault(claims, said.client_id, tools.issuer, now):
        raise _invalid_client(fault)
    _use_up(store, rules.used(claims, client["_id"], now), now)
    return client


def _use_up(store: Database, used: Record, now: datetime) -> None:
    kept = {"client": used["client"], "until": {"$gt": now}}
    if store["assertions"].count(kept) >= MOST_ASSERTIONS:
        told = Text("令牌请求过于频繁", "Too many tokens are asked for; use one until it expires")
        raise TooManyRequests(told, retry_after=60)
    try:
        store["assertions"].add(used)
    except Duplicate:
        raise _invalid_client(Text("该声明（jti）已被使用", "This jti was used before")) from None


def _invalid_client(detail: Text | None = None) -> Unauthenticated:
    told = detail or Text("客户端认证失败", "Client authentication failed")
    return Unauthenticated(told, type="invalid-client")
