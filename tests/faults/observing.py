"""What can be seen from outside while things break: health, cases, effects."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import requests

from shared.local.platform import Platform
from tests.faults.clients import ANSWER_TIMEOUT, COMMITTED, INSTANT, Outcome, pages

PARTICIPLES = {
    INSTANT: ("submitted", "accepted", "started", "approved", "closed"),
    COMMITTED: ("submitted",),
}


def life(item: str) -> list[list[Any]]:
    """[sequence, type] of every event of a case of `item`."""
    told = enumerate(PARTICIPLES[item], start=1)
    return [[sequence, f"permits.case.{participle}.v1"] for sequence, participle in told]


SETTLED = 120.0
"""Seconds in which everything has had its effect."""
POLLED = 25
"""Subjects that are asked for at once while waiting: to look must not be the load."""
SERVICES = ("permits", "witness")


@dataclass
class Sample:
    """What a service said of itself at one moment; None: it did not answer."""

    service: str
    alive: int | None
    ready: int | None
    failing: frozenset[str] = frozenset()


@dataclass
class Health:
    """Samples of all services while something is away."""

    samples: list[Sample] = field(default_factory=list)

    def ever_failing(self, service: str) -> set[str]:
        return {name for s in self.samples if s.service == service for name in s.failing}

    @property
    def dead(self) -> list[Sample]:
        """The moments at which a service was not alive."""
        return [s for s in self.samples if s.alive != requests.codes.ok]

    @property
    def lying(self) -> list[Sample]:
        """The moments at which the status did not go with the checks."""
        return [
            s for s in self.samples if s.ready is not None and (s.ready == 200) == bool(s.failing)
        ]


class Watch:
    """Looks at the platform as a client does, and never into its processes."""

    def __init__(self, platform: Platform, token: str) -> None:
        self._platform = platform
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def sample(self, service: str) -> Sample:
        """The health of `service`, asked on its own port."""
        url = self._platform.service_url(service)
        ready, checks = _status(f"{url}/readyz")
        failing = frozenset(name for name, said in checks.items() if said != "ok")
        return Sample(service, _status(f"{url}/healthz")[0], ready, failing)

    @contextmanager
    def health(self, services: Sequence[str] = SERVICES) -> Iterator[Health]:
        """Sample the health of `services` four times a second meanwhile."""
        found, over = Health(), Event()

        def look() -> None:
            while not over.wait(0.25):
                found.samples.extend(self.sample(service) for service in services)

        watcher = Thread(target=look)
        watcher.start()
        try:
            yield found
        finally:
            over.set()
            watcher.join()

    def wait_ready(self, services: Sequence[str] = SERVICES) -> float:
        """Wait until all of `services` are ready; how many seconds it took."""
        return wait(lambda: all(self.sample(s).ready == requests.codes.ok for s in services))

    def cases(self) -> list[dict[str, Any]]:
        """All cases of the applicant."""
        return list(pages(self._session, f"{self._platform.url}/permits/cases?limit=200"))

    def case(self, id_: str) -> dict[str, Any]:
        """One case, in full."""
        url = f"{self._platform.url}/permits/cases/{id_}"
        answer = self._session.get(url, timeout=ANSWER_TIMEOUT)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def seen(self, subjects: Collection[str]) -> dict[str, Any]:
        """What the witness has heard of `subjects`."""
        answer = self._session.post(
            f"{self._platform.url}/witness/seen",
            json={"ids": list(subjects)},
            timeout=ANSWER_TIMEOUT,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()["seen"]
        return found

    def effects(self, subjects: Collection[str]) -> dict[str, list[Any]]:
        """By subject, the effects at the witness in the order of their sequence."""
        return {id_: sorted(seen["effects"]) for id_, seen in self.seen(subjects).items()}

    def deliveries(self) -> Mapping[str, int]:
        """{effects, repeats} at the witness since its process began."""
        found: dict[str, int] = requests.get(
            f"{self._platform.url}/witness/deliveries", timeout=ANSWER_TIMEOUT
        ).json()
        return found

    def wait_effects(self, expected: Mapping[str, Any]) -> float:
        """Wait until the witness has at least as many effects as expected; the seconds."""
        waiting = list(expected)

        def settled() -> bool:
            while some := waiting[:POLLED]:
                found = self.effects(some)
                if any(len(found.get(id_, ())) < len(expected[id_]) for id_ in some):
                    return False
                del waiting[:POLLED]
            return True

        return wait(settled)

    def assert_whole(self, outcomes: Sequence[Outcome], known: Collection[str]) -> float:
        """Every answer 201 is a case that exists exactly once, no other case does, and every event
        of each has its effect exactly once. `known`: the cases there were before."""
        faults = {o.key: o.faults for o in outcomes if o.faults}
        assert faults == {}
        ids = [o.id for o in outcomes if o.id]
        assert len(set(ids)) == len(outcomes), "two submissions, one case"
        lives = {outcome.id: life(outcome.item) for outcome in outcomes if outcome.id}
        took = self.wait_effects(lives)
        assert self.effects(lives) == lives
        cases = self.cases()
        assert len(cases) == len({case["id"] for case in cases})
        assert {case["id"] for case in cases} == {*known, *ids}
        assert all(case["state"] == PARTICIPLES[case["item"]][-1] for case in cases)
        return took


def wait(condition: Callable[[], bool], patience: float = SETTLED, *, pause: float = 0.3) -> float:
    """Wait until `condition` holds, with a pause between two looks; how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, f"not within {patience} s"
        time.sleep(pause)
    return time.monotonic() - began


def _status(url: str) -> tuple[int | None, dict[str, str]]:
    try:
        answer = requests.get(url, timeout=ANSWER_TIMEOUT)
    except requests.RequestException:
        return None, {}
    return answer.status_code, answer.json().get("checks", {})
