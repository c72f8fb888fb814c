"""Families of rotating refresh tokens: one family is one session on one device.

A token is ``<family>.<secret>``; only the SHA-256 of the secret is kept. Each use replaces it; one
that comes back after it was replaced was stolen, or its thief used it first: either way the family
ends (RFC 9700, section 4.14.2).
Guarantees: at most one token of a family is ever good.
Does not: end access tokens that were given out before.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

Document = dict[str, Any]

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
MOST_ROTATIONS = 500
TOKEN = re.compile(r"([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})", re.ASCII)


class Presented(NamedTuple):
    """What a presented refresh token says: its family, and the digest of its secret."""

    family: str
    digest: str


class Verdict(Enum):
    """What became of a presented token."""

    ROTATED = "rotated"
    REUSED = "reused"
    REFUSED = "refused"


def digest(secret: str) -> str:
    """The form in which a secret (32 random bytes, base64url) is kept: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token(family: str, secret: str) -> str:
    """The refresh token as its holder keeps it."""
    return f"{family}.{secret}"


def presented(text: str) -> Presented | None:
    """`text` taken apart; None where it cannot be a refresh token."""
    parts = TOKEN.fullmatch(text)
    return Presented(parts[1], digest(parts[2])) if parts else None


def start(family: str, account: Mapping[str, Any], first: str, now: datetime) -> Document:
    """A new family for `account`; `first`: digest of its first secret.

    It holds for the account's present `epoch` only: a new password or a suspension ends them all.
    """
    return {
        "_id": family,
        "account": account["_id"],
        "epoch": account["epoch"],
        "current": first,
        "used": [],
        "started_at": now,
        "used_at": now,
        "ended_at": None,
        "reason": None,
        "day": (now + LONGEST).date().isoformat(),
    }


def is_live(session: Mapping[str, Any], now: datetime) -> bool:
    """Whether the family has not ended, by whatever cause, at `now`."""
    return (
        session["ended_at"] is None
        and now - session["used_at"] < IDLE
        and now - session["started_at"] < LONGEST
        and len(session["used"]) < MOST_ROTATIONS
    )


def rotate(
    session: Mapping[str, Any], shown: str, fresh: str, now: datetime
) -> tuple[Verdict, Document]:
    """Replace the token with digest `shown` by the one with digest `fresh`, or say why not."""
    if shown in session["used"] and session["ended_at"] is None:
        return Verdict.REUSED, end(session, "reused", now)
    if not hmac.compare_digest(shown, session["current"]) or not is_live(session, now):
        return Verdict.REFUSED, dict(session)
    return Verdict.ROTATED, {
        **session,
        "current": fresh,
        "used": [*session["used"], session["current"]],
        "used_at": now,
    }


def belongs(session: Mapping[str, Any], shown: str) -> bool:
    """Whether the token with digest `shown` is, or was, one of the family."""
    return shown == session["current"] or shown in session["used"]


def end(session: Mapping[str, Any], reason: str, now: datetime) -> Document:
    """The family ended; `reason`: "signed-out" or "reused". An ended one stays as it is."""
    if session["ended_at"] is not None:
        return dict(session)
    return {**session, "ended_at": now, "reason": reason}
