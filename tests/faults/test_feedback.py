"""Feedback is killed while cases are closed and evaluated: its figures stay exact."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

import orjson
import pytest
import requests
from aiosmtpd.controller import Controller

from shared.events import derived_id, event
from shared.local import Platform
from shared.local.ports import Block
from shared.notice import notice
from shared.text import Text
from shared.timekeeping import system_time
from tests.faults.clients import (
    ANSWER_TIMEOUT,
    COMMAND_TIMEOUT,
    LOST,
    PATIENCE,
    pages,
    register,
    sign_in,
)
from tests.faults.drills import publish
from tests.faults.fixtures import alone
from tests.faults.observing import SETTLED, wait
from tests.faults.reporting import tell

CASES, KILLS, THREADS = 300, 2, 6
PHONE = "13800000001"
PORTS = Block()
MAIL_PORT = PORTS.next()
HANGING = 30
"""Seconds that the service waits for a mail server."""
DESK = {"department": "emergency-management", "division": "430104", "item": "fireworks-retail"}


class Box:
    """What the mail server has taken."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.texts.append(message.get_content())
        return "250 OK"


@contextmanager
def mail_server(box: Box) -> Iterator[None]:
    """A real one, while it lasts."""
    controller = Controller(box, hostname="127.0.0.1", port=MAIL_PORT, ready_timeout=60)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def city(ground: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Feedback alone; the departments are played by the test."""
    folder = tmp_path_factory.mktemp("feedback")
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(MAIL_PORT), "SMTP_TIMEOUT": f"{HANGING}"}
    with alone(ground, "feedback", folder, **mail) as running:
        yield running


@pytest.fixture(scope="module")
def token(ground: Platform) -> str:
    """An access token of a citizen."""
    register(ground.url, PHONE)
    return sign_in(ground.url, PHONE)


def closings(account: str, label: str) -> list[dict[str, Any]]:
    """What a department tells of its cases: closed, every fifth reopened and closed again."""
    now = system_time()
    found = []
    for number in range(CASES):
        id_ = derived_id(label, number)
        moves = [(5, "deliver")] + ([(6, "reopen"), (8, "deliver")] if number % 5 == 0 else [])
        for sequence, action in moves:
            data = {
                "number": f"430104-20261123-{id_[:8].upper()}", "applicant": account,
                "legal_person": None, "action": action, "promised_days": 3, **DESK,
            }  # fmt: skip
            participle = "closed" if action == "deliver" else "reopened"
            found.append(event(f"permits.case.{participle}.v1", id_, sequence, data, now))
    return found


class Applicant:
    """Evaluates every case as soon as it may, and tries again until there is an answer."""

    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.headers = {"Authorization": f"Bearer {token}"}
        self.statuses: Counter[int] = Counter()

    def evaluate(self, case: str, level: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status = self._try(case, level)
            self.statuses[status] += 1
            if status == requests.codes.created:
                return
            assert status in (LOST, 404, 409, 503), status
            time.sleep(0.1)
        raise AssertionError(f"{case} was never evaluated")

    def _try(self, case: str, level: int) -> int:
        try:
            return requests.post(
                f"{self.base}/cases/{case}/evaluation",
                json={"level": level},
                headers={**self.headers, "Idempotency-Key": case},
                timeout=ANSWER_TIMEOUT,
            ).status_code
        except requests.RequestException:
            return LOST

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self.base}{path}", headers=self.headers, timeout=ANSWER_TIMEOUT)
        answer.raise_for_status()
        return answer.json()


def test_killed(city: Platform, token: str) -> None:
    """Killed twice while 300 cases are closed, reopened and evaluated, with every event told
    twice: each case counts once, each bad evaluation opens one rectification, each event is one
    notice, and a recount of all cases gives the same figures."""
    account = _account(token)
    told = closings(account, "killed")
    cases = list(dict.fromkeys(one["subject"] for one in told))
    applicant = Applicant(f"{city.url}/feedback", token)
    with ThreadPoolExecutor(THREADS + 1) as pool:
        telling = pool.submit(_tell, city.amqp_uri, told)
        given = [pool.submit(applicant.evaluate, case, 1 + n % 5) for n, case in enumerate(cases)]
        for kill in range(1, KILLS + 1):
            wait(lambda: sum(f.done() for f in given) >= CASES * kill / (KILLS + 1))  # noqa: B023
            city.kill("feedback")
            city.start_part("feedback", wait=False)
        for one in (telling, *given):
            one.result()
    took = wait(lambda: _row(applicant)["evaluated"] == CASES)
    told_of = {"permits.case.closed": CASES + CASES // 5, "permits.case.reopened": CASES // 5}
    wait(lambda: _notices(applicant, token) >= Counter(told_of))
    assert _notices(applicant, token).items() >= told_of.items()
    wait(lambda: _rectifications(applicant, cases) == CASES * 2 / 5)
    wait(lambda: _recount(city).returncode == 0, pause=1.0)
    row = _row(applicant)
    assert (row["closed"], row["evaluated"]) == (CASES, CASES)
    assert set(row["levels"].values()) == {CASES / 5}
    tell("feedback killed", [], kills=KILLS, settled=took, statuses=dict(applicant.statuses))


def test_mail_server_away(city: Platform, token: str) -> None:
    """A confirmed address gets its notices by mail, also those of the time when the mail server was
    away or hung, each once; meanwhile the service answers as ever."""
    headers = {"Authorization": f"Bearer {token}"}
    me, box = f"{city.url}/feedback/me", Box()
    with mail_server(box):
        given = requests.put(
            f"{me}/email", json={"address": "zhang@example.com"}, headers=headers, timeout=10
        )
        assert given.json() == {"address": "z***@example.com", "confirmed": False}
        wait(lambda: len(box.texts) == 1)
        code = {"code": next(re.finditer(r"\b\d{6}\b", box.texts.pop()))[0]}
        done = requests.post(
            f"{me}/email/confirmation", json=code, headers=headers, timeout=ANSWER_TIMEOUT
        )
        assert done.json()["confirmed"], done.text
    account = _account(token)
    with socket.create_server(("127.0.0.1", MAIL_PORT)) as silent:
        silent.settimeout(SETTLED)
        publish(city.amqp_uri, [_notice(account, "hanging")])
        with silent.accept()[0]:
            began = time.monotonic()
            assert requests.get(f"{me}/notices/unread", headers=headers, timeout=ANSWER_TIMEOUT).ok
            assert time.monotonic() - began < HANGING / 2
    publish(city.amqp_uri, [_notice(account, "away"), _notice(account, "away")])
    time.sleep(0.5)
    with mail_server(box):
        wait(lambda: len(box.texts) >= 2)
        time.sleep(1)
    assert sorted(text.split()[0] for text in box.texts) == ["away", "hanging"]


def _account(token: str) -> str:
    payload = base64.urlsafe_b64decode(token.split(".")[1] + "==")
    return str(orjson.loads(payload)["sub"])


def _notice(account: str, word: str) -> dict[str, Any]:
    text = Text(word, word)
    return notice("bench", derived_id(word), account, text, text, "x", system_time())


def _tell(amqp_uri: str, told: list[dict[str, Any]]) -> None:
    """Publish all within some seconds, each twice, the second time late."""
    for start in range(0, len(told), 30):
        publish(amqp_uri, [*told[start : start + 30], *told[max(start - 60, 0) : start - 30]])
        time.sleep(0.4)
    publish(amqp_uri, told[-60:])


def _row(applicant: Applicant) -> dict[str, Any]:
    rows = applicant.get("/figures?by=total")["rows"]
    found: dict[str, Any] = rows[0] if rows else {"evaluated": 0}
    return found


def _notices(applicant: Applicant, token: str) -> Counter[str]:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        found = pages(session, f"{applicant.base}/me/notices?limit=100")
        return Counter(one["kind"] for one in found)


def _rectifications(applicant: Applicant, cases: list[str]) -> int:
    bad = [case for n, case in enumerate(cases) if 1 + n % 5 < 3]
    found = [applicant.get(f"/cases/{case}/evaluation")["rectification"] for case in bad]
    return len({one["id"] for one in found if one})


def _recount(city: Platform) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.feedback.recompute"]
    env = city.environment("feedback")
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False
    )
