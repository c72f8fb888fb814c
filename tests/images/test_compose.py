"""The platform of docker-compose.yml: it comes up, it plays, it is confined, it comes back."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from shared.local.process import ROOT
from shared.local.services import discover
from tests.images.engine import Engine
from tests.journeys.enterprise import CASES, PHONE, application, closed, fresh_name
from tests.journeys.people import Person, eventually, ok

PLAYS = ("founding", "enrolment", "appointment", "evaluation")
"""All that need no clock that can be moved."""
PUBLISH = """
import os, amqp, kombu
from shared.amqp import EVENTS, Message, Publisher
Publisher(os.environ["AMQP_URI"]).publish([Message("events", "{key}", {{}})])
"""
READ = """
import os, pymongo
print(pymongo.MongoClient(os.environ["MONGO_URI"])["{database}"]["accounts"].find_one())
"""


def play(platform: Engine, *plays: str) -> str:
    command = [sys.executable, "-m", "shared.local.demo", "--base-url", platform.url, *plays]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


def inside(platform: Engine, service: str, program: str) -> tuple[int, str]:
    """The exit code and the output of a Python program in the container of `service`."""
    try:
        return 0, platform.compose("exec", "-T", service, "python", "-c", program)
    except AssertionError as failure:
        return 1, str(failure)


def test_everybody(platform):
    """Every service runs and is healthy; what runs once has ended well."""
    others = {"gateway", "mongodb", "rabbitmq", "provision", "exchange-simulator"}
    assert set(platform.states()) == {*discover(), *others}
    services = platform.compose("exec", "-T", "gateway", "curl", "-s", "http://127.0.0.1:8080/")
    assert all(f'"/{name}/openapi.json"' in services for name in discover())


def test_plays(platform):
    """Whole affairs through the gateway, by the demo as it is."""
    assert play(platform, *PLAYS).count("The affair is complete") == len(PLAYS)


def test_confined(platform):
    """No rights, no root, no file that could be written; and limits for all."""
    for name, container in platform.states().items():
        how = container["HostConfig"]
        assert how["CapDrop"] == ["ALL"], name
        assert how["SecurityOpt"] == ["no-new-privileges:true"], name
        assert how["Memory"] and how["NanoCpus"] and how["PidsLimit"], name
        assert container["Config"]["User"].split(":")[0] not in {"", "0"}, name
        assert how["ReadonlyRootfs"] or name == "rabbitmq", name
    status = platform.compose("exec", "-T", "health", "cat", "/proc/self/status")
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status


def test_own_events(platform):
    """A service publishes in its own name only; the broker refuses it another's."""
    assert inside(platform, "health", PUBLISH.format(key="health.thing.done.v1"))[0] == 0
    code, words = inside(platform, "health", PUBLISH.format(key="identity.account.opened.v1"))
    assert code == 1 and ("ACCESS_REFUSED" in words or "AccessRefused" in words or "403" in words)


def test_own_database(platform):
    """A service reads its own database only."""
    assert inside(platform, "identity", READ.format(database="identity"))[0] == 0
    code, words = inside(platform, "health", READ.format(database="identity"))
    assert code == 1 and "not authorized" in words.lower()


@pytest.mark.parametrize("name", ["enterprise", "mongodb", "rabbitmq", "gateway"])
def test_killed(platform, name):
    """Killed, it is started anew by the engine, and affairs go on."""
    before = platform.states()[name]["State"]["StartedAt"]
    platform.kill(name)
    eventually(lambda: platform.states()[name]["State"]["StartedAt"] != before, f"{name} again")
    platform.wait_healthy()
    assert "The affair is complete" in play(platform, "founding")


def test_rolled(platform):
    """A new version takes over from the old one: no request fails, and no event is lost."""
    platform.build("enterprise", "next")
    zhang = Person(platform.url, PHONE)
    work = Work(lambda: ok(zhang.create(CASES, application("name-reservation", fresh_name())), 201))
    with work:
        eventually(lambda: len(work.done) > 5, "work on the old version")
        start_beside(platform, "enterprise", "next")
        place = f'"upstream":"{platform.address("next")}:'
        eventually(lambda: place in platform.compose("logs", "gateway"), "work on both versions")
        platform.docker("stop", "--time", "35", platform.states()["enterprise"]["Id"])
        count = len(work.done)
        eventually(lambda: len(work.done) > count + 10, "work on the new version")
    assert work.failed == []
    assert platform.states()["enterprise"]["State"]["ExitCode"] == 0
    assert [closed(zhang, case["id"])["state"] for case in work.done] == ["closed"] * len(work.done)
    print(f"\n{len(work.done)} cases while enterprise was rolled")
    platform.compose("start", "enterprise")
    platform.docker("rm", "--force", "next")


class Work(threading.Thread):
    """Does the same again and again, in the background, and keeps what came of it."""

    def __init__(self, do: Callable[[], dict[str, str]]) -> None:
        super().__init__(daemon=True)
        self.done: list[dict[str, str]] = []
        self.failed: list[str] = []
        self._do, self._stop_asked = do, threading.Event()

    def run(self) -> None:
        while not self._stop_asked.wait(0.05):
            try:
                self.done.append(self._do())
            except (AssertionError, OSError) as failure:
                self.failed.append(str(failure)[:500])

    def __enter__(self) -> Work:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_asked.set()
        self.join(60)


def start_beside(platform: Engine, service: str, version: str) -> None:
    """Another version of a service, which gets its share of the requests once it is ready."""
    running = platform.states()[service]["Config"]["Env"]
    kept = [one for one in running if one.startswith(("TOKEN_", "PUBLIC_URL=", "LOG_LEVEL="))]
    variables = [word for one in kept for word in ("--env", one)]
    own = ("--env-file", str(ROOT / ".compose" / f"{service}.env"))
    how = ("--detach", "--name", version, "--network", "government_inside", "--read-only")
    confined = (*how, "--tmpfs", "/tmp", "--init", "--cap-drop", "ALL")
    platform.docker("run", *confined, *variables, *own, f"government/{service}:{version}")
    probe = ("exec", version, "python", "-m", "shared.probe", "/readyz")
    eventually(lambda: _succeeds(platform, *probe), f"{service} {version} ready")
    platform.docker("network", "connect", "--alias", service, "government_edge", version)


def _succeeds(platform: Engine, *command: str) -> bool:
    try:
        platform.docker(*command)
    except AssertionError:
        return False
    return True
