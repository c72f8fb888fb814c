"""Which public keys are taken."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import jwks, keys
from services.identity.tests.machines import EC, ED, b64, public
from shared.errors import Invalid

RFC8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
P25519 = 2**255 - 19
SMALL = [
    0,
    1,
    P25519 - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303021022,
]


def test_thumbprint() -> None:
    """The thumbprint is that of RFC 8037, A.3, and of our own keys; without a kid it is the kid."""
    expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert jwks.thumbprint(RFC8037) == expected
    assert jwks.accepted([RFC8037], "/keys")[0]["kid"] == expected
    raw = ED.public_key().public_bytes_raw()
    assert jwks.thumbprint(public(ED, None)) == keys.thumbprint(raw)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**255))
def test_good(seed: bytes, scalar: int) -> None:
    """Every public key that a library makes is taken, and kept as it is."""
    made = [
        Ed25519PrivateKey.from_private_bytes(seed),
        ec.derive_private_key(scalar, ec.SECP256R1()),
    ]
    given_keys = [public(key, f"k{n}") for n, key in enumerate(made)]
    assert jwks.accepted(given_keys, "/keys") == given_keys


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ({"d": "AAAA"}, "d"),
        ({"kty": "oct", "k": "AAAA"}, "k"),
        ({"kty": "RSA"}, "kty"),
        ({"crv": "X25519"}, "kty"),
        ({"alg": "HS256"}, "alg"),
        ({"alg": "none"}, "alg"),
        ({"use": "enc"}, "use"),
        ({"kid": "a b"}, "kid"),
        ({"kid": ""}, "kid"),
        ({"x": ""}, "x"),
        ({"x": "A" * 42}, "x"),
        ({"x": b64(b"\xff" * 32)}, "x"),
        *(({"x": b64(y.to_bytes(32, "little"))}, "x") for y in SMALL),
    ],
)
def test_bad(changed: dict[str, Any], member: str) -> None:
    """Private, symmetric, foreign, weak or broken keys are refused by the member that is wrong."""
    with pytest.raises(Invalid) as refusal:
        jwks.accepted([{**public(ED, "k"), **changed}], "/keys")
    assert [fault.pointer for fault in refusal.value.errors] == [f"/keys/0/{member}"]


@given(st.binary(min_size=32, max_size=32))
def test_not_on_curve(y: bytes) -> None:
    """A pair of coordinates that is no point of P-256 is no key."""
    point = EC.public_key().public_numbers().y
    if int.from_bytes(y) not in (point, jwks.P - point):
        with pytest.raises(Invalid):
            jwks.accepted([{**public(EC, "k"), "y": b64(y)}], "/keys")


def test_kid_twice() -> None:
    """Two keys of one set have two names."""
    with pytest.raises(Invalid):
        jwks.accepted([public(ED, "k"), public(EC, "k")], "/keys")
