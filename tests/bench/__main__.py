"""``make bench``: measures the platform and writes docs/performance.md.

Everything runs on this machine, over loopback, and ends by itself: about half an hour with 100,000
records and events, two hours with 1,000,000 (loading and replaying take the time). Single measures
are commands of their own: `python -m tests.bench.allocation`, `.connections`, `.evidence`,
`.exchange`, `.replay`, `.stream`.
"""

from __future__ import annotations

import argparse
import os
import platform as machine
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tests.bench import (
    allocation,
    booking,
    connections,
    evidence,
    exchange,
    measures,
    overload,
    replay,
)
from tests.bench.measures import Row
from tests.bench.platform import started

REPORT = Path("docs/performance.md")
BOOKINGS = 600
MARKS = ("<!-- measured: begin -->", "<!-- measured: end -->")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=1_000_000, help="replayed into each")
    parser.add_argument("--count", type=int, default=2_000, help="submissions in each round")
    arguments = parser.parse_args()
    with started() as bench:
        rows = measures.at_rest(bench)
        rows += _measured("submissions", lambda: measures.submissions(bench, arguments.count))
        rows += _measured("reads", lambda: measures.reads(bench, arguments.count))
        rows += _measured("latency", lambda: measures.latency(bench, 20))
        rows += _measured("bookings", lambda: booking.bookings(bench, BOOKINGS))
        rows += _measured("overload", lambda: overload.rows(bench))
        rows += _measured("growth", lambda: measures.growing(bench, arguments.records))
    rows += _measured("the school draw", allocation.rows)
    rows += _measured("the exchange", exchange.rows)
    rows += _measured("many connections", lambda: connections.rows(connections.Load()))
    rows += _measured("evidence", evidence.rows)
    rows += _measured("replay", lambda: replay.replays(arguments.events))
    write(report(rows, arguments))


def _measured(title: str, measure: Callable[[], list[Row]]) -> list[Row]:
    print(f"measuring {title} ...", file=sys.stderr, flush=True)
    found = measure()
    print(table(found), flush=True)
    return found


def table(rows: Iterable[Row]) -> str:
    """The rows as Markdown."""
    lines = [f"| {r.what} | {r.result} | {r.goal} | {_verdict(r.met)} |" for r in rows]
    return "\n".join(["| measure | result | goal | met |", "| --- | --- | --- | --- |", *lines])


def report(rows: Iterable[Row], arguments: argparse.Namespace) -> str:
    """The table, with when, where and how it was made."""
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    python = f"{machine.system()}, Python {machine.python_version()}"
    where = f"{os.cpu_count()} cores, {memory:.0f} GiB, {python}"
    how = f"`python -m tests.bench --records {arguments.records} --events {arguments.events} "
    how += f"--count {arguments.count}`"
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    made = f"Measured on {day} with {how} on {where}; load at the end {load:.1f}."
    return f"{made}\n\n{table(rows)}"


def write(text: str) -> None:
    """Put `text` between the marks of the report."""
    page = REPORT.read_text(encoding="utf-8")
    before, _, rest = page.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    REPORT.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


def _verdict(met: bool | None) -> str:
    return "" if met is None else "yes" if met else "**no**"


if __name__ == "__main__":
    main()
