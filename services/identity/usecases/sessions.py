"""Sign in, refresh, sign out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.identity.domain import legal_persons, sessions, tokens
from services.identity.domain.registration import today
from services.identity.domain.sessions import Presented, Verdict
from services.identity.events import session_revoked
from services.identity.tools import Tools
from services.identity.usecases import keys, passwords
from services.identity.usecases.common import login_lookup
from shared.entrypoints import Call
from shared.errors import FieldError, Forbidden, Invalid, ServiceError, Unauthenticated
from shared.races import until_fresh
from shared.store import Database, Document
from shared.text import Text

Record = dict[str, Any]

MOST_LEGAL_PERSONS_READ = 1_000
JWT_DOTS = 2


def sign_in(store: Database, tools: Tools, call: Call) -> Record:
    """Tokens for who shows login and password: a new session."""
    login = call.body.get("login") or call.body["username"]
    name = login_lookup(tools.vault, login)
    password = call.body["password"]
    attempt = passwords.Attempt(name, password, call.now, lambda: _account(store, name))
    account = passwords.verified(store, tools, attempt)
    if account["status"] != "active":
        raise Forbidden(Text("账户已被停用", "The account is suspended"), type="account-suspended")
    passwords.renew(store, tools, account, password)
    return begin(store, tools, account, call)


def begin(store: Database, tools: Tools, account: Document, call: Call) -> Record:
    """A new session of `account`, and its tokens."""
    family, secret = tools.new_id(), tools.secret()
    store["sessions"].add(sessions.start(family, account, sessions.digest(secret), call.now))
    refresh_token = sessions.token(family, secret)
    return _tokens(store, tools, account, refresh_token, call)


def refresh(store: Database, tools: Tools, call: Call) -> Record:
    """New tokens for a refresh token, which is thereby used up; one used before ends the session.

    Raises: Unauthenticated (type "invalid-grant").
    """
    shown = sessions.presented(call.body["refresh_token"])
    if shown is None:
        raise _invalid_grant()
    secret = tools.secret()
    digest = sessions.digest(secret)
    account = until_fresh(lambda: _rotated(store, shown, digest, call.now))
    refresh_token = sessions.token(shown.family, secret)
    return _tokens(store, tools, account, refresh_token, call)


def sign_out(store: Database, call: Call) -> None:
    """End the session of a refresh token; an unknown one is as good as ended (RFC 7009, 2.2).

    Raises: Invalid (type "unsupported-token-type") for an access token, which stays good.
    """
    token = call.body.get("refresh_token") or call.body["token"]
    if token.count(".") == JWT_DOTS:
        told = Text("访问令牌不可撤销，到期失效", "An access token is not revoked: it expires soon")
        raise Invalid(type="unsupported-token-type", errors=[FieldError("/token", told, "choice")])
    shown = sessions.presented(token)
    if shown is not None:
        until_fresh(lambda: _ended(store, shown, call.now))


def _account(store: Database, name: str) -> Document | None:
    return next(iter(store["accounts"].find({"logins": name}, limit=1)), None)


def _rotated(store: Database, shown: Presented, fresh: str, now: datetime) -> Document:
    """The account whose session went on; `Stale` where somebody else used the token just now."""
    session = store["sessions"].get(shown.family)
    if session is None:
        raise _invalid_grant()
    verdict, after = sessions.rotate(session, shown.digest, fresh, now)
    if verdict is Verdict.REUSED:
        store["sessions"].save(session, after, session_revoked(after, now))
    account = store["accounts"].require(session["account"])
    current = account["status"] == "active" and account["epoch"] == session["epoch"]
    if verdict is not Verdict.ROTATED or not current:
        raise _invalid_grant()
    store["sessions"].save(session, after)
    return account


def _ended(store: Database, shown: Presented, now: datetime) -> None:
    session = store["sessions"].get(shown.family)
    if session is not None and sessions.belongs(session, shown.digest):
        after = sessions.end(session, "signed-out", now)
        if after != session:
            store["sessions"].save(session, after)


def _tokens(
    store: Database, tools: Tools, account: Document, refresh_token: str, call: Call
) -> Record:
    now, codes = call.now, call.body.get("legal_persons")
    issue = tokens.Issue(tools.issuer, tools.audience, tools.new_id(), now)
    acts_for = tokens.chosen(_acts_for(store, account, now), codes)
    return {
        "access_token": keys.sign(store, tools, tokens.claims(account, acts_for, issue), now),
        "token_type": "Bearer",
        "expires_in": int(tokens.LIFETIME.total_seconds()),
        "refresh_token": refresh_token,
        "password_change_required": account["provisional"],
    }


def _acts_for(store: Database, account: Document, now: datetime) -> list[tokens.ActsFor]:
    person = account["person"]
    if person is None:
        return []
    records = store["legal_persons"].find({"people": person}, limit=MOST_LEGAL_PERSONS_READ)
    return legal_persons.acts_for(records, person, today(now))


def _invalid_grant() -> ServiceError:
    return Unauthenticated(
        Text("登录已失效，请重新登录", "The session has ended; sign in again"),
        type="invalid-grant",
    )
