"""Access tokens: only ours, in their time, by a published key."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.errors import Unauthenticated
from shared.tokens import LEEWAY, REMEMBERED, UnknownKey, Verifier

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ISSUER, AUDIENCE = "https://platform.invalid/identity", "platform"
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def public(key: Ed25519PrivateKey, kid: str) -> dict[str, str]:
    x = encoded(key.public_key().public_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x}


def token(
    key: Any = KEY,
    kid: str | None = "k1",
    algorithm: str = "EdDSA",
    without: str = "",
    **claims: Any,
) -> str:
    body = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "zhang",
        "iat": NOW,
        "exp": NOW + timedelta(minutes=10),
        "kind": "person",
        **claims,
    }
    body.pop(without, None)
    return jwt.encode(body, key, algorithm, headers={"kid": kid} if kid else {})


@pytest.fixture
def verifier() -> Verifier:
    found = Verifier(ISSUER, AUDIENCE)
    found.use([public(KEY, "k1")])
    return found


def test_good(verifier: Verifier) -> None:
    """A good token gives its caller, again and again."""
    good = token(name="张伟")
    assert verifier.verify(good, NOW).subject == "zhang"
    assert verifier.verify(good, NOW) is verifier.verify(good, NOW)


@pytest.mark.parametrize("seconds", [-LEEWAY, 0, 600 + LEEWAY - 1])
def test_in_time(verifier: Verifier, seconds: int) -> None:
    """A token is good from its issue to its expiry, and clocks may differ a little."""
    assert verifier.verify(token(), NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-LEEWAY - 1, 600 + LEEWAY, 10**6])
def test_out_of_time(verifier: Verifier, seconds: int) -> None:
    """Outside its time a token is nothing, even if it has been verified before."""
    verifier.verify(token(), NOW)
    with pytest.raises(Unauthenticated) as refusal:
        verifier.verify(token(), NOW + timedelta(seconds=seconds))
    assert refusal.value.type == "token-expired"


@pytest.mark.parametrize(
    "bad",
    [
        token(iss="https://elsewhere.invalid"),
        token(aud="elsewhere"),
        token(key=OTHER),
        token(sub=7),
        *(token(without=claim) for claim in ("iss", "aud", "sub", "iat", "exp")),
        token(key="secret" * 8, algorithm="HS256"),
        token(key=None, algorithm="none"),
        token(exp="soon"),
        token()[:-4] + "AAAA",
        token().replace(".", ".A", 1),
        "",
        "abc",
        "a.b.c",
        "..",
        "张.伟.好",
    ],
)  # fmt: skip
def test_bad(verifier: Verifier, bad: str) -> None:
    """Another issuer, audience, key or algorithm, a missing claim, a changed byte: no caller."""
    with pytest.raises(Unauthenticated) as refusal:
        verifier.verify(bad, NOW)
    assert refusal.value.type == "token-invalid"


def test_public_key_as_secret(verifier: Verifier) -> None:
    """The public key is no shared secret for a token signed with HMAC."""
    import hashlib
    import hmac

    head = encoded(orjson.dumps({"alg": "HS256", "kid": "k1", "typ": "JWT"}))
    body = token().split(".")[1]
    secret = KEY.public_key().public_bytes_raw()
    mac = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    with pytest.raises(Unauthenticated):
        verifier.verify(f"{head}.{body}.{encoded(mac)}", NOW)


@pytest.mark.parametrize("kid", ["k2", None])
def test_unknown_key(verifier: Verifier, kid: str | None) -> None:
    """A key that is not known is told apart, so that the keys can be looked up again."""
    with pytest.raises(UnknownKey):
        verifier.verify(token(kid=kid), NOW)


def test_rotation(verifier: Verifier) -> None:
    """New keys verify beside the old; tokens of a dropped key end at once."""
    verifier.verify(token(), NOW)
    verifier.use([public(KEY, "k1"), public(OTHER, "k2")])
    assert verifier.verify(token(key=OTHER, kid="k2"), NOW)
    assert verifier.verify(token(), NOW)
    verifier.use([public(OTHER, "k2")])
    with pytest.raises(UnknownKey):
        verifier.verify(token(), NOW)


def test_no_keys() -> None:
    """Without keys nobody is known, and the verifier says that it has none."""
    empty = Verifier(ISSUER, AUDIENCE)
    assert not empty.has_keys
    with pytest.raises(UnknownKey):
        empty.verify(token(), NOW)


def test_memory_is_bounded(verifier: Verifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verifier remembers the newest tokens only."""
    assert REMEMBERED >= 1000
    monkeypatch.setattr("shared.tokens.REMEMBERED", 3)
    tokens = [token(jti=str(n)) for n in range(5)]
    assert [verifier.verify(t, NOW).token_id for t in tokens] == list("01234")
    assert list(verifier._verified) == tokens[2:]
