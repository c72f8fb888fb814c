"""What an access token says: standard claims (RFC 7519, RFC 9068) and who may act for whom.

Guarantees: nothing personal but the name; short-lived, so that nobody needs to ask whether it still
holds. Does not: sign (see `signing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

LIFETIME = timedelta(minutes=10)
MOST_LEGAL_PERSONS = 50
"""Legal persons named in one token, so that it fits in a request header (about 4 KB)."""


class ActsFor(NamedTuple):
    """A legal person (unified social credit code), and in which scopes one acts for it."""

    code: str
    scopes: Sequence[str]


class Issue(NamedTuple):
    """What an issuer gives to a token: who it is, for whom, the token's id, and when."""

    issuer: str
    audience: str
    token_id: str
    now: datetime


def claims(account: Mapping[str, Any], acts_for: Iterable[ActsFor], issue: Issue) -> dict[str, Any]:
    """The claims of an access token for `account`.

    An official whose password was given by somebody else has no powers until it is changed.
    """
    official = account["kind"] == "official"
    powers = account["powers"] if official and not account["provisional"] else []
    return {
        **_registered(account["_id"], issue),
        "name": account["name"],
        "kind": account["kind"],
        "department": account["department"],
        "division": account["division"],
        "powers": sorted(powers),
        "legal_persons": [{"code": p.code, "scopes": list(p.scopes)} for p in acts_for],
    }


def client_claims(client: Mapping[str, Any], scopes: Iterable[str], issue: Issue) -> dict[str, Any]:
    """The claims of an access token for a system; `scope` as RFC 9068, section 2.2.3, writes it."""
    return {
        **_registered(client["client_id"], issue),
        "client_id": client["client_id"],
        "name": client["name"],
        "kind": "service",
        "department": client["department"],
        "division": client["division"],
        "scope": " ".join(scopes),
    }


def chosen(all_of_them: Iterable[ActsFor], codes: Sequence[str] | None) -> list[ActsFor]:
    """The legal persons that go in a token: those named in `codes`, or the first ones by code."""
    ordered = sorted(all_of_them)
    kept = ordered if codes is None else [p for p in ordered if p.code in codes]
    return kept[:MOST_LEGAL_PERSONS]


def _registered(subject: str, issue: Issue) -> dict[str, Any]:
    return {
        "iss": issue.issuer,
        "sub": subject,
        "aud": issue.audience,
        "iat": int(issue.now.timestamp()),
        "exp": int((issue.now + LIFETIME).timestamp()),
        "jti": issue.token_id,
    }
