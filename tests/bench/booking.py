"""Booking of slots: how fast, at which cost, and that nobody gets what another has."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from itertools import islice
from threading import local
from time import monotonic, sleep
from typing import Any

from services.health import seed
from services.health.domain.schedules import new_schedule
from services.health.domain.slots import cut, new_slot
from services.health.service import COLLECTIONS
from shared.clock import local_day
from shared.store import Database, open_database
from shared.timekeeping import system_time
from tests.bench.measures import Row
from tests.bench.measuring import SETTLE, cpu_seconds, percentile
from tests.bench.platform import Bench
from tests.faults.tokens import PERSON, minted

CONNECTIONS = 20
CROWD, PLACES = 200, 20
PATH = "/health/fhir/Appointment"
CREATED, CONFLICT = 201, 409
SERVICE = "health"
LEAST = 50
"""Bookings a second: a hospital's whole morning, of 3,000 slots, within a minute."""


def bookings(bench: Bench, count: int) -> list[Row]:
    """`count` people book a slot each; then two hundred race for twenty."""
    crowd = {f"b{n}": PERSON for n in range(max(count, CROWD))}
    tokens = list(minted(bench.platform, crowd).items())
    seconds, cpu, database = _measured(bench, tokens[:count], _slots(bench, "booking", count))
    rate = count / sum(seconds) * CONNECTIONS
    p50, p95 = percentile(sorted(seconds), 50), percentile(sorted(seconds), 95)
    told = (
        f"{rate:.0f}/s, p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
        f"CPU {cpu:.2f} ms + database {database:.2f} ms"
    )
    return [
        Row("booking of a slot (FHIR create)", told, f"≥ {LEAST}/s", rate >= LEAST),
        _race(bench, tokens[:CROWD]),
    ]


def _measured(
    bench: Bench, people: Sequence[tuple[str, str]], slots: Sequence[str]
) -> tuple[list[float], float, float]:
    """Seconds of each booking; milliseconds of CPU in the service and in the database."""
    pids = bench.pid(SERVICE), bench.pid("database")
    before = [cpu_seconds(pid) for pid in pids]
    answers = _send(bench, [(*one, slot) for one, slot in zip(people, slots, strict=True)])
    if bad := [status for status, _ in answers if status != CREATED]:
        raise RuntimeError(f"{len(bad)} bookings refused, such as {bad[0]}")
    sleep(SETTLE)
    spent = [(cpu_seconds(pid) - was) / len(answers) * 1000
             for pid, was in zip(pids, before, strict=True)]  # fmt: skip
    return [took for _, took in answers], spent[0], spent[1]


def _race(bench: Bench, people: Sequence[tuple[str, str]]) -> Row:
    slots = _slots(bench, "race", PLACES)
    began = monotonic()
    wanted = [(*one, slots[n * PLACES // CROWD]) for n, one in enumerate(people)]
    statuses = [status for status, _ in _send(bench, wanted)]
    took = monotonic() - began
    booked = statuses.count(CREATED)
    exact = booked == PLACES and statuses.count(CONFLICT) == CROWD - PLACES
    text = f"{booked} appointments, {CROWD - booked} refused, {took:.1f} s"
    return Row(f"{CROWD} people race for {PLACES} slots", text, f"{PLACES}", exact)


def _send(bench: Bench, wanted: Sequence[tuple[str, str, str]]) -> list[tuple[int, float]]:
    """(status, seconds) of each booking: (person, token, slot), over kept connections."""
    kept, port = local(), bench.port(SERVICE)

    def book(one: tuple[str, str, str]) -> tuple[int, float]:
        if not hasattr(kept, "connection"):
            kept.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        person, token, slot = one
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
        sent = monotonic()
        kept.connection.request("POST", PATH, json.dumps(_body(person, slot)), headers)
        answer = kept.connection.getresponse()
        answer.read()
        return answer.status, monotonic() - sent

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return list(pool.map(book, wanted))


def _body(person: str, slot: str) -> Mapping[str, Any]:
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "slot": [{"reference": f"Slot/{slot}"}],
        "participant": [{"actor": {"reference": f"Patient/{person}"}, "status": "accepted"}],
    }


def _slots(bench: Bench, what: str, count: int) -> list[str]:
    """So many free slots of a doctor of their own, as far ahead as it takes."""
    store = Database(open_database(bench.platform.mongo_uri, SERVICE), COLLECTIONS, lambda _: None)
    store["institutions"].ensure(seed.HOSPITAL)
    doctor = seed.practitioner(f"bench-{what}", "周仁心", "internal")
    store["practitioners"].ensure(doctor)
    now = system_time()
    first = local_day(now) + timedelta(days=1)
    days = {"first": first.isoformat(), "last": (first + timedelta(days=90)).isoformat()}
    schedule = new_schedule(doctor, seed.HOSPITAL, {**days, "active": True}, now)
    store["schedules"].ensure(schedule)
    spans = cut(first, first + timedelta(days=90), [(time(8), time(18))], 10)
    made = [new_slot(schedule, span, now) for span in islice(spans, count)]
    store["slots"].add_many(made)
    return [slot["_id"] for slot in made]
