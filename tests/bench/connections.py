"""``python -m tests.bench.connections``: the exchange under many open connections.

Starts identity, the exchange and its simulator, and household, for whose resources the exchange's
reference data waits. A system asks for people's qualifications by
X-Road's protocol, through the gateway, of an existing system over HTTP, all checks and evidence
on: at a steady rate over many open connections, then once on each of them, all at the same moment.

Goals: at 150 requests a second and 1,000 connections, p99 below one second and none lost; of 1,000
at once all are answered, those that come too late by a 503 with Retry-After.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from services.exchange.simulator.nodes import LOCAL
from services.exchange.simulator.people import people
from shared.local import Platform
from tests.bench.measures import Row
from tests.bench.measuring import cpu_seconds, percentile
from tests.exchange.setting import Setting, set_up

SERVICES = ("identity", "exchange", "household")
GOAL_MS = 1_000
WATCHED = ("exchange", "database", "exchange-simulator", "gateway")


@dataclass(frozen=True)
class Load:
    """connections: that are open. rate: requests a second, for so many seconds."""

    connections: int = 1_000
    rate: int = 150
    seconds: int = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=Load.connections)
    parser.add_argument("--rate", type=int, default=Load.rate)
    parser.add_argument("--seconds", type=int, default=Load.seconds)
    arguments = parser.parse_args()
    for row in rows(Load(**vars(arguments))):
        print(f"{row.what}: {row.result} (goal {row.goal}: {'met' if row.met else 'NOT MET'})")


def rows(load: Load) -> list[Row]:
    """Both measures, on a platform of their own."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder), services=SERVICES, say=_say)
        with platform:
            platform.seed()
            setting = set_up(platform)
            crowd(_plan(platform, setting, load.connections, load.rate, load.rate * 3))
            return [steady(platform, setting, load), burst(platform, setting, load)]


def steady(platform: Platform, setting: Setting, load: Load) -> Row:
    """Requests at an even rate, over all connections in turn."""
    count = load.rate * load.seconds
    before = _cpu(platform)
    found = crowd(_plan(platform, setting, load.connections, load.rate, count))
    spent = {name: 1000 * (cpu - before[name]) / count for name, cpu in _cpu(platform).items()}
    p50, p99 = (percentile(found["seconds"], percent) for percent in (50, 99))
    cpu = ", ".join(f"{name} {ms:.2f}" for name, ms in spent.items())
    told = f"{_statuses(found)}, p50 {p50:.0f} ms, p99 {p99:.0f} ms; CPU in ms a request: {cpu}"
    answered = found["lost"] == 0 and set(found["statuses"]) == {"200"}
    what = f"{load.connections} connections, {load.rate} requests a second, {load.seconds} s"
    return Row(what, told, f"p99 < {GOAL_MS} ms, none lost", answered and p99 < GOAL_MS)


def burst(platform: Platform, setting: Setting, load: Load) -> Row:
    """One request on each connection at the same moment."""
    found = crowd(_plan(platform, setting, load.connections, None, load.connections))
    last = found["seconds"][-1] if found["seconds"] else 0.0
    told = f"{_statuses(found)}, the last after {last:.1f} s"
    known = set(found["statuses"]) <= {"200", "503"}
    met = known and found["lost"] == 0 and found["without_retry_after"] == 0
    what = f"{load.connections} requests at the same moment"
    return Row(what, told, "all answered, late ones by 503 with Retry-After", met)


def crowd(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the load in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.crowd"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _plan(
    platform: Platform, setting: Setting, connections: int, rate: int | None, count: int
) -> dict[str, Any]:
    base = f"/exchange/r1/HUNAN/{LOCAL[0]}/{setting.subsystem}/{setting.resource}"
    keys = ({"identity_number": one, "profession": "doctor"} for one in people())
    return {
        "port": int(platform.url.rpartition(":")[2]),
        "connections": connections,
        "count": count,
        "rate": rate,
        "method": "GET",
        "paths": [f"{base}?{urlencode(key)}" for key in keys],
        "headers": setting.headers(),
        "id_header": "X-Road-Id",
    }


def _cpu(platform: Platform) -> dict[str, float]:
    return {name: cpu_seconds(platform.pid(name) or 0) for name in WATCHED}


def _statuses(found: dict[str, Any]) -> str:
    told = ", ".join(f"{n} × {status}" for status, n in sorted(found["statuses"].items()))
    lost = f", {found['lost']} lost ({found['such_as']})" if found["lost"] else ", none lost"
    return f"{told}{lost}; load {os.getloadavg()[0]:.0f}"


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
