"""Canonical bytes, digests, signatures and keys of the exchange's messages."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.exchange.messages import (
    ANSWER,
    ORDER,
    REQUEST,
    Signer,
    canonical,
    decoded,
    digest,
    encoded,
    instant,
    jwk,
    public_key,
    salt_of,
    signable,
    verified,
)

NAMES = st.text(st.characters(max_codepoint=127, exclude_categories=["Cc"]), max_size=8)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
VALUES = st.recursive(
    PLAIN, lambda of: st.lists(of, max_size=4) | st.dictionaries(NAMES, of, max_size=4)
)
SALTS = st.binary(min_size=16, max_size=16).map(bytes.hex)
SIGNER, OTHER = (Signer(base64.b64encode(bytes([n]) * 32).decode()) for n in (1, 2))


@given(VALUES)
def test_canonical(value: object) -> None:
    """The canonical bytes are those of RFC 8785, whose rules another writer follows as well."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == text.encode()
    assert json.loads(canonical(value)) == value


def test_canonical_sample() -> None:
    """RFC 8785, 3.2.3: names are sorted at every level, strings keep what needs no escape."""
    value = {"b": [{"z": "€", "a": '\n"\\'}, None], "a": True, "": 0}
    expected = r'{"":0,"a":true,"b":[{"a":"\n\"\\","z":"€"},null]}'
    assert canonical(value) == expected.encode()


@given(st.dictionaries(NAMES, PLAIN, min_size=2))
def test_order_of_names(value: dict[str, object]) -> None:
    """However an object was put together, its bytes are the same."""
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(SALTS, VALUES, VALUES)
def test_digest(salt: str, value: object, other: object) -> None:
    """A digest tells values apart, and is the plain SHA-256 that anybody can compute."""
    plain = hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()
    assert digest(salt, value) == plain
    assert (digest(salt, other) == plain) == (canonical(other) == canonical(value))


@given(SALTS, st.integers(0, 10_000), st.integers(0, 10_000))
def test_salts(salt: str, one: int, other: int) -> None:
    """Each key of a batch has a salt of its own, of the same length."""
    assert len(salt_of(salt, one)) == len(salt)
    assert (salt_of(salt, one) == salt_of(salt, other)) == (one == other)


@given(VALUES)
def test_signature(value: object) -> None:
    """A signature holds for its value, key and context, and for nothing else."""
    signature = SIGNER.sign(REQUEST, value)
    assert verified(REQUEST, value, signature, SIGNER.public)
    assert not verified(ORDER, value, signature, SIGNER.public)
    assert not verified(REQUEST, [value], signature, SIGNER.public)
    assert not verified(REQUEST, value, signature, OTHER.public)


@given(st.text() | st.none() | st.integers() | st.binary())
def test_no_signature(given_: object) -> None:
    """Whatever is no signature is refused, without another exception."""
    assert not verified(REQUEST, {}, given_, SIGNER.public)


@given(st.integers(0, 85), st.sampled_from("AZaz09-_"))
def test_altered_signature(place: int, sign: str) -> None:
    """A signature with one letter changed is none: it has one spelling only."""
    good = SIGNER.sign(REQUEST, {"a": 1})
    altered = good[:place] + sign + good[place + 1 :]
    assert verified(REQUEST, {"a": 1}, altered, SIGNER.public) == (altered == good)


def test_signable() -> None:
    """A provider's signature covers the digest of the data, not the data."""
    answer = {"request": "1", "digest": "d", "data": {"name": "张伟"}, "signature": "s"}
    assert signable(answer) == {"request": "1", "digest": "d"}
    signed = {**answer, "signature": SIGNER.sign(ANSWER, signable(answer))}
    assert verified(ANSWER, signable(signed), signed["signature"], SIGNER.public)


def test_thumbprint() -> None:
    """RFC 8037, A.3: the thumbprint of the key in the RFC's example."""
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    key = public_key({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid})
    assert jwk(key) == {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid}


@pytest.mark.parametrize(
    "change", [{"kid": "other"}, {"kty": "EC"}, {"crv": "X25519"}, {"x": "AA"}, {"x": None}]
)
def test_no_key(change: dict[str, object]) -> None:
    """What is no Ed25519 key under its own thumbprint is refused as a value."""
    with pytest.raises(ValueError):
        public_key({**SIGNER.jwk, **change})  # type: ignore[dict-item]
    assert public_key(SIGNER.jwk) == SIGNER.public


@pytest.mark.parametrize("seed", ["", "?", base64.b64encode(b"x" * 31).decode()])
def test_no_seed(seed: str) -> None:
    """A seed that is none is refused, and never told."""
    with pytest.raises(ValueError) as refused:
        Signer(seed)
    assert not seed or seed not in str(refused.value)


@given(st.binary(max_size=70))
def test_base64url(data: bytes) -> None:
    """Encoding is undone by decoding, and has no other spelling."""
    assert decoded(encoded(data)) == data
    with pytest.raises(ValueError):
        decoded(encoded(data) + "=")


def test_instant() -> None:
    """Times are told in UTC, to the millisecond, wherever they were taken."""
    moment = datetime(2026, 11, 23, 12, 0, 1, 234_567, timezone(timedelta(hours=8)))
    assert instant(moment) == "2026-11-23T04:00:01.234Z"
