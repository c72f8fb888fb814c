"""``backup``: every service's database, at one moment, into a folder (`shared.ops.archive`).

Guarantees: all databases of one server are as they were at the same moment, while services go on;
dead letters are in it, and those events, too, that were published within PUBLISHED_KEPT_HOURS, or
since a queue was paused in which they may wait, so that what lay in the broker at that moment can
be published again (`shared.ops.republishing`). Where some of it may be forgotten already, the
command says what to do, and its exit code is 1.
Does not: make several servers one moment (each has its own, and the manifest says so), or keep what
waited for longer than that in a queue that is not paused; it names those that nobody takes from.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from shared.ops import archive
from shared.ops.letters import dead_letters
from shared.ops.pausing import PLATFORM, unkept
from shared.ops.queues import auxiliary, length, listening
from shared.ops.setting import Setting
from shared.ops.telling import Told
from shared.pausing import paused
from shared.store.snapshot import Snapshot, snapshot

COLUMNS = ("service", "moment", "collections", "documents", "bytes")


class Waiting(NamedTuple):
    """What lay in the broker. ready: messages by queue. idle: queues that nobody takes from, though
    none has paused them. late: paused queues, each with who has forgotten what may wait in it."""

    ready: Mapping[str, int]
    idle: Sequence[str]
    late: Mapping[str, Sequence[str]]

    def lines(self) -> list[str]:
        """For people."""
        idle = (f"{queue}: {self.ready[queue]} wait, and nobody takes them" for queue in self.idle)
        return [
            f"{sum(self.ready.values())} messages waited in the broker",
            *(_left_out(queue, services) for queue, services in self.late.items()),
            *(f"{told}; those older than PUBLISHED_KEPT_HOURS are not in it" for told in idle),
        ]


def backup(setting: Setting, folder: Path, clock: Callable[[], datetime]) -> Told:
    """Back up all databases, and the dead letters where there is a broker."""
    archive.prepare(folder)
    files: dict[str, Any] = {}
    late = unkept(setting, clock())
    waiting = Waiting({}, [], late)
    if setting.amqp:
        files[archive.LETTERS] = archive.write_lines(folder / archive.LETTERS, _letters(setting))
        waiting = _waiting(setting, late)
    moments: dict[str, datetime] = {}
    with ExitStack() as stack:
        snapshots = [stack.enter_context(snapshot(u, n)) for u, n in _servers(setting).items()]
        for one in snapshots:
            one.begin()
            moments |= dict.fromkeys(one.collections, clock())
        for one in snapshots:
            files |= dict(_copied(one, folder))
    told = {name: moment.isoformat() for name, moment in sorted(moments.items())}
    counts = {"ended": clock().isoformat(), "waiting": waiting.ready, "unkept": waiting.late}
    archive.seal(folder, {"moment": min(told.values()), "moments": told, **counts, "files": files})
    return _told(folder, told, files, waiting)


def _servers(setting: Setting) -> dict[str, list[str]]:
    """The services by the server they are at, as it is named."""
    found: dict[str, list[str]] = {}
    for service in setting.services:
        found.setdefault(setting.mongo_uri(service), []).append(service)
    return found


def _copied(one: Snapshot, folder: Path) -> Iterator[tuple[str, Any]]:
    for service, collections in one.collections.items():
        for collection in collections:
            name = f"{service}/{collection}.bson"
            yield name, archive.write(folder / name, one.read(service, collection))


def _letters(setting: Setting) -> Iterator[dict[str, Any]]:
    """Before the databases are read: what is replayed in between is in both, and not in neither."""
    for service in setting.services:
        with setting.broker(service) as connection:
            for letter in dead_letters(connection, [service]):
                body = base64.b64encode(letter.body).decode()
                attempt = max(letter.attempts - 1, 0)
                kept = {"queue": letter.queue, "attempt": attempt, "reason": letter.reason}
                yield {"service": service, **kept, "body": body}


def _waiting(setting: Setting, late: Mapping[str, Sequence[str]]) -> Waiting:
    found: dict[str, int] = {}
    idle: list[str] = []
    for service in setting.services:
        stopped, own = paused(setting.store(service, PLATFORM)), listening(setting, service)
        with setting.broker(service) as connection:
            for queue in (*own, *auxiliary(setting, service)):
                ready, consumers = length(connection, queue) or (0, 0)
                if ready:
                    found[queue] = ready
                if ready and not consumers and queue in own and queue not in stopped:
                    idle.append(queue)
    return Waiting(found, idle, late)


def _left_out(queue: str, services: Sequence[str]) -> str:
    """What to do where a paused queue is not covered."""
    return (
        f"NOT WHOLE: {queue} is paused for longer than {', '.join(services)} kept what they had"
        f" published: resume {queue}, wait until `queues` shows 0 for it, and back up again"
    )


def _told(
    folder: Path,
    moments: Mapping[str, str],
    files: Mapping[str, Mapping[str, Any]],
    waiting: Waiting,
) -> Told:
    rows = []
    for service, moment in moments.items():
        of_it = [said for name, said in files.items() if name.startswith(f"{service}/")]
        counts = {key: sum(said[key] for said in of_it) for key in ("documents", "bytes")}
        rows.append({"service": service, "moment": moment, "collections": len(of_it), **counts})
    moment = "one moment" if len(set(moments.values())) == 1 else "a moment for each server"
    letters = files.get(archive.LETTERS, {}).get("documents", 0)
    lines = [
        f"{folder}: {len(rows)} databases, {moment}; {letters} dead letters",
        *waiting.lines(),
    ]
    return Told(COLUMNS, rows, lines, int(bool(waiting.late)))
