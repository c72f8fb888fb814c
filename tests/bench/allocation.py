"""The school draw: 20,000 children over 300 schools, as `python -m tests.bench.allocation` tells.

Measured is what the service does between the frozen applications and the finished record: places,
waiting lists, canonical JSON, digest; and what a parent does who proves it from the record. CPU
seconds of this process, which noise on the machine moves least.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

from services.education.domain import record
from services.education.domain.allocation import Application, Choice, commitment
from services.education.domain.priority import ORDER
from tests.bench.measures import Row

CHILDREN, SCHOOLS, CHOICES = 20_000, 300, 5
GOAL = 10.0
SEED = "5eed" * 16


def rows() -> list[Row]:
    """The rows of the table."""
    frozen = applications()
    result, drawing = _timed(lambda: record.drawn(frozen, SEED))
    content, writing = _timed(lambda: record.canonical(result))
    _, proving = _timed(lambda: record.faults(json.loads(content)))
    total = drawing + writing
    told = (
        f"{drawing:.2f} s CPU + {writing:.2f} s for the record of {len(content) / 1e6:.0f} MB; "
        f"{len(result['places']):,} places"
    )
    what = f"school draw: {CHILDREN:,} children, {SCHOOLS} schools, {CHOICES} choices each"
    return [
        Row(what, told, f"< {GOAL:.0f} s", total < GOAL),
        Row("school draw: proven by anybody from its record", f"{proving:.2f} s CPU", "", None),
    ]


def applications() -> dict[str, Any]:
    """Applications as a city has them: some schools wanted by many, places for most."""
    chance = random.Random(1)
    codes = [f"S-{n:03}" for n in range(SCHOOLS)]
    wanted = [1 / (1 + n) ** 0.5 for n in range(SCHOOLS)]
    drawn = [
        Application(f"{chance.getrandbits(128):032x}", _choices(chance, codes, wanted), n % 2 == 0)
        for n in range(CHILDREN)
    ]
    schools = [{"code": code, "name": code, "capacity": 64, "catchment": []} for code in codes]
    return record.entered({"schools": schools}, commitment(SEED), drawn)


def _choices(chance: random.Random, codes: list[str], wanted: list[float]) -> list[Choice]:
    picked = dict.fromkeys(chance.choices(codes, wanted, k=CHOICES * 3))
    return [Choice(code, chance.randrange(len(ORDER))) for code in list(picked)[:CHOICES]]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    return work(), time.process_time() - began


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what}: {row.result} ({row.goal or 'no goal'})")
