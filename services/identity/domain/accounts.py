"""An account: who it is, what it may do, and all that happened to it.

Shape: _id, kind ("person"|"official"), name, logins (keyed lookups of what one signs in with),
person (lookup of the identity number, persons only), sealed and masked {identity_number, phone},
password (argon2id, encoded), provisional (somebody else knows the password), epoch (grows when all
sessions end), status ("active"|"suspended"), department, division, areas (the division and what it
lies in), powers, history, digest (keyed, of the request that made it).

Guarantees: the history only grows, by one entry for each change, and says who and why.
Does not: hold a personal number in the clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.access import POWERS, Caller
from shared.division import ancestors, covers
from shared.errors import FieldError, Forbidden, IllegalMove, Invalid
from shared.text import Text

Document = dict[str, Any]

PLATFORM = "platform"
"""The department of those who run the platform: they appoint officials of every department."""

MOVES = {"suspend": ("active", "suspended"), "reinstate": ("suspended", "active")}
"""Action: from which status, to which."""


class Personal(NamedTuple):
    """The personal numbers of an account in the forms that are kept."""

    logins: Sequence[str]
    person: str | None
    sealed: Mapping[str, bytes]
    masked: Mapping[str, str]


class Assignment(NamedTuple):
    """Where an official serves, and with which powers."""

    department: str
    division: str
    powers: Sequence[str]


class Entry(NamedTuple):
    """An entry of a history: what happened, through whom ("self": the holder), and why."""

    action: str
    by: str
    reason: str = ""


def person(id: str, name: str, personal: Personal, password: str, now: datetime) -> Document:
    """The account of a citizen who registers."""
    fresh = _account(id, "person", name, personal, password)
    return appended(fresh, Entry("registered", "self"), now)


def official(
    id: str,
    name: str,
    personal: Personal,
    password: str,
    assignment: Assignment,
    *,
    by: str,
    now: datetime,
) -> Document:
    """The account of an official, with a password that they have yet to change."""
    fresh = _account(id, "official", name, personal, password)
    fresh = {**fresh, **_assigned(assignment), "provisional": True}
    return appended(fresh, Entry("appointed", by), now)


def reassigned(
    account: Mapping[str, Any], assignment: Assignment, entry: Entry, now: datetime
) -> Document:
    """The official serves elsewhere or with other powers; what was goes into the history."""
    _check_official(account)
    before = {key: account[key] for key in ("department", "division", "powers")}
    changed = {**account, **_assigned(assignment), "epoch": account["epoch"] + 1}
    return appended(changed, entry, now, before=before)


def moved(account: Mapping[str, Any], action: str, entry: Entry, now: datetime) -> Document:
    """Suspend or reinstate; either way all sessions end."""
    source, target = MOVES[action]
    if account["status"] != source:
        legal = [name for name, (start, _) in MOVES.items() if start == account["status"]]
        raise IllegalMove(
            Text("账户当前状态不允许该操作", "The account's state does not allow this"), legal=legal
        )
    changed = {**account, "status": target, "epoch": account["epoch"] + 1}
    return appended(changed, entry, now)


def with_password(account: Mapping[str, Any], password: str, now: datetime) -> Document:
    """The holder chose a new password (encoded); all sessions end."""
    changed = {
        **account,
        "password": password,
        "provisional": False,
        "epoch": account["epoch"] + 1,
    }
    return appended(changed, Entry("password-changed", "self"), now)


def with_given_password(
    account: Mapping[str, Any], password: str, entry: Entry, now: datetime
) -> Document:
    """Somebody else chose an official's new password; no powers until the holder changes it."""
    _check_official(account)
    epoch = account["epoch"] + 1
    changed = {**account, "password": password, "provisional": True, "epoch": epoch}
    return appended(changed, entry, now)


def appended(account: Mapping[str, Any], entry: Entry, now: datetime, **details: Any) -> Document:
    """`account` with one more entry in its history: number, at, action, by, reason, details."""
    line = {
        "number": len(account["history"]) + 1,
        "at": now,
        "action": entry.action,
        "by": entry.by,
        "reason": entry.reason,
        "details": details,
    }
    return {**account, "history": [*account["history"], line]}


def check_administrator(caller: Caller, assignment: Assignment) -> None:
    """Raise unless `caller` may appoint to `assignment`: own subtree, own department or platform.

    Only who runs the platform gives the power to administer.
    """
    if unknown := sorted(set(assignment.powers) - set(POWERS)):
        detail = Text(f"没有这些权限：{unknown}", f"No such powers: {unknown}")
        raise Invalid(errors=[FieldError("/powers", detail, "choice")])
    if not administers(caller, assignment.department, assignment.division):
        raise Forbidden(
            Text("超出本人管理的部门或区划", "Outside the department or division you administer")
        )
    if "administer" in assignment.powers and caller.department != PLATFORM:
        raise Forbidden(
            Text("只有平台管理员可授予管理权限", "Only the platform gives the power to administer")
        )


def administers(caller: Caller, department: str | None, division: str | None) -> bool:
    """Whether the administrator `caller` looks after officials of `department` in `division`."""
    same = caller.department in (PLATFORM, department)
    return same and bool(caller.division and division and covers(caller.division, division))


def _check_official(account: Mapping[str, Any]) -> None:
    if account["kind"] != "official":
        raise IllegalMove(
            Text("该账户不是工作人员账户", "This is not the account of an official"), legal=[]
        )


def _assigned(assignment: Assignment) -> Document:
    return {
        "department": assignment.department,
        "division": assignment.division,
        "areas": list(ancestors(assignment.division)),
        "powers": sorted(set(assignment.powers)),
    }


def _account(id: str, kind: str, name: str, personal: Personal, password: str) -> Document:
    return {
        "_id": id,
        "kind": kind,
        "name": name,
        "logins": list(personal.logins),
        "person": personal.person,
        "sealed": dict(personal.sealed),
        "masked": dict(personal.masked),
        "password": password,
        "provisional": False,
        "epoch": 0,
        "status": "active",
        "department": None,
        "division": None,
        "areas": [],
        "powers": [],
        "history": [],
    }
