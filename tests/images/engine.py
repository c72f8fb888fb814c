"""A Docker engine, and the platform of docker-compose.yml on it."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from deploy.compose import OPERATOR
from deploy.programs import program
from shared.local.process import ROOT
from shared.local.services import Service

DOCKER = "/usr/bin/docker"
BASE = "python:3.11-slim-bookworm"
FILES = f"{ROOT}/docker-compose.yml:{ROOT}/.compose/services.yml"
BUILD_SECONDS, SECONDS, HEALTHY_SECONDS = 600, 180, 240
PAUSE = 0.5
HUNG = re.compile(r"^mongodb-.*Timeout \(0:", re.MULTILINE)
"""What the watch of the stand-in database writes (`standins/serve.py`)."""


class Operated(NamedTuple):
    """What the operator's command told; `error`: what it and compose wrote besides."""

    exit_code: int
    rows: list[dict[str, Any]]
    lines: list[str]
    error: str


class Engine:
    """`port`: where the gateway is reached from outside."""

    inside = "http://gateway:8080"

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._env = {
            **os.environ,
            "COMPOSE_FILE": FILES,
            "COMPOSE_PROJECT_NAME": "government",
            "PORT": str(port),
            "DOCKER_BUILDKIT": "1",
        }

    def docker(self, *arguments: str, seconds: float = SECONDS) -> str:
        """What the command prints; its errors in the failure."""
        return self._run(DOCKER, *arguments, seconds=seconds)

    def compose(self, *arguments: str) -> str:
        return self._run(program("docker-compose"), *arguments, seconds=SECONDS)

    def build(self, service: str, version: str, *options: str) -> None:
        chosen = ("--target", OPERATOR) if service == OPERATOR else ()
        what = (*chosen, "--build-arg", f"SERVICE={service}", "--build-arg", f"VERSION={version}")
        tag = ("--tag", f"government/{service}:{version}")
        how = ("build", "--quiet", "--network=host", *options)
        self.docker(*how, *what, *tag, str(ROOT), seconds=BUILD_SECONDS)

    def image(self, name: str) -> dict[str, Any]:
        (found,) = json.loads(self.docker("image", "inspect", name))
        return dict(found)

    def files(self, image: str) -> dict[str, tarfile.TarInfo]:
        """What is in an image, by path."""
        container = self.docker("create", image).strip()
        try:
            command = [DOCKER, "export", container]
            done = subprocess.run(
                command, env=self._env, capture_output=True, timeout=SECONDS, check=True
            )
        finally:
            self.docker("rm", container)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            return {member.name: member for member in archive}

    def states(self) -> dict[str, dict[str, Any]]:
        """Service -> its container, as the engine knows it."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found = json.loads(self.docker("inspect", *ids))
        label = "com.docker.compose.service"
        return {one["Config"]["Labels"][label]: one for one in found}

    def address(self, container: str) -> str:
        """Where the gateway finds a container."""
        (found,) = json.loads(self.docker("inspect", container))
        return str(found["NetworkSettings"]["Networks"]["government_edge"]["IPAddress"])

    def wait_healthy(self, *names: str) -> None:
        """Until all (or those) are healthy; the failure names who is not, with its last words."""
        until = time.monotonic() + HEALTHY_SECONDS
        while missing := list(self._unhealthy(names)):
            if time.monotonic() > until:
                words = self.compose("logs", "--tail", "20", *missing)
                raise AssertionError(f"not healthy: {', '.join(missing)}\n{words}")
            time.sleep(PAUSE)

    def _unhealthy(self, names: tuple[str, ...]) -> Iterator[str]:
        for name, container in self.states().items():
            state = container["State"]
            health = state.get("Health", {}).get("Status", "none")
            ended = state["Status"] == "exited" and state["ExitCode"] == 0
            if (not names or name in names) and not (health == "healthy" or ended):
                yield name

    def kill(self, name: str) -> None:
        """SIGKILL from outside, as the machine's memory killer does it; the engine starts anew."""
        os.kill(self.states()[name]["State"]["Pid"], signal.SIGKILL)

    def seed(self, service: Service) -> None:
        """Loads what a service has for trying it out."""
        inside = ("exec", "-T", "-e", f"BASE_URL={self.inside}", service.name)
        self.compose(*inside, "python", "-m", str(service.seed), self.inside)

    def operate(self, *arguments: str, folder: Path | None = None) -> Operated:
        """The operator's command in its own container; `folder` is the same inside."""
        shared = ("--user", "0:0", "--volume", f"{folder}:{folder}") if folder else ()
        run = ("run", "--rm", "-T", *shared, OPERATOR, "--json", "--by", "li", *arguments)
        done = subprocess.run(
            [program("docker-compose"), *run],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        told = json.loads(done.stdout) if done.stdout else {"rows": [], "lines": []}
        return Operated(done.returncode, told["rows"], told["lines"], done.stderr)

    def save_logs(self) -> None:
        """Into .compose/log, for whoever looks for a cause."""
        text = self.compose("logs", "--no-color", "--timestamps")
        (ROOT / ".compose" / "log").write_text(text, encoding="utf-8")
        if HUNG.search(text):
            print("\n*** The stand-in database hung and was started anew: see .compose/log")

    def _run(self, *command: str, seconds: float) -> str:
        done = subprocess.run(
            command, env=self._env, capture_output=True, text=True, timeout=seconds, check=False
        )
        assert done.returncode == 0, f"{command[:4]}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done.stdout
