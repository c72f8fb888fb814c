"""Counting failed attempts under a name, and making it wait (`domain.lockout`)."""

from __future__ import annotations

from datetime import datetime

from services.identity.domain import lockout
from shared.errors import TooManyRequests
from shared.races import until_fresh
from shared.store import Database
from shared.text import Text


def check(store: Database, name: str, now: datetime) -> bool:
    """Whether `name` has failures to its record; `TooManyRequests` while it has to wait."""
    record = store["lockouts"].get(name)
    if seconds := lockout.seconds_left(record, now):
        raise TooManyRequests(
            Text("尝试次数过多，请稍后再试", "Too many attempts; try again later"),
            retry_after=seconds,
        )
    return record is not None


def count(store: Database, name: str, now: datetime) -> None:
    """One more failure of `name`."""
    until_fresh(lambda: _counted(store, name, now))


def forgive(store: Database, name: str) -> None:
    """The record of `name` is gone."""
    store["lockouts"].remove(name)


def _counted(store: Database, name: str, now: datetime) -> None:
    record = store["lockouts"].get(name)
    failed = lockout.failed(record, name, now)
    if record is None:
        store["lockouts"].add(failed)
    else:
        store["lockouts"].save(record, failed)
