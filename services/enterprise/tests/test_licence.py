"""The electronic licence: valid, revoked, expired and forged are told apart."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from services.enterprise.domain import jws, licence

SEED = base64.b64encode(bytes(range(32))).decode()
KEY = jws.signing_key(SEED)
KEYS = {jws.jwk(KEY.public_key())["kid"]: KEY.public_key()}
TODAY = "2026-03-02"


def issued(**changes):
    """A licence of a company in Yuelu."""
    given = {
        "code": "91430104MA4L000017",
        "version": 1,
        "holder": "长沙市岳麓区红光酒业有限公司",
        "issuer": {"division": "430104", "zh": "岳麓区市场监督管理局", "en": "Yuelu"},
        "issued_on": TODAY,
        "valid_until": None,
        "fields": {"registered_capital": 1_000_000},
        "key": KEY,
    }
    return licence.issue(**{**given, **changes})


def verdict(token, record, today=TODAY):
    return licence.verdict(licence.claims_of(token, KEYS), record, today)


def test_valid():
    """A licence as issued is valid, and issuing it again gives the same token."""
    one = issued()
    assert verdict(one["token"], one) == "valid"
    assert issued()["token"] == one["token"]
    assert len(one["token"]) < 700


def test_statuses():
    """Revoked, suspended and expired are said so."""
    one = issued(valid_until="2026-12-31")
    assert verdict(one["token"], {**one, "status": "revoked"}) == "revoked"
    assert verdict(one["token"], {**one, "status": "suspended"}) == "suspended"
    assert verdict(one["token"], one, "2026-12-31") == "valid"
    assert verdict(one["token"], one, "2027-01-01") == "expired"
    assert verdict(one["token"], {**one, "status": "revoked"}, "2027-01-01") == "revoked"


def test_forged():
    """Another key, an unknown number, or a record that reads otherwise: forged."""
    one = issued()
    other = issued(key=jws.signing_key(base64.b64encode(b"x" * 32).decode()))
    assert verdict(other["token"], one) == "forged"
    assert verdict(one["token"], None) == "forged"
    assert verdict(one["token"], issued(holder="别的公司")) == "forged"


@given(st.integers(0, 5000), st.characters(codec="ascii"))
def test_tampered(place, character):
    """A token with any character changed is forged."""
    one = issued()
    token = one["token"]
    at = place % len(token)
    changed = token[:at] + character + token[at + 1 :]
    assert (verdict(changed, one) == "valid") == (changed == token)


@given(st.text(max_size=60))
def test_nonsense(text):
    """Any text is judged, none fails."""
    assert verdict(text, issued()) == "forged"
    head = jws.encoded(json.dumps({"alg": "none", "typ": licence.TYP}).encode())
    assert verdict(f"{head}.{jws.encoded(b'{}')}.", issued()) == "forged"


def test_jwk():
    """The key id is the RFC 7638 thumbprint of the example key in RFC 8037, appendix A."""
    seed = jws.decoded("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
    key = jws.signing_key(base64.b64encode(seed).decode())
    assert jws.jwk(key.public_key())["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
