"""Register, sign in, refresh, sign out, change the password."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from services.identity.domain import keys as ring
from services.identity.domain import lockout, sessions, tokens
from services.identity.tools import Tools
from services.identity.usecases import accounts, keys, passwords, registration
from services.identity.usecases import sessions as usecases
from shared.access import Caller
from shared.entrypoints import Call
from shared.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    Invalid,
    TooManyRequests,
    Unauthenticated,
)
from shared.events import derived_id, received
from shared.testing import NOON, FakeStore, a_call, person
from shared.tokens import Verifier

PHONE, NUMBER, PASSWORD = "13800000001", "430104199001010019", "moon-river-77"
FORM = {"name": "张伟", "phone": PHONE, "identity_number": NUMBER, "password": PASSWORD}


@pytest.fixture
def account(store: FakeStore, tools: Tools) -> dict[str, Any]:
    """A registered citizen."""
    return registration.register(store, tools, a_call(body=FORM, digest="d1"))


def sign_in(store: FakeStore, tools: Tools, **changed: Any) -> dict[str, Any]:
    """Sign in as the citizen."""
    now = changed.pop("now", NOON)
    body = {"login": PHONE, "password": PASSWORD, **changed}
    return usecases.sign_in(store, tools, a_call(body=body, now=now))


def refresh(store: FakeStore, tools: Tools, token: str) -> dict[str, Any]:
    """Use a refresh token."""
    return usecases.refresh(store, tools, a_call(body={"refresh_token": token}))


def caller(store: FakeStore, tools: Tools, token: str) -> Caller:
    """Who the token says one is, as every other service verifies it."""
    verifier = Verifier(tools.issuer, tools.audience)
    verifier.use(keys.jwks(store, tools, NOON)["keys"])
    return verifier.verify(token, NOON)


def test_own_account(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """Who holds the citizen's token learns the numbers; a forged or expired one tells nothing."""
    token = sign_in(store, tools)["access_token"]
    told = accounts.own_account(store, tools, token, NOON)
    assert told == {"account": account["_id"], "name": "张伟", "identity": NUMBER, "phone": PHONE}
    later = NOON + timedelta(minutes=11)
    for bad, now in ((token, later), (token[:-4] + "AAAA", NOON), ("", NOON)):
        with pytest.raises(Unauthenticated):
            accounts.own_account(store, tools, bad, now)


def test_no_number_in_the_clear(store: FakeStore, account: dict[str, Any]) -> None:
    """Nothing that is stored or published holds a personal number or the password."""
    kept = repr(store["accounts"].get(account["_id"])) + repr(store.sent)
    assert not any(secret in kept for secret in (PHONE, NUMBER, NUMBER[6:14], PASSWORD))


def test_register_again(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """The same request gives the same account, another one under its key or its numbers none."""
    assert registration.register(store, tools, a_call(body=FORM, digest="d1")) == account
    with pytest.raises(IdempotencyMismatch):
        registration.register(store, tools, a_call(body=FORM, digest="d2"))
    with pytest.raises(Conflict):
        other = derived_id("other")
        registration.register(store, tools, a_call(body=FORM, digest="d1", id=other))
    assert len(store.sent) == 1


@pytest.mark.parametrize("login", [PHONE, "138 0000 0001", NUMBER, f" {NUMBER} "])
def test_login(store: FakeStore, tools: Tools, account: dict[str, Any], login: str) -> None:
    """Phone and identity number both sign in; the token verifies as everywhere."""
    answer = sign_in(store, tools, login=login)
    who = caller(store, tools, answer["access_token"])
    assert (who.subject, who.kind, who.name) == (account["_id"], "person", "张伟")
    assert jwt.get_unverified_header(answer["access_token"])["typ"] == "at+jwt"
    assert answer["expires_in"] == tokens.LIFETIME.total_seconds()


def failure(store: FakeStore, tools: Tools, login: str) -> tuple[Any, ...]:
    """What a wrong password is answered."""
    with pytest.raises((Unauthenticated, TooManyRequests)) as refusal:
        sign_in(store, tools, login=login, password="not-the-password")
    error = refusal.value
    return type(error), error.type, error.detail, error.retry_after


@pytest.mark.usefixtures("account")
def test_same_answers(store: FakeStore, tools: Tools) -> None:
    """Attempt for attempt, an unknown login is answered as a known one, lock-out included."""
    known = [failure(store, tools, PHONE) for _ in range(7)]
    unknown = [failure(store, tools, "13999999999") for _ in range(7)]
    assert known == unknown
    assert [f[0] for f in known] == [Unauthenticated] * 5 + [TooManyRequests] * 2


@pytest.mark.usefixtures("account")
def test_locked(store: FakeStore, tools: Tools) -> None:
    """While it waits not even the right password signs in; after that it does, and forgives."""
    for _ in range(5):
        failure(store, tools, PHONE)
    with pytest.raises(TooManyRequests):
        sign_in(store, tools)
    sign_in(store, tools, now=NOON + timedelta(seconds=lockout.wait(5)))
    assert failure(store, tools, PHONE)[0] is Unauthenticated


@pytest.mark.usefixtures("account")
def test_rotates(store: FakeStore, tools: Tools) -> None:
    """Each refresh token is good once; one that comes back ends the session and is noted."""
    first = sign_in(store, tools)["refresh_token"]
    second = refresh(store, tools, first)["refresh_token"]
    with pytest.raises(Unauthenticated):
        refresh(store, tools, first)
    with pytest.raises(Unauthenticated):
        refresh(store, tools, second)
    told = [e for e in store.sent if e["type"] == "identity.session.revoked.v1"]
    assert len(told) == 1
    for _ in range(3):
        accounts.note_revoked(store, received(told[0], told[0]["data"]))
    history = store["accounts"].require(told[0]["data"]["account"])["history"]
    assert [line["action"] for line in history] == ["registered", "session-revoked"]


def test_tokens_not_kept(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """The secret of a refresh token is not stored."""
    family, _, secret = sign_in(store, tools)["refresh_token"].partition(".")
    kept = store["sessions"].require(family)
    assert secret not in repr(kept)
    assert kept["current"] == sessions.digest(secret)


@pytest.mark.usefixtures("account")
def test_sign_out(store: FakeStore, tools: Tools) -> None:
    """After signing out the refresh token is good for nothing; garbage is answered alike."""
    token = sign_in(store, tools)["refresh_token"]
    for shown in (token, token, "garbage", token[:-1] + "x"):
        usecases.sign_out(store, a_call(body={"refresh_token": shown}))
    with pytest.raises(Unauthenticated):
        refresh(store, tools, token)


def change(store: FakeStore, tools: Tools, account: dict[str, Any], new: str) -> Any:
    """Change the password."""
    body = {"current_password": PASSWORD, "new_password": new}
    return passwords.change(store, tools, a_call(person(account["_id"]), body=body))


def test_change_password(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """A new password ends all sessions; the old one signs in no more."""
    token = sign_in(store, tools)["refresh_token"]
    change(store, tools, account, "other-river-88")
    with pytest.raises(Unauthenticated):
        refresh(store, tools, token)
    with pytest.raises(Unauthenticated):
        sign_in(store, tools)
    sign_in(store, tools, password="other-river-88")


@pytest.mark.parametrize("new", [PASSWORD, "张伟-river-88", f"x{PHONE}", "password123"])
def test_bad_new_password(
    store: FakeStore, tools: Tools, account: dict[str, Any], new: str
) -> None:
    """The rules for passwords hold for the next one too."""
    with pytest.raises(Invalid) as refusal:
        change(store, tools, account, new)
    assert refusal.value.errors[0].pointer == "/new_password"


def test_suspended(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """A suspended account signs in and refreshes no more; only its holder learns why."""
    token = sign_in(store, tools)["refresh_token"]
    administrator = Caller("admin", "official", "", "430000", "platform", frozenset({"administer"}))
    call = a_call(administrator, body={"reason": "举报核实"}, if_match=account["version"])
    accounts.move(store, call, account["_id"], "suspend")
    with pytest.raises(Unauthenticated):
        refresh(store, tools, token)
    with pytest.raises(Forbidden):
        sign_in(store, tools)
    assert failure(store, tools, PHONE)[0] is Unauthenticated


@pytest.mark.usefixtures("account")
def test_keys_turn(store: FakeStore, tools: Tools) -> None:
    """A token signed just before the keys are turned verifies just after."""
    old = sign_in(store, tools)["access_token"]
    keys.turn(store, tools, NOON + ring.SIGNS_FOR)
    new = sign_in(store, tools)["access_token"]
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    assert caller(store, tools, old) and caller(store, tools, new)


@pytest.mark.usefixtures("account")
def test_sweep(store: FakeStore, tools: Tools) -> None:
    """What no longer matters is deleted, what does is not."""
    sign_in(store, tools)
    failure(store, tools, PHONE)
    assert accounts.sweep(store, NOON + timedelta(days=1)) == 0
    assert accounts.sweep(store, NOON + timedelta(days=4)) == len(("session", "failure"))


def test_find_person(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """An account is found by its holder's number, whatever the case of its X."""
    assert accounts.find_person(store, tools, NUMBER) == {"account": account["_id"]}
    assert accounts.find_person(store, tools, PHONE) is None


def test_me(store: FakeStore, tools: Tools, account: dict[str, Any]) -> None:
    """One's own numbers come back as they were given."""
    call: Call = a_call(person(account["_id"]))
    assert accounts.me(store, tools, call)[1] == {"phone": PHONE, "identity_number": NUMBER}
