"""The platform under measurement, the floor beside it, and the demo accounts' tokens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import requests

from shared.config import load_config
from shared.local.platform import Platform

PASSWORD = "Hunan-demo-2026"
SERVICES = {
    "identity": "services.identity.service",
    "catalogue": "services.catalogue.service",
    "enterprise": "services.enterprise.service",
    "education": "services.education.service",
    "health": "services.health.service",
    "office": "tests.bench.office",
    "listener": "tests.bench.listener",
}


@dataclass(frozen=True)
class Bench:
    """What is measured: the platform, the floor's port and process, and tokens by phone number."""

    platform: Platform
    floor_port: int
    floor_pid: int

    def port(self, service: str) -> int:
        return int(self.platform.service_url(service).rpartition(":")[2])

    def pid(self, part: str) -> int:
        pid = self.platform.pid(part)
        assert pid is not None
        return pid

    def token(self, phone: str) -> str:
        """A fresh access token; they live for minutes."""
        reply = requests.post(
            f"{self.platform.url}/identity/tokens",
            json={"grant_type": "password", "login": phone, "password": PASSWORD},
            timeout=10,
        )
        return str(reply.json()["access_token"])

    def headers(self, phone: str = "13800000001") -> dict[str, str]:
        token = self.token(phone)
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


@contextmanager
def started() -> Iterator[Bench]:
    """Everything started, and stopped again."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Path(folder), services=SERVICES)
        with platform:
            platform.seed()
            floor = _floor(platform)
            try:
                yield Bench(platform, floor.port, floor.process.pid)
            finally:
                floor.process.terminate()
                floor.process.wait(10)


@dataclass(frozen=True)
class _Floor:
    port: int
    process: subprocess.Popen[bytes]


def _floor(platform: Platform) -> _Floor:
    keys = requests.get(f"{platform.url}/identity/.well-known/jwks.json", timeout=10).json()["keys"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    env = {**os.environ, **platform.env, "ISSUER": load_config()["TOKEN_ISSUER"]}
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.floor", str(port)]
    process = subprocess.Popen([*command, orjson.dumps(keys).decode()], env=env)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    return _Floor(port, process)
