"""``projections`` and ``rebuild``: what services keep that follows from something else.

Guarantees: rebuilding may be broken off and run again, beside the running service; it ends with a
comparison where there is one, looked at twice, for something may be on its way.
Does not: pause anything; where the service is too busy for it, it says what to pause.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from shared.department import replay
from shared.local.failure import Failure
from shared.ops.queues import length
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.projection import Progress, Projection
from shared.store import Database

COLUMNS = ("projection", "made of", "can be compared")
MOST = 1_000
"""Differences that are told."""
PAUSE = 5.0


def show(setting: Setting) -> Told:
    """All projections there are."""
    rows = [
        {
            "projection": f"{service}.{one.name}",
            "made of": one.made_of,
            "can be compared": "yes" if one.differences else "no",
        }
        for service in setting.services
        for one in _projections(setting, service)
    ]
    return Told(COLUMNS, rows, [f"{len(rows)} projections"])


def rebuild(setting: Setting, name: str, now: datetime, *, check: bool) -> Told:
    """Make it again, or with `check` only compare; exit code 1 where it is not equal (yet)."""
    service, projection = _chosen(setting, name)
    store = setting.store(service)
    if check:
        return _compared(store, projection, now, [])
    if projection.queue:
        count = _told_again(setting, service, projection.queue)
        return Told(lines=[f"{count} events told again to {projection.queue}"])
    last = None
    for last in projection.rebuild(store, now) if projection.rebuild else ():
        print(_line(last), file=sys.stderr, flush=True)
    lines = [_line(last)] if last else []
    if last and last.left:
        told = f"{last.left} are too busy; pause {' and '.join(projection.feeds)}, and run it again"
        return Told(lines=[*lines, told], exit_code=1)
    return _compared(store, projection, now, lines)


def _compared(store: Database, projection: Projection, now: datetime, lines: list[str]) -> Told:
    if projection.differences is None:
        return Told(lines=lines)
    found = set(islice(projection.differences(store, now), MOST))
    if found:
        time.sleep(PAUSE)
        found &= set(islice(projection.differences(store, now), MOST))
    verdict = sorted(found) or ["equal to what it is made of"]
    return Told(lines=[*lines, *verdict], exit_code=1 if found else 0)


def _told_again(setting: Setting, service: str, queue: str) -> int:
    """The events of every department's cases, told to `queue`; how many."""
    total = 0
    with setting.broker(service) as connection, setting.publisher(service) as publisher:

        def waiting() -> int:
            found = length(connection, queue)
            if found is None:
                raise Failure(f"There is no queue {queue}; the service makes it when it starts")
            return found[0]

        for department in _departments(setting):
            events = _cases_of(setting, department)
            count = replay.replay(events, queue, publisher.publish, waiting)
            print(f"{department}: {count} events told again", file=sys.stderr, flush=True)
            total += count
    return total


def _departments(setting: Setting) -> list[str]:
    """Who has cases of which it tells."""
    return [s for s in setting.services if _publishes_cases(setting, s)]


def _publishes_cases(setting: Setting, service: str) -> bool:
    declared = getattr(setting.beside(service, "events"), "PUBLISHES", {})
    return f"{service}.case.submitted.v1" in declared


def _cases_of(setting: Setting, department: str) -> Iterator[dict[str, Any]]:
    return replay.told_again(setting.store(department), department)


def _projections(setting: Setting, service: str) -> tuple[Projection, ...]:
    return tuple(getattr(setting.beside(service, "projections"), "PROJECTIONS", ()))


def _chosen(setting: Setting, name: str) -> tuple[str, Projection]:
    found = {
        f"{service}.{one.name}": (service, one)
        for service in setting.services
        for one in _projections(setting, service)
    }
    if name not in found:
        raise Failure(f"{name}: no projection; there are {', '.join(found) or 'none'}", AWAY)
    return found[name]


def _line(progress: Progress) -> str:
    return f"{progress.step}: {progress.done}, changed {progress.changed}"
