"""Applicants as they should be: each affair has its key, and "try again" is taken at its word."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import local
from typing import Any

import requests

THREADS = 8
PATIENCE = 180.0
"""Seconds after which a client gives up."""
LONGEST_PAUSE = 1.0
"""Seconds a client waits at the most before it tries again, whatever Retry-After says."""
ANSWER_TIMEOUT = 40
COMMAND_TIMEOUT = 240
"""Seconds for a program that somebody starts."""
PASSWORD = "moon-river-77"
LOST = 0
"""Stands among the statuses for a connection that broke, or could not be made."""

INSTANT, COMMITTED = "emergency-plan-filing", "fireworks-retail"
ITEMS = (INSTANT, COMMITTED, COMMITTED, COMMITTED)
"""Of four cases, one runs through its whole life at once; the others wait for an official."""
FORMS: dict[str, dict[str, Any]] = {
    INSTANT: {"employees": 12, "plan_title": "综合应急预案"},
    COMMITTED: {"floor_area": 24},
}


@dataclass
class Outcome:
    """How one submission went: every status it met, and what was not as promised."""

    key: str
    item: str
    statuses: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    id: str | None = None

    @property
    def put_off(self) -> int:
        """How often the client was told to try again."""
        return self.statuses.count(requests.codes.unavailable)


class Clients:
    """Submits applications to the department at `base`."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self._headers = {"Authorization": f"Bearer {token}"}
        self._kept = local()

    def submit(self, cases: int) -> list[Outcome]:
        """Submit `cases` applications as fast as it goes; all outcomes."""
        return self.begin(cases, 0).outcomes()

    def begin(self, cases: int, seconds: float) -> Crowd:
        """Begin to submit `cases` applications, spread over `seconds`."""
        label, began = uuid.uuid4().hex[:8], time.monotonic()
        pool = ThreadPoolExecutor(THREADS)
        futures = [
            pool.submit(self._submit, f"{label}-{i}", ITEMS[i % 4], began + seconds * i / cases)
            for i in range(cases)
        ]
        return Crowd(pool, futures)

    def again(self, outcome: Outcome) -> Outcome:
        """The same submission once more, with the same key."""
        return self._submit(outcome.key, outcome.item, 0)

    def _submit(self, key: str, item: str, at: float) -> Outcome:
        time.sleep(max(at - time.monotonic(), 0))
        outcome, until = Outcome(key, item), time.monotonic() + PATIENCE
        while time.monotonic() < until:
            pause = self._try(outcome)
            if pause is None:
                return outcome
            time.sleep(pause)
        outcome.faults.append("gave up")
        return outcome

    def _try(self, outcome: Outcome) -> float | None:
        """Seconds until the next try, or None: there is an answer."""
        try:
            answer = self._session.post(
                f"{self.base}/cases",
                json=application(outcome),
                headers={"Idempotency-Key": outcome.key},
                timeout=ANSWER_TIMEOUT,
            )
        except requests.RequestException as error:
            outcome.statuses.append(LOST)
            if not _never_sent(error):
                outcome.faults.append(f"lost after it was sent: {error}")
            return 0.2
        outcome.statuses.append(answer.status_code)
        if answer.status_code == requests.codes.unavailable:
            outcome.faults += dishonest(answer)
            return min(float(answer.headers.get("Retry-After", 1)), LONGEST_PAUSE)
        if answer.status_code == requests.codes.created:
            outcome.id = answer.json()["id"]
        else:
            outcome.faults.append(f"{answer.status_code}: {answer.text}")
        return None

    @property
    def _session(self) -> requests.Session:
        if not hasattr(self._kept, "session"):
            self._kept.session = requests.Session()
            self._kept.session.headers.update(self._headers)
        session: requests.Session = self._kept.session
        return session


@dataclass
class Crowd:
    """Clients at work."""

    pool: ThreadPoolExecutor
    futures: list[Future[Outcome]]

    @property
    def answered(self) -> int:
        return sum(future.done() for future in self.futures)

    def wait_answered(self, share: float) -> None:
        """Wait until this share of all has its answer."""
        until = time.monotonic() + PATIENCE
        while self.answered < share * len(self.futures) and time.monotonic() < until:
            time.sleep(0.01)

    def outcomes(self) -> list[Outcome]:
        """All outcomes, once all are there."""
        found = [future.result() for future in self.futures]
        self.pool.shutdown()
        return found


def application(outcome: Outcome) -> dict[str, Any]:
    """What is submitted, the same under the same key."""
    form = {**FORMS[outcome.item], "site": outcome.key}
    return {"item": outcome.item, "division": "430104", "form": form}


def dishonest(answer: requests.Response) -> list[str]:
    """What a 503 owes its reader and lacks: a problem document, and when to try again."""
    faults = []
    if answer.headers.get("Content-Type") != "application/problem+json":
        faults.append(f"503 without a problem document: {answer.text[:200]}")
    if not answer.headers.get("Retry-After", "").isdecimal():
        faults.append("503 without Retry-After")
    return faults


def register(url: str, phone: str, number: str = "430104199001010019") -> None:
    """Register a citizen, who signs in with `phone`. number: of identity."""
    person = {"name": "张伟", "identity_number": number, "phone": phone}
    made = requests.post(
        f"{url}/identity/accounts",
        json={**person, "password": PASSWORD},
        headers={"Idempotency-Key": phone},
        timeout=ANSWER_TIMEOUT,
    )
    made.raise_for_status()


def sign_in(url: str, phone: str) -> str:
    """A new access token."""
    grant = {"grant_type": "password", "login": phone, "password": PASSWORD}
    tokens = requests.post(f"{url}/identity/tokens", json=grant, timeout=ANSWER_TIMEOUT)
    tokens.raise_for_status()
    return str(tokens.json()["access_token"])


def _never_sent(error: requests.RequestException) -> bool:
    """Whether the connection could not even be made."""
    return isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)


def pages(session: requests.Session, url: str) -> Iterator[dict[str, Any]]:
    """Every item of a list, page after page."""
    following: str | None = url
    while following:
        answer = session.get(following, timeout=ANSWER_TIMEOUT)
        answer.raise_for_status()
        yield from answer.json()["items"]
        link = answer.links.get("next", {}).get("url")
        following = requests.compat.urljoin(following, link) if link else None
