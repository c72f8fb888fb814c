"""A system signs in as itself, with an ordinary OAuth client library (Authlib)."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign  # type: ignore[import-untyped]
from joserfc.jwk import ECKey, OKPKey

from tests.journeys.people import TIMEOUT, Person, ok, problem

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENTS = "/identity/clients"
Key = OKPKey | ECKey
KEYS: dict[str, Key] = {"ed": OKPKey.generate_key("Ed25519"), "ec": ECKey.generate_key("P-256")}
ALGORITHMS = {"ed": "EdDSA", "ec": "ES256"}
SCOPES = ["exchange.consume", "exchange.provide"]


def jwks(**keys: Key) -> dict[str, Any]:
    """The public JWK set of `keys` by kid."""
    return {"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}


def client(administrator: Person, **given: Any) -> dict[str, Any]:
    """A new client with `given` credentials, as the registration answers."""
    body: dict[str, Any] = {
        "client_id": f"journey-{uuid.uuid4().hex}",
        "name": "岳麓区医院信息系统",
        "department": "health",
        "division": "430104",
        "scopes": SCOPES,
        "contact": "it@hospital.example",
        **given,
    }
    made: dict[str, Any] = ok(administrator.create(CLIENTS, body), 201)
    return made


def move(administrator: Person, client_id: str, name: str, **body: Any) -> dict[str, Any]:
    """A move of the client in its present version."""
    body = {"reason": "演练", **body}
    moved: dict[str, Any] = ok(administrator.act(f"{CLIENTS}/{client_id}", name, body))
    return moved


@pytest.fixture
def server(anyone: Person) -> dict[str, Any]:
    """What the discovery document says (RFC 8414)."""
    answer = anyone.get("/identity/.well-known/oauth-authorization-server")
    assert answer.headers["Cache-Control"].startswith("public")
    found: dict[str, Any] = ok(answer)
    return found


class System:
    """A system that follows the discovery document and nothing else."""

    def __init__(self, server: dict[str, Any], client_id: str, proof: Any, method: str) -> None:
        assert method in server["token_endpoint_auth_methods_supported"]
        self.server = server
        self.session = OAuth2Session(client_id, proof, token_endpoint_auth_method=method)
        self.session.trust_env = False

    def token(self, **more: str) -> dict[str, Any]:
        """A token by client credentials."""
        url = self.server["token_endpoint"]
        return dict(self.session.fetch_token(url, grant_type="client_credentials", **more))

    def refused(self, **more: str) -> str:
        """The code of the error with which a token is refused."""
        with pytest.raises(OAuthError) as refusal:
            self.token(**more)
        assert refusal.value.description
        return str(refusal.value.error)


class Signer(PrivateKeyJWT):  # type: ignore[misc]
    """private_key_jwt for the issuer, for two minutes."""

    def __init__(self, issuer: str, kid: str) -> None:
        super().__init__(issuer, alg=ALGORITHMS[kid])
        self.kid = kid

    def sign(self, auth: Any, token_endpoint: str) -> str:
        return assertion(auth.client_id, self.kid, token_endpoint)


def assertion(client_id: str, kid: str, issuer: str, **more: Any) -> str:
    """An assertion signed with the key `kid`."""
    given = {"expires_in": 120, **more}
    header = {"kid": kid}
    return str(
        private_key_jwt_sign(
            KEYS[kid], client_id, issuer, alg=ALGORITHMS[kid], header=header, **given
        )
    )


def signing(server: dict[str, Any], client_id: str, kid: str) -> System:
    """A system that signs with the key `kid`."""
    system = System(server, client_id, KEYS[kid], "private_key_jwt")
    assert ALGORITHMS[kid] in server["token_endpoint_auth_signing_alg_values_supported"]
    system.session.register_client_auth_method(Signer(server["issuer"], kid))
    return system


def check_service(anyone: Person, token: dict[str, Any]) -> None:
    """The token is one that other services know: of a system, which is no person."""
    assert token["token_type"] == "Bearer" and 0 < token["expires_in"] <= 600
    assert "refresh_token" not in token
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    refusal = problem(anyone.get("/enterprise/cases", headers=headers), 403)
    assert refusal["type"] == "/problems/forbidden"
    broken = {"Authorization": f"Bearer {token['access_token'][:-8]}AAAAAAAA"}
    problem(anyone.get("/enterprise/cases", headers=broken), 401)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_secret(administrator: Person, anyone: Person, server: dict[str, Any], method: str) -> None:
    """A secret, shown once, gives tokens by both ways of RFC 6749; a wrong one gives none."""
    made = client(administrator, secret=True)
    id_, secret = made["client_id"], made["client_secret"]
    shown = ok(administrator.get(f"{CLIENTS}/{id_}"))
    assert secret and "client_secret" not in shown and secret not in str(shown)
    system = System(server, id_, secret, method)
    token = system.token(scope="exchange.consume")
    assert token["scope"] == "exchange.consume"
    check_service(anyone, token)
    assert system.refused(scope="everything") == "invalid_scope"
    assert System(server, id_, "wrong", method).refused() == "invalid_client"


@pytest.mark.parametrize("kid", KEYS)
def test_signed(administrator: Person, anyone: Person, server: dict[str, Any], kid: str) -> None:
    """A registered key, of either kind, gives tokens; a key that is not registered gives none."""
    made = client(administrator, keys=jwks(**{kid: KEYS[kid]}))
    assert made["client_secret"] is None
    system = signing(server, made["client_id"], kid)
    check_service(anyone, system.token())
    check_service(anyone, system.token())
    other = next(name for name in KEYS if name != kid)
    assert signing(server, made["client_id"], other).refused() == "invalid_client"


def test_once(administrator: Person, server: dict[str, Any]) -> None:
    """Of many requests with one assertion, sent at once, one gets a token."""
    id_ = client(administrator, keys=jwks(ed=KEYS["ed"]))["client_id"]
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion(id_, "ed", server["issuer"]),
    }
    url = server["token_endpoint"]
    with ThreadPoolExecutor(8) as senders:
        answers = list(
            senders.map(lambda _: requests.post(url, data=form, timeout=TIMEOUT), range(8))
        )
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]
    assert {a.json()["error"] for a in answers if not a.ok} == {"invalid_client"}


def test_errors(anyone: Person, administrator: Person, server: dict[str, Any]) -> None:
    """A form is answered as RFC 6749 says, JSON as we do; so are people who send forms."""
    url = server["token_endpoint"]
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}
    answer = anyone.post(url, data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    assert problem(anyone.post(url, json=form), 401)["type"] == "/problems/invalid-client"
    for grant, code in (("implicit", "unsupported_grant_type"), ("", "invalid_request")):
        answer = anyone.post(url, data={"grant_type": grant, "scope": "x"})
        assert (answer.status_code, answer.json()["error"]) == (400, code)
    person = {"grant_type": "password", "username": "13800000001", "password": "wrong-password"}
    assert anyone.post(url, data=person).json()["error"] == "invalid_grant"
    signed_in = ok(anyone.post(url, data={**person, "password": "Hunan-demo-2026"}))
    assert ok(anyone.post(server["revocation_endpoint"], data={"token": "x.y"})) == {}
    ended = {"token": signed_in["refresh_token"], "token_type_hint": "refresh_token"}
    assert ok(anyone.post(server["revocation_endpoint"], data=ended)) == {}
    again = {"grant_type": "refresh_token", "refresh_token": signed_in["refresh_token"]}
    assert anyone.post(url, data=again).json()["error"] == "invalid_grant"
    access = {"token": signed_in["access_token"]}
    refused = anyone.post(server["revocation_endpoint"], data=access)
    assert refused.json()["error"] == "unsupported_token_type"


def test_life(administrator: Person, server: dict[str, Any], clerk: Person) -> None:
    """Keys side by side, suspension and end, as the system meets them; all is written down."""
    id_ = client(administrator, keys=jwks(ed=KEYS["ed"]))["client_id"]
    old, new = (signing(server, id_, kid) for kid in ("ed", "ec"))
    move(administrator, id_, "credentials", keys=jwks(ec=KEYS["ec"]), overlap_hours=24)
    assert old.token() and new.token()
    move(administrator, id_, "credentials", keys=jwks(ec=KEYS["ec"]), overlap_hours=0)
    assert old.refused() == "invalid_client" and new.token()
    move(administrator, id_, "suspension")
    assert new.refused() == "unauthorized_client"
    move(administrator, id_, "reinstatement")
    assert new.token()
    assert move(administrator, id_, "ending")["keys"] == []
    assert new.refused() == "invalid_client"
    history = ok(administrator.get(f"{CLIENTS}/{id_}/history"))["items"]
    assert [entry["action"] for entry in history] == [
        "ended", "reinstated", "suspended", "credentials-replaced", "credentials-replaced",
        "registered",
    ]  # fmt: skip
    problem(clerk.get(f"{CLIENTS}/{id_}"), 403)


def test_registration(administrator: Person) -> None:
    """Private keys and unknown scopes are refused by name; the same request makes one client."""
    body: dict[str, Any] = {
        "client_id": f"journey-{uuid.uuid4().hex}",
        "name": "系统",
        "department": "health",
        "division": "430104",
        "scopes": ["exchange.everything"],
        "contact": "it@hospital.example",
        "keys": {"keys": [KEYS["ed"].as_dict(private=True)]},
    }
    faults = problem(administrator.create(CLIENTS, body), 422)["errors"]
    assert {fault["pointer"] for fault in faults} >= {"/scopes/0", "/keys/keys/0/d"}
    body |= {"scopes": SCOPES, "keys": jwks(ed=KEYS["ed"]), "secret": True}
    key = f"clients-{time.time_ns()}"
    first, again = (ok(administrator.create(CLIENTS, body, key=key), 201) for _ in range(2))
    assert first.pop("client_secret") and again.pop("client_secret") is None
    assert first == again
