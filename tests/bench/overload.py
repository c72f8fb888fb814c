"""``python -m tests.bench.overload``: more submissions than can be taken.

Submissions through the gateway, with everything on, at a rate that doubles until no more of them
are taken: the peak. Then four times that rate for a while, over a thousand connections.

Goals: at four times the peak the goodput stays above 80 % of it, every other request is answered by
a 503 with Retry-After, none is lost, and the service's memory stays as it was.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import psutil

from tests.bench.connections import crowd
from tests.bench.measures import Row
from tests.bench.measuring import percentile
from tests.bench.platform import Bench, started
from tests.bench.workload import SUBMISSION

CONNECTIONS, FIRST_RATE, SECONDS = 1_000, 50, 8
TIMES, LEAST = 4, 0.8
MOST_GROWTH = 64 * 2**20
"""Bytes by which the service may grow under the flood."""
CREATED = "201"


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with started() as bench:
        for row in rows(bench):
            print(f"{row.what}: {row.result}{_verdict(row)}")


def _verdict(row: Row) -> str:
    return "" if row.met is None else f" (goal {row.goal}: {'met' if row.met else 'NOT MET'})"


def rows(bench: Bench) -> list[Row]:
    """The peak, and what is left of it under four times as much."""
    bench.platform.terminate("listener")
    peak = _peak(bench)
    before = _memory(bench)
    found = _flood(bench, TIMES * peak)
    good, grown = _goodput(found), _memory(bench) - before
    bench.platform.start_part("listener")
    refused = {status: n for status, n in found["statuses"].items() if status != CREATED}
    honest = set(refused) <= {"503"} and not found["without_retry_after"] and not found["lost"]
    told = (
        f"{good:.0f}/s taken, {good / peak:.0%} of the peak; refused {refused}, "
        f"lost {found['lost']}; memory of the service {grown / 2**20:+.0f} MiB; "
        f"p99 {percentile(found['seconds'], 99) / 1000:.1f} s"
    )
    met = good >= LEAST * peak and honest and grown < MOST_GROWTH
    what = f"submissions at {TIMES} times the peak, {CONNECTIONS} connections, {SECONDS} s"
    return [
        Row("submissions taken through the gateway at the most", f"{peak:.0f}/s", "", None),
        Row(what, told, "goodput ≥ 80 % of the peak, others 503, none lost", met),
    ]


def _peak(bench: Bench) -> float:
    """How many are taken in a second at the most."""
    rate, best = FIRST_RATE, 0.0
    while (good := _goodput(_flood(bench, rate))) > best * 1.05:
        best, rate = good, rate * 2
    return max(best, good)


def _flood(bench: Bench, rate: float) -> dict[str, Any]:
    plan = {
        "port": int(bench.platform.url.rpartition(":")[2]),
        "connections": CONNECTIONS,
        "count": int(rate * SECONDS),
        "rate": rate,
        "method": "POST",
        "paths": ["/office/cases"],
        "headers": bench.headers(),
        "id_header": "Idempotency-Key",
        "body": json.dumps(SUBMISSION),
    }
    return crowd(plan)


def _goodput(found: dict[str, Any]) -> float:
    return float(found["statuses"].get(CREATED, 0) / found["took"])


def _memory(bench: Bench) -> int:
    return int(psutil.Process(bench.pid("office")).memory_info().rss)


if __name__ == "__main__":
    main()
