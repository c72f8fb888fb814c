"""Replay: case events by the million, into supervision and feedback, from nothing.

``python -m tests.bench.replay --events 1000000``; on its own platform of three services.

Guarantees: what comes out is compared with the lives that went in: every figure, and a sample of
records; and then each service's own recount must agree.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from kombu import Connection

from services.supervision.domain import record
from services.supervision.domain.figures import VOLUMES
from services.supervision.service import COLLECTIONS
from services.supervision.tests.lives import Life, heard
from shared.amqp import Publisher
from shared.department.replay import replay
from shared.division import divisions
from shared.events import derived_id
from shared.local import Platform
from shared.store import Database, open_database
from tests.bench.measures import Row
from tests.bench.measuring import cpu_seconds

GOAL = 1_000
"""Events a second."""
FLAT = 1.15
"""Memory at the end ÷ memory after a tenth."""
SAMPLE = 500
BEGIN = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
WEEKS = 52
A_YEAR = 1_000_000
"""Events of a year: however many are told, they come as dense as these."""
SERVICES = ("supervision", "feedback")
DEPARTMENTS = (
    ("education", "education", ("school-enrolment", "teacher-certificate")),
    ("health", "health", ("practitioner-registration", "food-worker-certificate")),
)
SCRIPTS: tuple[tuple[int, tuple[Any, ...]], ...] = (
    (30, ("submit", 1, "accept", 1, "start", 3, "approve", 1, "deliver")),
    (20, ("submit", 2, "accept", "start", 6, "approve", "deliver")),
    (20, ("submit", "accept", "start", "approve", "deliver")),
    (8, ("submit", 1, "return", 2, "resubmit", 1, "accept", 1, "start", 4, "approve", "deliver")),
    (4, ("submit", 1, "accept", 1, "start", 2, "suspend", 20, "resume", 3, "refuse", "deliver")),
    (6, ("submit", 1, "accept", 1, "start", 12, "approve", "deliver")),
    (5, ("submit", 1, "decline")),
    (5, ("submit", 1, "accept", "withdraw")),
    (2, ("submit", 1, "accept", 2, "start", 40, "approve", "deliver")),
)
"""Of a hundred cases so many: six are decided when the lamp is yellow, two when it is red."""


class Stream:
    """Lives of cases in all divisions, day by day, as departments keep them: told as events, and
    what they add up to."""

    def __init__(self, seed: int = 20261123) -> None:
        self._chance = random.Random(seed)
        self._weights = [weight for weight, _ in SCRIPTS]
        self._scripts = {
            (script, week, day): _script(script, week, day)
            for script in range(len(SCRIPTS))
            for week in range(WEEKS)
            for day in range(5)
        }
        self._places = [d.code for d in divisions()]
        self.volumes: Counter[str] = Counter()
        self.sample: list[list[dict[str, Any]]] = []
        self.cases = 0

    def events(self, least: int) -> Iterator[dict[str, Any]]:
        """At least so many events, the events of a case together."""
        told = 0
        while told < least:
            case = self._case(self.cases, WEEKS * 5 * told // A_YEAR % (WEEKS * 5))
            self.cases += 1
            if self._chance.random() < SAMPLE * 5 / least:
                self.sample.append(case)
            self.volumes.update(one["type"].split(".")[2] for one in case)
            told += len(case)
            yield from case

    def _case(self, number: int, day: int) -> list[dict[str, Any]]:
        chance = self._chance
        service, department, items = chance.choice(DEPARTMENTS)
        place, id_ = chance.choice(self._places), derived_id("replayed", number)
        [script] = chance.choices(range(len(SCRIPTS)), self._weights)
        key = (script, day // 5, day % 5)
        whose = {
            "number": f"{place}-{number:08}",
            "department": department,
            "division": place,
            "item": chance.choice(items),
        }
        return [_told(service, id_, whose, envelope) for envelope in self._scripts[key]]


def _script(script: int, week: int, day: int) -> list[dict[str, Any]]:
    begin = BEGIN + timedelta(weeks=week, days=day)
    return Life(f"{script}-{week}-{day}", begin).play(*SCRIPTS[script][1]).envelopes


def _told(service: str, id_: str, whose: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    type_ = f"{service}.{one['type'].partition('.')[2]}"
    return {
        **one,
        "id": derived_id(type_, id_, one["sequence"]),
        "type": type_,
        "source": f"/{service}",
        "subject": id_,
        "data": {**one["data"], **whose},
    }


def replays(count: int) -> list[Row]:
    """`count` events into each of the two services, one after the other; rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        services = ["identity", *SERVICES]
        with Platform(Path(folder), services=services, say=_say) as platform:
            return [row for name in SERVICES for row in _measured(platform, name, count)]


def _measured(platform: Platform, service: str, count: int) -> list[Row]:
    stream, queue = Stream(), f"{service}.cases"
    parts = (service, "database", "broker")
    pids = [*(platform.pid(name) or 0 for name in parts), os.getpid()]
    memory: list[float] = []
    with Connection(platform.amqp_uri) as connection:
        channel = connection.channel()

        def waiting() -> int:
            return int(channel.queue_declare(queue, passive=True).message_count)

        before, began = [_cpu(pid) for pid in pids], time.monotonic()
        published = _publish(platform, stream, queue, count, _noting(memory, pids[0], waiting))
        while waiting():
            time.sleep(0.2)
        seconds = time.monotonic() - began
        cpu = [1000 * (_cpu(p) - b) / published for p, b in zip(pids, before, strict=True)]
    time.sleep(3)
    tenth = memory[len(memory) // 10] if memory else _rss(pids[0])
    rate, growth = published / seconds, _rss(pids[0]) / tenth
    told = f"{rate:.0f}/s ({published:,} events, {stream.cases:,} cases), CPU per event: "
    told += "service {:.2f} ms, database {:.2f} ms, broker {:.2f} ms, teller {:.2f} ms".format(*cpu)
    flat = f"{tenth:.0f} MB after a tenth, {_rss(pids[0]):.0f} MB at the end"
    return [
        Row(f"replay into {service}", told, f"≥ {GOAL}/s", rate >= GOAL),
        Row(f"replay into {service}: memory", flat, f"≤ × {FLAT}", growth <= FLAT),
        _identical(platform, service, stream),
    ]


def _publish(
    platform: Platform, stream: Stream, queue: str, count: int, waiting: Callable[[], int]
) -> int:
    with closing(Publisher(platform.amqp_uri, ())) as publisher:
        return replay(stream.events(count), queue, publisher.publish, waiting)


def _noting(memory: list[float], pid: int, waiting: Callable[[], int]) -> Callable[[], int]:
    """`waiting`, noting the service's memory whenever it is asked."""

    def noted() -> int:
        memory.append(_rss(pid))
        return waiting()

    return noted


def _identical(platform: Platform, service: str, stream: Stream) -> Row:
    """Whether what came out is what the lives say, and what the service's own recount finds."""
    env = {**os.environ, **platform.environment(service)}
    command = [sys.executable, "-W", "ignore", "-m", f"services.{service}.recompute"]
    recount = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    faults = recount.stdout.splitlines() if recount.returncode else []
    if service == "supervision":
        faults += _supervision_faults(platform, stream)
    told = "; ".join(faults[:3])[:200] or "equal; the service's own recount agrees"
    return Row(f"replay into {service}: result", told, "as live", not faults)


def _supervision_faults(platform: Platform, stream: Stream) -> list[str]:
    """Volumes of all figures against the stream's, and sampled records against their lives."""
    database = open_database(platform.mongo_uri, "supervision")
    store = Database(database, COLLECTIONS, lambda outgoing: None)
    volumes: Counter[str] = Counter()
    for figure in store["figures"].each({}):
        volumes.update({n: c for n, c in figure["counts"].items() if n in (*VOLUMES, "started")})
    names = volumes.keys() & stream.volumes.keys()
    faults = [n for n in names if volumes[n] != stream.volumes[n]]
    now = datetime.now(UTC)
    for case in stream.sample:
        live = record.heard(None, [heard(envelope) for envelope in case], now)
        kept = store["cases"].require(live["_id"])
        faults += [
            f"{live['_id']}: {name}"
            for name in live.keys() - {"next_change", "_id"}
            if kept.get(name) != live[name]
        ]
    return faults


def _cpu(pid: int) -> float:
    """Of a part with its children; of this process alone, whose children the parts are."""
    if pid != os.getpid():
        return cpu_seconds(pid)
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _rss(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss / 1e6)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    rows = replays(parser.parse_args().events)
    for row in rows:
        print(f"{row.what}: {row.result} ({row.goal})")
    sys.exit(not all(row.met for row in rows))


if __name__ == "__main__":
    main()
