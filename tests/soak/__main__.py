"""``python -m tests.soak``: rounds of submissions while services, broker and database are killed.

In each round a new citizen submits cases, spread over two minutes, while every few seconds a part
chosen by chance is killed, as if its machine lost its power, and comes back within ten seconds.
When the round is over and all parts are up, every promise is checked: each 201 is a case that
exists once, no case is missing or double, each of its events had its effect at the witness exactly
once and in order, every refusal was an honest 503, no service said it was well that was not.
The first promise that is broken ends the run with 1. Chance is drawn from --seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from stdnum.cn import ric

from shared.local import Platform
from tests.faults.clients import Clients, Outcome, register, sign_in
from tests.faults.fixtures import ENV, SERVICES
from tests.faults.observing import Watch

PARTS = ("permits", "witness", "identity", "broker", "database")
CASES, SECONDS = 600, 120
"""Cases of a round, and the seconds over which they are submitted."""
SHORTEST, LONGEST, AWAY = 3.0, 12.0, 10.0
"""Seconds between two kills, and how long a part is away at the most."""


@dataclass
class Tally:
    """What the rounds have come to."""

    rounds: int = 0
    cases: int = 0
    put_off: int = 0
    lost_connections: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    largest: Counter[str] = field(default_factory=Counter)
    settled: list[float] = field(default_factory=list)

    def add(self, outcomes: list[Outcome], settled: float) -> None:
        self.rounds += 1
        self.cases += len(outcomes)
        self.put_off += sum(outcome.put_off for outcome in outcomes)
        self.lost_connections += sum(outcome.statuses.count(0) for outcome in outcomes)
        self.settled.append(settled)

    def lines(self) -> Iterator[str]:
        kills = ", ".join(f"{part} {count}" for part, count in sorted(self.kills.items()))
        sizes = ", ".join(f"{p} {size / 2**20:.0f} MB" for p, size in sorted(self.largest.items()))
        yield f"rounds {self.rounds}, cases {self.cases}: each there once, each event told once"
        yield f"kills: {kills}"
        yield f"answers that put a client off until later (honest 503): {self.put_off}"
        yield f"all effects there {max(self.settled):.0f} s after the last answer at the most"
        yield f"largest memory: {sizes}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=2018)
    arguments = parser.parse_args()
    chance, tally = random.Random(arguments.seed), Tally()
    until = time.monotonic() + 60 * arguments.minutes
    with (
        tempfile.TemporaryDirectory() as folder,
        Platform(Path(folder), services=SERVICES, env=ENV, say=_say) as platform,
    ):
        while time.monotonic() < until:
            _round(platform, tally, chance)
            _say(f"round {tally.rounds}: {tally.cases} cases, {tally.kills.total()} kills")
    print("\n".join(tally.lines()))
    return 0


def _round(platform: Platform, tally: Tally, chance: random.Random) -> None:
    token = _citizen(platform, tally.rounds + 1)
    watch = Watch(platform, token)
    crowd = Clients(f"{platform.url}/permits", token).begin(CASES, SECONDS)
    with watch.health() as health:
        while crowd.answered < CASES:
            time.sleep(chance.uniform(SHORTEST, LONGEST))
            _kill(platform, tally, chance)
        outcomes = crowd.outcomes()
        watch.wait_ready()
    assert not health.lying, health.lying[:3]
    tally.add(outcomes, watch.assert_whole(outcomes, ()))


def _kill(platform: Platform, tally: Tally, chance: random.Random) -> None:
    part = chance.choice(PARTS)
    for name in PARTS:
        tally.largest[name] = max(tally.largest[name], _memory(platform, name))
    platform.kill(part)
    tally.kills[part] += 1
    time.sleep(chance.uniform(0, AWAY))
    platform.start_part(part)


def _citizen(platform: Platform, serial: int) -> str:
    """An access token of somebody who has no cases yet."""
    stem, phone = f"43010419900101{serial:03}", f"13800000{serial:03}"
    register(platform.url, phone, stem + str(ric.calc_check_digit(stem + "0")))
    return sign_in(platform.url, phone)


def _memory(platform: Platform, part: str) -> int:
    pid = platform.pid(part)
    return int(psutil.Process(pid).memory_info().rss) if pid else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
