"""Measuring one load: rate, latency, and CPU time in the service's and the database's processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import psutil

SETTLE = 1.5
"""Seconds after a load in which work put off (relay, marks) still counts as the load's."""


@dataclass(frozen=True)
class Measured:
    """Per request: milliseconds of CPU in the service and in the database; percentiles in ms."""

    rate: float
    p50: float
    p95: float
    cpu: float
    database_cpu: float


def measure(plan: dict[str, Any], service: int, database: int) -> Measured:
    """Send `plan`; `service` and `database` are process ids. Any refused request is an error."""
    before = cpu_seconds(service), cpu_seconds(database)
    reply = send(plan)
    time.sleep(SETTLE)
    count = len(reply["seconds"])
    if reply["bads"]:
        raise RuntimeError(f"{reply['bads']} of {count} refused, such as {reply['bad'][0]}")
    return Measured(
        rate=count / reply["took"],
        p50=percentile(reply["seconds"], 50),
        p95=percentile(reply["seconds"], 95),
        cpu=(cpu_seconds(service) - before[0]) / count * 1000,
        database_cpu=(cpu_seconds(database) - before[1]) / count * 1000,
    )


def send(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the load in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
        timeout=400,
    )
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply


def percentile(ordered: list[float], percent: int) -> float:
    """Of seconds in ascending order, in milliseconds."""
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000


def cpu_seconds(pid: int) -> float:
    """CPU time of the process and of the children it has now."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    times = [member.cpu_times() for member in family]
    return float(sum(t.user + t.system for t in times))


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
