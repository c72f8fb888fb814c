"""Whether a replay gives what live processing gives.

Guarantees: compares with the stream's own lives: the moves of all figures, and of a sample of
cases each record, as it becomes when every event is handled alone in the order it happened; then
the service's own recount of every case and figure (`python -m services.<service>.recompute`) must
agree. Does not: compare what belongs to the moment of writing (versions, postings, `next_change`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.feedback.events import CaseMoved
from services.feedback.service import COLLECTIONS as FEEDBACK
from services.feedback.usecases import closings, publishing
from services.supervision.schemas import CaseHeard
from services.supervision.service import COLLECTIONS as SUPERVISION
from services.supervision.usecases import cases
from shared.case import PARTICIPLES
from shared.documents import Document, Storage
from shared.events import Event, received
from shared.figures import rows_of
from shared.local import Platform
from shared.reading import reader
from shared.store import COMMANDING, Database, open_database
from shared.testing import FakeStore
from shared.timekeeping import system_time
from tests.bench.lives import Stream

OF_THE_MOMENT = {"version", "postings", "next_change"}
COLLECTIONS = {"supervision": SUPERVISION, "feedback": FEEDBACK}


def faults(platform: Platform, service: str, stream: Stream) -> list[str]:
    """What differs; nothing: the replay is as live processing."""
    database = open_database(platform.mongo_uri, service, COMMANDING)
    store = Database(database, COLLECTIONS[service], lambda outgoing: None)
    return [*_recount(platform, service), *COMPARED[service](store, stream)]


def _recount(platform: Platform, service: str) -> list[str]:
    env = {**os.environ, **platform.environment(service)}
    command = [sys.executable, "-W", "ignore", "-m", f"services.{service}.recompute"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def _supervision(store: Storage, stream: Stream) -> Iterator[str]:
    volumes: Counter[str] = Counter()
    for _, counts in rows_of(store["figures"].each({})):
        volumes.update({n: counts.get(n, 0) for n in PARTICIPLES})
    yield from _unlike("volume", stream.volumes, +volumes)
    read = reader(CaseHeard(unknown="exclude"))
    yield from _records(store, stream, read, cases.hear)


def _feedback(store: Storage, stream: Stream) -> Iterator[str]:
    closed = publishing.total(store)["closed"]
    yield from _unlike("volume", {"closed": stream.volumes["closed"]}, {"closed": closed})
    read = reader(CaseMoved(unknown="exclude"))
    yield from _records(store, stream, read, closings.hear)


COMPARED: Mapping[str, Callable[[Storage, Stream], Iterator[str]]] = {
    "supervision": _supervision,
    "feedback": _feedback,
}


def _records(
    store: Storage, stream: Stream, read: Callable[[Any], Any], hear: Callable[..., None]
) -> Iterator[str]:
    for told in stream.sample:
        live = FakeStore()
        for number, envelope in enumerate(told):
            event: Event = received(envelope, read(envelope["data"]))
            hear(live, [event], system_time(), lambda number=number: f"posting-{number}")
        id_ = told[0]["subject"]
        yield from _unlike(id_, _lasting(live["cases"].get(id_)), _lasting(store["cases"].get(id_)))


def _lasting(case: Document | None) -> dict[str, Any]:
    return {name: value for name, value in (case or {}).items() if name not in OF_THE_MOMENT}


def _unlike(what: str, live: Mapping[str, Any], kept: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(live.keys() | kept.keys()):
        if live.get(name) != kept.get(name):
            yield f"{what}: {name} is {kept.get(name)}, live {live.get(name)}"
