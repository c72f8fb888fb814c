"""``outbox``: events that are stored and not yet published, by service.

Guarantees: counts what lies in the documents. Does not: publish; the running service does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.ops.setting import Setting
from shared.ops.telling import Told, age
from shared.store.outboxes import waiting

COLUMNS = ("service", "documents", "events", "oldest", "age")


def show(setting: Setting, now: datetime) -> Told:
    """A line for each service."""
    rows = [_row(setting, service, now) for service in setting.services]
    total = sum(row["events"] for row in rows)
    return Told(COLUMNS, rows, [f"{total} events wait to be published"])


def _row(setting: Setting, service: str, now: datetime) -> dict[str, Any]:
    found = list(waiting(setting.database(service)))
    oldest = min((_told(events) for events in found), default=None)
    return {
        "service": service,
        "documents": len(found),
        "events": sum(len(events) for events in found),
        "oldest": oldest.isoformat(timespec="seconds") if oldest else None,
        "age": age(now - oldest) if oldest else None,
    }


def _told(events: Iterable[Any]) -> datetime:
    return min(datetime.fromisoformat(event["time"]) for event in events)
