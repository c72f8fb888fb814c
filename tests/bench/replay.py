"""Replay: case events by the million, into supervision and feedback, from nothing.

``python -m tests.bench.replay --events 1000000 --services supervision --minutes 20``; on its own
platform.

Guarantees: CPU counts until the figures are whole, in the service, the database, the broker and
the teller; memory is the service's, with a tenth, a half and all of the events taken in; what comes
out is compared with live processing (`tests.bench.live`). Few events come as dense as many, so a
short run stands for a long one.
Does not: keep others off the machine; the load says whether they were there.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from kombu import Connection

from shared.amqp import Publisher
from shared.department.replay import replay
from shared.local import Platform
from shared.store import open_database
from tests.bench import live
from tests.bench.lives import Stream
from tests.bench.measures import Row
from tests.bench.measuring import cpu_seconds

GOAL = 1_000
"""Events a second on two cores."""
FLAT = 1.15
"""Memory at the end ÷ memory after a tenth."""
SHARES = (0.1, 0.5, 1.0)
SERVICES = ("supervision", "feedback")
LOOK, PATIENCE = 0.2, 120


class Measured(NamedTuple):
    """Seconds until all was taken in; CPU milliseconds an event, by process; MB by share."""

    events: int
    seconds: float
    cpu: dict[str, float]
    memory: dict[float, float]
    load: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


def replays(count: int, names: Sequence[str] = SERVICES, minutes: float = inf) -> list[Row]:
    """`count` events into each of the services, or what is told in so many minutes; rows."""
    with tempfile.TemporaryDirectory() as folder:
        services = ["identity", *names]
        with Platform(Path(folder), services=services, say=_say) as platform:
            return [row for name in names for row in _rows(platform, name, count, minutes)]


def _rows(platform: Platform, service: str, count: int, minutes: float) -> list[Row]:
    stream = Stream()
    found = _measured(platform, service, stream, count, minutes)
    what = f"replay into {service}"
    rate = f"{found.rate:.0f}/s ({found.events:,} events, {stream.cases:,} cases"
    rate += f"; load {found.load:.1f})"
    cpu = ", ".join(f"{name} {spent:.2f} ms" for name, spent in found.cpu.items())
    whole = sum(found.cpu.values())
    memory = ", ".join(f"{mb:.0f} MB at {share:.0%}" for share, mb in found.memory.items())
    growth = found.memory[SHARES[-1]] / found.memory[SHARES[0]]
    faults = live.faults(platform, service, stream)
    told = "; ".join(faults[:3])[:300] or "equal; the service's own recount agrees"
    return [
        Row(what, rate, f"≥ {GOAL}/s", found.rate >= GOAL),
        Row(f"{what}: CPU per event", f"{whole:.2f} ms: {cpu}", "< 2 ms", whole < 2),
        Row(f"{what}: memory", memory, f"≤ × {FLAT}", growth <= FLAT),
        Row(f"{what}: result", told, "as live", not faults),
    ]


def _measured(
    platform: Platform, service: str, stream: Stream, count: int, minutes: float
) -> Measured:
    queue, pids = f"{service}.cases", _pids(platform, service)
    postings = open_database(platform.mongo_uri, service)["postings"]
    memory = Memory(pids[service], count)
    with _waiting(platform, queue) as waiting, closing(Publisher(platform.amqp_uri, ())) as teller:
        before, began = {name: _cpu(pid) for name, pid in pids.items()}, time.monotonic()
        over = began + 60 * minutes
        told = memory.counting(stream.events(count, lambda: time.monotonic() > over))
        events = replay(told, queue, teller.publish, lambda: memory.look(waiting()))
        _until(lambda: memory.look(waiting()) == 0, events)
        seconds, load = time.monotonic() - began, os.getloadavg()[0]
        _until(lambda: postings.count_documents({}) == 0)
    cpu = {name: 1000 * (_cpu(pid) - before[name]) / events for name, pid in pids.items()}
    return Measured(events, seconds, cpu, memory.whole(), load)


def _pids(platform: Platform, service: str) -> dict[str, int]:
    parts = (service, "database", "broker")
    return {**{name: platform.pid(name) or 0 for name in parts}, "teller": os.getpid()}


@contextmanager
def _waiting(platform: Platform, queue: str) -> Iterator[Callable[[], int]]:
    """How many messages of the queue were not delivered yet."""
    with Connection(platform.amqp_uri) as connection:
        channel = connection.channel()
        yield lambda: int(channel.queue_declare(queue, passive=True).message_count)


class Memory:
    """The memory of a process when shares of the events were delivered to it."""

    def __init__(self, pid: int, count: int) -> None:
        self._pid, self._count, self._told = pid, count, 0
        self._found: dict[float, float] = {}
        self._next, self._began = count // 10, time.monotonic()

    def counting(self, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for event in events:
            self._told += 1
            yield event

    def _say(self, taken: int) -> None:
        if taken >= self._next:
            self._next += self._count // 10
            spent = time.monotonic() - self._began
            _say(f"{taken:,} taken in, {taken / spent:.0f}/s, {_rss(self._pid):.0f} MB")

    def look(self, waiting: int) -> int:
        """Note the memory where another share is through; `waiting` itself."""
        self._say(self._told - waiting)
        for share in SHARES[:-1]:
            if self._told - waiting >= share * self._count and share not in self._found:
                self._found[share] = _rss(self._pid)
        return waiting

    def whole(self) -> dict[float, float]:
        """When all is done."""
        return {share: self._found.get(share, _rss(self._pid)) for share in SHARES}


def _until(done: Callable[[], bool], most: float = 0) -> None:
    until = time.monotonic() + PATIENCE + most / 50
    while not done():
        if time.monotonic() > until:
            raise TimeoutError("the events are not taken in")
        time.sleep(LOOK)


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
    parser.add_argument("--events", type=int, default=1_000_000, help="into each service")
    parser.add_argument("--minutes", type=float, default=inf, help="into each service, at the most")
    parser.add_argument("--services", nargs="+", default=SERVICES, choices=SERVICES)
    arguments = parser.parse_args()
    rows = replays(arguments.events, arguments.services, arguments.minutes)
    for row in rows:
        print(f"{row.what}: {row.result} ({row.goal})")
    sys.exit(not all(row.met for row in rows))


if __name__ == "__main__":
    main()
