"""Systems sign in."""

import base64
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain import assertions as rules
from services.identity.domain import lockout, tokens
from services.identity.tests.machines import (
    EC,
    ED,
    ID,
    ISSUER,
    OTHER_ED,
    assertion,
    by_assertion,
    by_secret,
    claims,
    jwks,
    move,
    public,
    register,
    replace,
)
from services.identity.tools import Tools
from services.identity.usecases import keys, machines
from shared.access import Caller, authorise, service
from shared.errors import Forbidden, Invalid, ServiceError, TooManyRequests, Unauthenticated
from shared.testing import NOON, FakeStore, a_call
from shared.tokens import Verifier

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def keyed(store: FakeStore, tools: Tools) -> FakeStore:
    """A store with a client that signs, by an Ed25519 key and a P-256 key."""
    register(store, tools, keys=jwks(ed=ED, ec=EC))
    return store


def caller(store: FakeStore, tools: Tools, answer: dict[str, Any]) -> Caller:
    """Who the token says one is, as every other service verifies it."""
    verifier = Verifier(tools.issuer, tools.audience)
    verifier.use(keys.jwks(store, tools, NOON)["keys"])
    return verifier.verify(answer["access_token"], NOON)


@pytest.mark.parametrize(("key", "kid"), [(ED, "ed"), (EC, "ec")])
def test_assertion(keyed: FakeStore, tools: Tools, key: Any, kid: str) -> None:
    """Who signs with a registered key gets a token of a system, for ten minutes at the most."""
    answer = by_assertion(keyed, tools, assertion(key, kid))
    who = caller(keyed, tools, answer)
    assert (who.subject, who.kind, who.department, who.division) == (
        ID, "service", "health", "430104",
    )  # fmt: skip
    assert who.scopes == {"exchange.consume", "exchange.provide"}
    assert answer["expires_in"] <= tokens.LIFETIME.total_seconds()
    assert not answer.keys() & {"refresh_token", "password_change_required"}
    authorise(service("exchange.consume"), who)


def test_scope(keyed: FakeStore, tools: Tools) -> None:
    """A token has the scopes that were asked for; none that the client has not."""
    answer = by_assertion(keyed, tools, assertion(), scope="exchange.provide")
    assert answer["scope"] == "exchange.provide"
    with pytest.raises(Forbidden):
        authorise(service("exchange.consume"), caller(keyed, tools, answer))
    with pytest.raises(Invalid) as refusal:
        by_assertion(keyed, tools, assertion(jti="j2"), scope="exchange.provide exchange.all")
    assert refusal.value.type == "invalid-scope"


def test_once(keyed: FakeStore, tools: Tools) -> None:
    """An assertion is good once, as long as it could be accepted and when its id is forgotten."""
    text = assertion()
    by_assertion(keyed, tools, text)
    for passed in (0, 60, 299, 304, 305, 306, 10**6):
        now = NOON + passed * SECOND
        machines.sweep(keyed, now)  # type: ignore[arg-type]
        with pytest.raises(Unauthenticated):
            by_assertion(keyed, tools, text, now)
    assert not keyed["assertions"].count({})


@given(
    expires=st.integers(-400, 700),
    asked=st.integers(-400, 700),
    again=st.integers(0, 700),
)
def test_never_twice(expires: int, asked: int, again: int) -> None:
    """Whenever an assertion is accepted and swept, it is not accepted again."""
    said = claims(exp=(NOON + expires * SECOND).timestamp(), iat=NOON.timestamp())
    first, second = NOON + asked * SECOND, NOON + (asked + again) * SECOND
    if rules.fault(said, ID, ISSUER, first) is None:
        record = rules.used(said, "c", first)
        swept = record["until"] < second
        assert not swept or rules.fault(said, ID, ISSUER, second)
        assert record["_id"] == rules.used(said, "c", second)["_id"]


@given(st.integers(-700, 700), st.integers(-700, 700))
def test_time(expires: int, issued: int) -> None:
    """Accepted are those that expire within five minutes and were issued before now; clocks may
    differ by the leeway."""
    said = claims(
        exp=(NOON + expires * SECOND).timestamp(), iat=(NOON + issued * SECOND).timestamp()
    )
    good = -5 < expires <= 305 and issued <= 5 and expires - issued <= 305
    assert (rules.fault(said, ID, ISSUER, NOON) is None) == good


HMAC_KEY = public(ED, None)["x"]
BAD = {
    "unknown key": assertion(OTHER_ED, "other"),
    "key of another": assertion(OTHER_ED, "ed"),
    "kid of the other kind": assertion(EC, "ed"),
    "no kid": assertion(kid=None),
    "public key as secret": assertion(HMAC_KEY, "ed", alg="HS256"),
    "not signed": assertion(None, "ed", alg="none"),
    "another kind of token": assertion(headers={"typ": "at+jwt"}),
    "critical header": assertion(headers={"crit": ["b64"], "b64": True}),
    "signature changed": assertion()[:-6] + "AAAAAA",
    "not a token": "a.b.c",
    "nothing": ".",
    "unknown client": assertion(sub="nobody", iss="nobody"),
    "issuer": assertion(iss="another"),
    "no issuer": assertion(iss=None),
    "audience": assertion(aud="https://elsewhere.example"),
    "endpoint as audience": assertion(aud=f"{ISSUER}/tokens"),
    "several audiences": assertion(aud=[ISSUER, "https://elsewhere.example"]),
    "no audience": assertion(aud=None),
    "expired": assertion(exp=NOON - 6 * SECOND),
    "too long": assertion(exp=NOON + 6 * MINUTE),
    "long ago": assertion(iat=NOON - 6 * MINUTE),
    "from the future": assertion(iat=NOON + MINUTE),
    "not yet": assertion(nbf=NOON + MINUTE),
    "no expiry": assertion(exp=None),
    "no issue": assertion(iat=None),
    "text for a time": assertion(iat="now"),
    "truth for a time": assertion(iat=True),
    "endless": assertion(iat=float("inf")),
    "no id": assertion(jti=None),
    "empty id": assertion(jti=""),
    "long id": assertion(jti="j" * 201),
    "number for an id": jwt.encode({**claims(), "jti": 7}, ED, "EdDSA", headers={"kid": "ed"}),
}


@pytest.mark.parametrize("why", BAD)
def test_bad_assertion(keyed: FakeStore, tools: Tools, why: str) -> None:
    """Whatever is wrong, the client is refused and no id is used up."""
    with pytest.raises(Unauthenticated) as refusal:
        by_assertion(keyed, tools, BAD[why])
    assert refusal.value.type == "invalid-client"
    assert not keyed["assertions"].count({})


def test_key_of_another_client(keyed: FakeStore, tools: Tools) -> None:
    """A client cannot sign for another one, nor name another one beside its assertion."""
    register(keyed, tools, client_id="second", keys=jwks(ed=OTHER_ED), request="r2")
    with pytest.raises(Unauthenticated):
        by_assertion(keyed, tools, assertion(OTHER_ED, iss="second"))
    with pytest.raises(Unauthenticated):
        by_assertion(keyed, tools, assertion(), client_id="second")


def test_same_id(keyed: FakeStore, tools: Tools) -> None:
    """An id is used up for its client alone."""
    register(keyed, tools, client_id="second", keys=jwks(ed=OTHER_ED), request="r2")
    by_assertion(keyed, tools, assertion())
    by_assertion(keyed, tools, assertion(OTHER_ED, iss="second", sub="second"))


def test_bounded(keyed: FakeStore, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that asks without end waits; what is kept of it stays bounded."""
    monkeypatch.setattr(machines, "MOST_ASSERTIONS", 3)
    for number in range(3):
        by_assertion(keyed, tools, assertion(jti=str(number)))
    with pytest.raises(TooManyRequests):
        by_assertion(keyed, tools, assertion(jti="more"))
    later = NOON + 6 * MINUTE
    assert by_assertion(keyed, tools, assertion(now=later), later)


def test_suspended(store: FakeStore, tools: Tools) -> None:
    """A suspended or ended client gets no token, by neither way; a reinstated one does."""
    secret = register(store, tools, keys=jwks(ed=ED), secret=True).secret
    move(store, "suspend")
    for sign_in in (
        lambda: by_secret(store, tools, secret),
        lambda: by_assertion(store, tools, assertion()),
    ):
        with pytest.raises(Forbidden) as refusal:
            sign_in()
        assert refusal.value.type == "client-suspended"
    move(store, "reinstate")
    assert by_secret(store, tools, secret)
    move(store, "end")
    for text in (secret, "x"):
        with pytest.raises(Unauthenticated):
            by_secret(store, tools, text)
    with pytest.raises(Unauthenticated):
        by_assertion(store, tools, assertion(jti="j9"))


def test_key_overlap(keyed: FakeStore, tools: Tools) -> None:
    """Old and new keys are good side by side, until the stated overlap ends."""
    replace(keyed, tools, 1, keys=jwks(new=OTHER_ED))
    end = NOON + timedelta(hours=1)
    for now, good in ((NOON, True), (end - SECOND, True), (end, False)):
        assert by_assertion(keyed, tools, assertion(OTHER_ED, "new", now, jti=f"n{now}"), now)
        text = assertion(ED, "ed", now, jti=f"o{now}")
        if good:
            assert by_assertion(keyed, tools, text, now)
        else:
            with pytest.raises(Unauthenticated):
                by_assertion(keyed, tools, text, now)


def test_secret_overlap(store: FakeStore, tools: Tools) -> None:
    """Old and new secret are good side by side, until the stated overlap ends."""
    old = register(store, tools, secret=True).secret
    new = replace(store, tools, 1, secret=True).secret
    end = NOON + timedelta(hours=1)
    assert by_secret(store, tools, old, end - SECOND) and by_secret(store, tools, new, end)
    with pytest.raises(Unauthenticated):
        by_secret(store, tools, old, end)


def test_slowed(store: FakeStore, tools: Tools) -> None:
    """Wrong secrets wait as wrong passwords do, an unknown client's too; not who signs."""
    secret = register(store, tools, keys=jwks(ed=ED), secret=True).secret
    few = lockout.WAITS[0][0]
    for client_id in (ID, "nobody"):
        for _ in range(few):
            with pytest.raises(Unauthenticated):
                by_secret(store, tools, "wrong", client_id=client_id)
        with pytest.raises(TooManyRequests) as refusal:
            by_secret(store, tools, secret, client_id=client_id)
        assert refusal.value.retry_after == lockout.WAITS[0][1]
    assert by_assertion(store, tools, assertion())
    assert by_secret(store, tools, secret, NOON + MINUTE)
    assert len(store["lockouts"].find({})) == 1


def test_foreign_secret(store: FakeStore, tools: Tools) -> None:
    """A secret is good for its own client only."""
    secret = register(store, tools, secret=True).secret
    register(store, tools, client_id="second", secret=True, request="r2")
    with pytest.raises(Unauthenticated):
        by_secret(store, tools, secret, client_id="second")


def basic(text: str) -> dict[str, str]:
    """An Authorization header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_basic(store: FakeStore, tools: Tools) -> None:
    """HTTP Basic is as good as the body; its parts are form-encoded."""
    secret = register(store, tools, secret=True).secret
    for name in (ID, ID.replace(".", "%2E")):
        assert machines.sign_in(store, tools, a_call(body={}, headers=basic(f"{name}:{secret}")))


@pytest.mark.parametrize(
    ("header", "body", "error"),
    [
        ({}, {}, Unauthenticated),
        ({}, {"client_id": ID}, Unauthenticated),
        ({}, {"client_secret": "x"}, Invalid),
        ({}, {"client_assertion": "x"}, Invalid),
        ({}, {"client_assertion": "x", "client_assertion_type": "saml"}, Invalid),
        ({}, {"client_assertion": "x", "client_secret": "x", "client_id": ID}, Invalid),
        (basic(f"{ID}:x"), {"client_secret": "x", "client_id": ID}, Invalid),
        (basic(f"{ID}:x"), {"client_id": "another"}, Unauthenticated),
        (basic(ID), {}, Unauthenticated),
        (basic(":x"), {}, Unauthenticated),
        ({"Authorization": "Basic !"}, {}, Unauthenticated),
        ({"Authorization": "Basic /w=="}, {}, Unauthenticated),
    ],
)
def test_one_proof(
    store: FakeStore,
    tools: Tools,
    header: dict[str, str],
    body: dict[str, str],
    error: type[ServiceError],
) -> None:
    """A client authenticates in exactly one way, completely."""
    register(store, tools, secret=True)
    with pytest.raises(error):
        machines.sign_in(store, tools, a_call(body=body, headers=header))
