"""The ring of signing keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import keys
from services.identity.domain.tokens import LIFETIME

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def maker() -> Callable[[], keys.NewKey]:
    """A source of keys that differ."""
    numbers = count()
    return lambda: keys.NewKey(next(numbers).to_bytes(32, "big"), b"private")


def states(ring: list[keys.Document]) -> list[str]:
    """The states of the keys in the ring, sorted."""
    return sorted(k["state"] for k in ring)


def test_thumbprint() -> None:
    """The example of RFC 8037, appendix A.3."""
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert keys.thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_first() -> None:
    """An empty ring gets a key that signs and one that is known ahead."""
    assert states(keys.turn([], maker(), NOW)) == ["current", "next"]


def test_not_due() -> None:
    """Nothing changes before its time."""
    ring = keys.turn([], maker(), NOW)
    assert keys.turn(ring, maker(), NOW + keys.SIGNS_FOR - timedelta(seconds=1)) == ring


def test_handed_over() -> None:
    """The key known ahead signs; the old one stays published and loses its private part."""
    make = maker()
    first = keys.turn([], make, NOW)
    second = keys.turn(first, make, NOW + keys.SIGNS_FOR)
    assert states(second) == ["current", "next", "retired"]
    current, coming = keys.of_state(second, "current"), keys.of_state(first, "next")
    assert current and coming and current["kid"] == coming["kid"]
    retired = keys.of_state(second, "retired")
    assert retired and retired["sealed"] == b""


def test_leaked() -> None:
    """A leaked key is no longer published."""
    make = maker()
    ring = keys.turn([], make, NOW)
    old = keys.of_state(ring, "current")
    after = keys.replace_current(ring, make, NOW, leaked=True)
    assert states(after) == ["current", "next"]
    assert old and old["kid"] not in {k["kid"] for k in after}


@given(st.lists(st.floats(0.001, 40), max_size=30), st.booleans())
def test_no_downtime(days: list[float], forced: bool) -> None:
    """Whenever the ring is turned: a valid token's key is published, and was so ahead of it."""
    make, now = maker(), NOW
    ring = keys.turn([], make, now)
    published = {k["kid"]: now for k in ring}
    signed: list[tuple[datetime, str]] = []
    for step in days:
        now += timedelta(days=step)
        signer = keys.of_state(ring, "current")
        assert signer
        signed.append((now, signer["kid"]))
        assert now - published[signer["kid"]] >= timedelta(0)
        ring = keys.turn(ring, make, now)
        if forced:
            ring = keys.replace_current(ring, make, now, leaked=False)
        for key in keys.jwks(ring)["keys"]:
            published.setdefault(key["kid"], now)
        assert [states(ring).count(s) for s in ("current", "next")] == [1, 1]
        known = {k["kid"] for k in keys.jwks(ring)["keys"]}
        assert all(kid in known for at, kid in signed if now < at + LIFETIME)


def test_public_only() -> None:
    """The published set has no private part."""
    members = {name for key in keys.jwks(keys.turn([], maker(), NOW))["keys"] for name in key}
    assert members == {"kty", "crv", "x", "kid", "use", "alg"}
