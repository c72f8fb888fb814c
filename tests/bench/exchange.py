"""Use of shared data with everything on, against a bare Nameko RPC over the same broker in the same
run: ``python -m tests.bench.exchange``.

Both read the same row of the same database. Everything on: both sides' signatures, grant, quota,
replay, narrowing, a record in the log of evidence with its proof, receipt.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import requests

from shared.local import Platform
from tests.bench.measures import Row
from tests.bench.measuring import SETTLE, cpu_seconds, median, percentile
from tests.faults import sharing
from tests.faults.observing import wait

SERVICES = {
    **sharing.SERVICES,
    "reader": "tests.bench.asker.service",
    "bare": "tests.bench.bare",
}
PARTS = ("reader", "exchange", "register", "bare", "database", "broker")
RESIDENTS = 10_000
ROUNDS, ALONE, CROWD, AT_ONCE = 3, 200, 2_000, 32
RATIO, RATE, BATCH_RATE = 3.0, 250.0, 4_050.0
TIMEOUT, SOON = 300, 5


class Load(NamedTuple):
    """took: seconds of all. seconds: of each, sorted. cpu: milliseconds each, by part."""

    took: float
    seconds: Sequence[float]
    cpu: dict[str, float]


def rows() -> list[Row]:
    """The rows of the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Platform(Path(folder), services=SERVICES, say=_say) as platform,
    ):
        sharing.connect(platform, RESIDENTS)
        return measured(platform)


def measured(platform: Platform) -> list[Row]:
    identities = sharing.identities(RESIDENTS)
    for how in ("bare", "query"):
        wait(lambda asked=how: _answers(platform, asked))  # type: ignore[misc]
        load(platform, how, identities[:200], 8)
    alone = [(load(platform, "bare", identities[:ALONE], 1),
              load(platform, "query", identities[:ALONE], 1)) for _ in range(ROUNDS)]  # fmt: skip
    crowds = [load(platform, "query", identities[:CROWD], AT_ONCE) for _ in range(ROUNDS)]
    bare = load(platform, "bare", identities[:CROWD], AT_ONCE)
    batches = [load(platform, "batch", identities, 1) for _ in range(ROUNDS)]
    return [*_alone(alone), *_together(crowds, bare), _batches(batches)]


def _alone(loads: Sequence[tuple[Load, Load]]) -> list[Row]:
    floor, ours = (
        median([percentile(list(pair[n].seconds), 50) for pair in loads]) for n in (0, 1)
    )
    ratio = median([b.took / a.took for a, b in loads])
    told = f"p50 {floor:.1f} ms, {ours:.1f} ms; {ratio:.2f}"
    what = "query through the exchange ÷ bare RPC, one at a time"
    return [Row(what, told, f"≤ {RATIO}", ratio <= RATIO)]


def _together(crowds: Sequence[Load], bare: Load) -> list[Row]:
    best = max(crowds, key=lambda crowd: len(crowd.seconds) / crowd.took)
    rate = median([len(crowd.seconds) / crowd.took for crowd in crowds])
    p50, p95 = (percentile(list(best.seconds), percent) for percent in (50, 95))
    told = f"{rate:.0f}/s, p50 {p50:.0f} ms, p95 {p95:.0f} ms; CPU {_told(best.cpu)}"
    floor = f"{len(bare.seconds) / bare.took:.0f}/s; CPU {_told(bare.cpu)}"
    what = f"queries through the exchange, {AT_ONCE} at once"
    return [
        Row(f"floor: bare RPC, {AT_ONCE} at once", floor, "", None),
        Row(what, told, f"> {RATE:.0f}/s", rate > RATE),
    ]


def _batches(batches: Sequence[Load]) -> Row:
    rate = median([RESIDENTS / batch.took for batch in batches])
    cpu = {name: value * 1000 for name, value in batches[-1].cpu.items()}
    told = f"{rate:.0f} keys/s; CPU a thousand keys {_told(cpu)}"
    what = f"batch of {RESIDENTS:,} keys, evidence for each"
    return Row(what, told, f"> {BATCH_RATE:.0f}/s", rate > BATCH_RATE)


def _answers(platform: Platform, how: str) -> bool:
    """Whether both sides listen; stock Nameko does not tell, and waits for ever."""
    try:
        return _asked(platform, how, sharing.identities(1), 1, SOON).ok
    except requests.Timeout:
        return False


def load(platform: Platform, how: str, identities: Sequence[str], at_once: int) -> Load:
    """What it took to ask for all `identities`."""
    before = _cpu(platform)
    reply = _asked(platform, how, identities, at_once)
    reply.raise_for_status()
    time.sleep(SETTLE)
    spent = {name: (cpu - before[name]) / len(identities) for name, cpu in _cpu(platform).items()}
    told = reply.json()
    return Load(told["took"], told["seconds"], {n: value * 1000 for n, value in spent.items()})


def _asked(
    platform: Platform, how: str, identities: Sequence[str], at_once: int, timeout: float = TIMEOUT
) -> requests.Response:
    body: dict[str, Any] = {"how": how, "identities": list(identities), "at_once": at_once}
    url = f"{platform.service_url('reader')}/reader/load"
    return requests.post(url, json=body, timeout=timeout)


def _cpu(platform: Platform) -> dict[str, float]:
    return {name: cpu_seconds(platform.pid(name) or 0) for name in PARTS}


def _told(cpu: dict[str, float]) -> str:
    whole = sum(cpu.values())
    parts = ", ".join(f"{name} {value:.2f}" for name, value in cpu.items() if value >= 0.05)
    return f"{whole:.2f} ms ({parts})"


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what}: {row.result} ({row.goal or 'no goal'})")
