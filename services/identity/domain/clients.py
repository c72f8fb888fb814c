"""A client (RFC 6749, section 2): a system that signs in by itself, and what happened to it.

Shape: _id, client_id (chosen, for good), name, department, division, areas (the division and what
it lies in), scopes, contact, status ("active"|"suspended"|"ended"), keys [{kid, kty, crv, x (, y),
since, until}], secrets [{hash, since, until}], history; `until` None: until it is replaced.

Guarantees: what replaces credentials leaves the old ones good for the stated overlap only; an
ended client has none and never comes back; the history only grows, and says who and why.
Does not: hold a secret in the clear, or a private key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.identity.domain.accounts import Entry, administers, appended
from services.identity.domain.jwks import Jwk, thumbprint
from shared.access import Caller
from shared.division import ancestors
from shared.errors import FieldError, Forbidden, IllegalMove, Invalid
from shared.text import Text

Document = dict[str, Any]

MOVES = {
    "suspend": (("active",), "suspended", "suspended"),
    "reinstate": (("suspended",), "active", "reinstated"),
    "end": (("active", "suspended"), "ended", "ended"),
}
"""Action: from which statuses, to which, and the entry that it leaves."""

MOST_KEYS = 5
"""Keys that may be given at once."""
MOST_CREDENTIALS = 20
"""Keys, or secrets, that are good at once, those that run out among them."""
LONGEST_OVERLAP = timedelta(days=30)


class Details(NamedTuple):
    """What an administrator says of a client; contact: an e-mail address of the office."""

    name: str
    department: str
    division: str
    scopes: Sequence[str]
    contact: str


class Credentials(NamedTuple):
    """What a client signs in with from now on; secret: its keyed hash, or None."""

    keys: Sequence[Jwk]
    secret: str | None


def registered(
    id: str, client_id: str, details: Details, credentials: Credentials, by: str, now: datetime
) -> Document:
    """A new client."""
    fresh = {
        "_id": id,
        "client_id": client_id,
        **_described(details),
        "status": "active",
        "keys": [_begun(key, now) for key in credentials.keys],
        "secrets": _secrets(credentials, now),
        "history": [],
    }
    return appended(fresh, Entry("registered", by), now, kids=_kids(fresh["keys"]))


def changed(client: Mapping[str, Any], details: Details, entry: Entry, now: datetime) -> Document:
    """The client with other details; what was goes into the history."""
    _check_not_ended(client)
    before = {field: client[field] for field in Details._fields}
    return appended({**client, **_described(details)}, entry, now, before=before)


def with_credentials(
    client: Mapping[str, Any],
    credentials: Credentials,
    overlap: timedelta,
    entry: Entry,
    now: datetime,
) -> Document:
    """`credentials` replace all there were; those are good for `overlap` yet.

    A key that is named again goes on as it is. `Invalid` where a kid would mean two keys.
    """
    _check_not_ended(client)
    named = {key["kid"]: key for key in credentials.keys}
    kept = [_replaced(key, named, now + overlap) for key in live(client["keys"], now)]
    kept = live(kept, now)
    _check_kids(kept, named)
    known = _kids(kept)
    fresh = [_begun(key, now) for kid, key in named.items() if kid not in known]
    ending = live([_until(s, now + overlap) for s in live(client["secrets"], now)], now)
    keys, secrets = [*kept, *fresh], [*ending, *_secrets(credentials, now)]
    if max(len(keys), len(secrets)) > MOST_CREDENTIALS:
        told = Text("同时有效的凭据过多", "Too many credentials would be good at once")
        raise Invalid(errors=[FieldError("/overlap_hours", told, "too-many")])
    after = {**client, "keys": keys, "secrets": secrets}
    details = {"kids": _kids(keys), "secret": credentials.secret is not None}
    return appended(after, entry, now, **details, old_until=now + overlap)


def moved(client: Mapping[str, Any], action: str, by: str, reason: str, now: datetime) -> Document:
    """Suspend, reinstate or end."""
    sources, target, action_done = MOVES[action]
    if client["status"] not in sources:
        raise _illegal(client)
    bare: Document = {"keys": [], "secrets": []} if target == "ended" else {}
    after = {**client, **bare, "status": target}
    return appended(after, Entry(action_done, by, reason), now)


def live(credentials: Iterable[Mapping[str, Any]], now: datetime) -> list[Document]:
    """Those keys or secrets that are good at `now`."""
    return [dict(c) for c in credentials if c["until"] is None or now < c["until"]]


def key_of(client: Mapping[str, Any] | None, kid: str, now: datetime) -> Document | None:
    """The client's key `kid` that is good at `now`."""
    keys = live(client["keys"], now) if client else []
    return next((key for key in keys if key["kid"] == kid), None)


def granted(client: Mapping[str, Any], asked: str | None) -> list[str]:
    """The scopes of a token: those in `asked` (RFC 6749, 3.3), or all that the client has.

    `Invalid` (type "invalid-scope") where one is asked for that it has not.
    """
    wanted = set(asked.split()) if asked and asked.strip() else set(client["scopes"])
    if beyond := sorted(wanted - set(client["scopes"])):
        told = Text(f"未授予该范围：{beyond}", f"Scopes this client has not: {beyond}")
        raise Invalid(type="invalid-scope", errors=[FieldError("/scope", told, "scope")])
    return sorted(wanted)


def check_administrator(caller: Caller, department: str, division: str) -> None:
    """Raise unless `caller` looks after systems of `department` in `division`."""
    if not administers(caller, department, division):
        raise Forbidden(
            Text("超出本人管理的部门或区划", "Outside the department or division you administer")
        )


def _described(details: Details) -> Document:
    scopes = sorted(set(details.scopes))
    areas = list(ancestors(details.division))
    return {**details._asdict(), "scopes": scopes, "areas": areas}


def _begun(key: Jwk, now: datetime) -> Document:
    return {**key, "since": now, "until": None}


def _secrets(credentials: Credentials, now: datetime) -> list[Document]:
    hashed = credentials.secret
    return [{"hash": hashed, "since": now, "until": None}] if hashed else []


def _kids(keys: Iterable[Mapping[str, Any]]) -> list[str]:
    return [key["kid"] for key in keys]


def _replaced(key: Document, named: Mapping[str, Jwk], end: datetime) -> Document:
    again = named.get(key["kid"])
    if again is not None and thumbprint(again) == thumbprint(key):
        return {**key, "until": None}
    return _until(key, end)


def _until(credential: Document, end: datetime) -> Document:
    until = credential["until"]
    return {**credential, "until": end if until is None else min(until, end)}


def _check_kids(kept: Iterable[Mapping[str, Any]], named: Mapping[str, Jwk]) -> None:
    for key in kept:
        new = named.get(key["kid"])
        if new is not None and thumbprint(new) != thumbprint(key):
            told = Text("该 kid 仍属另一有效密钥", "This kid is that of another key yet good")
            raise Invalid(errors=[FieldError("/keys/keys", told, "kid-taken")])


def _check_not_ended(client: Mapping[str, Any]) -> None:
    if client["status"] == "ended":
        raise _illegal(client)


def _illegal(client: Mapping[str, Any]) -> IllegalMove:
    legal = [name for name, (sources, _, _) in MOVES.items() if client["status"] in sources]
    return IllegalMove(
        Text("系统账户当前状态不允许该操作", "The client's state does not allow this"), legal=legal
    )
