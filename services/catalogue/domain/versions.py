"""Versions of an item and when each is in force (pure).

Guarantees: versions are only ever added, numbered in that order; which one is in force on a day
follows from the versions alone. The newest version that has begun decides: it is in force until
its own end, and what it ended does not come back. Days are ISO texts, both ends included.
Does not: judge contents (`lint`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import orjson

Version = Mapping[str, Any]
"""{number, digest, effective_from, effective_until?, recorded_at, source, content}.

A version without content (None) says that from its first day on nothing is in force.
"""


class Span(NamedTuple):
    """`version` is in force from `first` to `last` (None: open), both included."""

    first: str
    last: str | None
    version: Version

    def holds(self, day: str) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def earlier(one: str | None, other: str | None) -> str | None:
    """The earlier of two last days, where None is never."""
    return min(filter(None, (one, other)), default=None)


def spans(versions: Sequence[Version]) -> list[Span]:
    """When each version is in force, ascending, without overlap."""
    horizon: str | None = None
    found: list[Span] = []
    for version in sorted(versions, key=lambda v: v["number"], reverse=True):
        first = version["effective_from"]
        last = earlier(version["effective_until"], horizon)
        if version["content"] is not None and (last is None or first <= last):
            found.append(Span(first, last, version))
        horizon = earlier(horizon, day_before(first))
    return found[::-1]


def in_force(versions: Sequence[Version], day: str) -> Version | None:
    """The version in force on `day`, or None."""
    return next((s.version for s in spans(versions) if s.holds(day)), None)


def digest(content: Mapping[str, Any]) -> str:
    """What makes two contents the same: SHA-256 of the canonical JSON."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def known(versions: Iterable[Version], digest_: str) -> Version | None:
    """The version that says exactly this, if there is one."""
    return next((v for v in versions if v["digest"] == digest_), None)


def added(
    versions: Sequence[Version], content: Mapping[str, Any], *, source: str, recorded_at: Any
) -> list[Version]:
    """`versions` and one more that says `content`; unchanged where one says so already."""
    content_digest = digest(content)
    if known(versions, content_digest):
        return list(versions)
    version = {
        "number": len(versions) + 1,
        "digest": content_digest,
        "effective_from": content["effective_from"],
        "effective_until": content["effective_until"],
        "recorded_at": recorded_at,
        "source": source,
        "content": dict(content),
    }
    return [*versions, version]


def closed(
    versions: Sequence[Version], first: str, *, source: str, recorded_at: Any
) -> list[Version]:
    """`versions` with nothing in force from the day `first` on; unchanged where it is so."""
    if not any(s.last is None or s.last >= first for s in spans(versions)):
        return list(versions)
    end = {
        "number": len(versions) + 1,
        "digest": f"ended {first}",
        "effective_from": first,
        "effective_until": None,
        "recorded_at": recorded_at,
        "source": source,
        "content": None,
    }
    return [*versions, end]


def latest(versions: Sequence[Version]) -> Mapping[str, Any]:
    """The content that was said last."""
    contents = [v["content"] for v in versions if v["content"] is not None]
    content: Mapping[str, Any] = contents[-1]
    return content
