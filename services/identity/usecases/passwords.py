"""Verifying a password within the lock-out, and changing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from services.identity.domain import accounts, registration
from services.identity.domain.passwords import normalised, personal_words
from services.identity.tools import Tools
from services.identity.usecases import lockouts
from services.identity.usecases.common import seal_context
from shared.entrypoints import Call
from shared.errors import FieldError, Invalid, Unauthenticated
from shared.races import until_fresh
from shared.store import Database, Document
from shared.text import Text


class Attempt(NamedTuple):
    """Somebody shows a password. `name`: lookup that failures are counted under; `find`: the
    account, or None."""

    name: str
    password: str
    now: datetime
    find: Callable[[], Document | None]


def verified(store: Database, tools: Tools, attempt: Attempt) -> Document:
    """The account whose password this is.

    Whether the account does not exist or the password is wrong: same answer, same time, same
    lock-out. The lock-out is looked at in the slot, so guesses made at once gain nothing.
    Raises: Unauthenticated (type "wrong-credentials"), TooManyRequests, Unavailable.
    """
    with tools.passwords.slot():
        has_failed = lockouts.check(store, attempt.name, attempt.now)
        account = attempt.find()
        encoded = account["password"] if account else None
        good = tools.passwords.verify(encoded, attempt.password)
        if not good:
            lockouts.count(store, attempt.name, attempt.now)
    if account is None or not good:
        raise Unauthenticated(
            Text("账号或密码错误", "The login or the password is wrong"), type="wrong-credentials"
        )
    if has_failed:
        lockouts.forgive(store, attempt.name)
    return account


def hashed(tools: Tools, password: str) -> str:
    """`password` as it is stored."""
    with tools.passwords.slot():
        return tools.passwords.hash(password)


def change(store: Database, tools: Tools, call: Call) -> Document:
    """The account with its new password; all sessions have ended."""
    id_ = call.signed_in.subject
    current, new = call.body["current_password"], call.body["new_password"]
    attempt = Attempt(f"account:{id_}", current, call.now, lambda: store["accounts"].require(id_))
    account = verified(store, tools, attempt)
    if normalised(new) == normalised(current):
        same = Text("新密码不得与原密码相同", "The new password is the old one")
        raise Invalid(errors=[FieldError("/new_password", same, "unchanged")])
    registration.check_password(new, _words(tools, account), "/new_password")
    encoded = hashed(tools, new)

    def save() -> Document:
        before = store["accounts"].require(id_)
        return store["accounts"].save(before, accounts.with_password(before, encoded, call.now))

    return until_fresh(save)


def give(store: Database, tools: Tools, call: Call, account: Document) -> Document:
    """The official's account with a password that somebody else chose and they have to change."""
    password = call.body["password"]
    registration.check_password(password, _words(tools, account), "/password")
    encoded = hashed(tools, password)
    entry = accounts.Entry("password-given", call.signed_in.subject, call.body["reason"])
    changed = accounts.with_given_password(account, encoded, entry, call.now)
    return store["accounts"].save(account, changed)


def renew(store: Database, tools: Tools, account: Document, password: str) -> None:
    """Hash anew where the cost has been raised since; the holder notices nothing."""
    if not tools.passwords.is_outdated(account["password"]):
        return
    was = account["password"]
    encoded = hashed(tools, password)

    def save() -> None:
        current = store["accounts"].require(account["_id"])
        if current["password"] == was:
            store["accounts"].save(current, {**current, "password": encoded})

    until_fresh(save)


def _words(tools: Tools, account: Document) -> list[str]:
    numbers = [
        tools.vault.open(sealed, seal_context(account["_id"], field)).decode()
        for field, sealed in account["sealed"].items()
    ]
    return personal_words(account["name"], *numbers)
