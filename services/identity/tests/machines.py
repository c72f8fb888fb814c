"""Clients of the tests: they register, keep keys, and sign assertions."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.identity.client_schemas import NewClient, NewCredentials
from services.identity.domain.assertions import TYPE
from services.identity.tools import Tools
from services.identity.usecases import clients, machines
from shared.events import derived_id
from shared.schema import load
from shared.testing import NOON, FakeStore, a_call, an_official

ROOT = an_official("root", "430000", "platform", "administer")
ISSUER = "https://issuer"
ID = "yuelu-hospital.his"
FORM: dict[str, Any] = {
    "client_id": ID,
    "name": "岳麓区医院信息系统",
    "department": "health",
    "division": "430104",
    "scopes": ["exchange.consume", "exchange.provide"],
    "contact": "it@hospital.example",
}
ED, OTHER_ED = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
EC = ec.generate_private_key(ec.SECP256R1())


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public(key: Any, kid: str | None) -> dict[str, str]:
    """The public JWK of `key`."""
    named = {"kid": kid} if kid else {}
    if isinstance(key, Ed25519PrivateKey):
        x = b64(key.public_key().public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "x": x, **named}
    point = key.public_key().public_numbers()
    x, y = (b64(n.to_bytes(32)) for n in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, **named}


def jwks(**keys: Any) -> dict[str, Any]:
    """A JWK set of `keys` by kid."""
    return {"keys": [public(key, kid) for kid, key in keys.items()]}


def register(store: FakeStore, tools: Tools, **given: Any) -> clients.Made:
    """A client, registered by the platform's administrator at noon."""
    who, name = given.pop("caller", ROOT), given.pop("request", "r1")
    body = load(NewClient(), {**FORM, **given})
    digest = json.dumps(body, sort_keys=True)
    return clients.register(
        store, tools, a_call(who, body=body, digest=digest, id=derived_id(name))
    )


def replace(
    store: FakeStore, tools: Tools, hours: int, now: datetime = NOON, **given: Any
) -> clients.Made:
    """Other credentials, with an overlap of so many hours."""
    client = clients.found(store, ID)
    assert client is not None
    body = load(NewCredentials(), {"overlap_hours": hours, "reason": "定期轮换", **given})
    call = a_call(ROOT, body=body, now=now, if_match=client["version"])
    return clients.replace_credentials(store, tools, call, ID)


def move(store: FakeStore, action: str) -> Any:
    """Suspend, reinstate or end the client as it is now."""
    client = clients.found(store, ID)
    assert client is not None
    call = a_call(ROOT, body={"reason": "演练"}, if_match=client["version"])
    return clients.move(store, call, ID, action)


def claims(now: datetime = NOON, **changed: Any) -> dict[str, Any]:
    """What a good assertion says at `now`; a claim changed to None is left out."""
    good = {"iss": ID, "sub": ID, "aud": ISSUER, "jti": "j1", "iat": now,
            "exp": now + timedelta(minutes=5)}  # fmt: skip
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def assertion(key: Any = ED, kid: str | None = "ed", now: datetime = NOON, **changed: Any) -> str:
    """A signed assertion; `alg`, `headers` and claims as asked."""
    alg = changed.pop("alg", "EdDSA" if isinstance(key, Ed25519PrivateKey) else "ES256")
    headers = {**({"kid": kid} if kid else {}), **changed.pop("headers", {})}
    return jwt.encode(claims(now, **changed), key, algorithm=alg, headers=headers)


def by_assertion(
    store: FakeStore, tools: Tools, text: str, now: datetime = NOON, **more: str
) -> dict[str, Any]:
    """Sign in with an assertion."""
    body = {"client_assertion_type": TYPE, "client_assertion": text, **more}
    return machines.sign_in(store, tools, a_call(body=body, now=now))


def by_secret(
    store: FakeStore, tools: Tools, secret: str | None, now: datetime = NOON, **more: str
) -> dict[str, Any]:
    """Sign in with a secret in the body."""
    body = {"client_id": ID, "client_secret": secret, **more}
    return machines.sign_in(store, tools, a_call(body=body, now=now))
