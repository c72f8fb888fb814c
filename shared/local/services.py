"""The services: found by their folders, one process each."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.local import checks
from shared.local.ports import HOST
from shared.local.process import ROOT, Part

COMMON_CONFIG = ROOT / "shared" / "config.yml"
SERVE = (sys.executable, "-m", "shared.serve")
PATIENCE = 240.0
"""Seconds a service may take until it is ready; the broker may need 180 of them first."""
GRACE = 30.0
"""Seconds a service may take to finish what is in hand."""


@dataclass(frozen=True)
class Service:
    """A service to run: `module` is the one that holds its Nameko class."""

    name: str
    module: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return ROOT.joinpath(*self.module.split(".")[:-1])

    @property
    def configs(self) -> list[Path]:
        """The configuration files it reads, in order."""
        return [COMMON_CONFIG, self.folder / "config.yml"]

    @property
    def simulator(self) -> str | None:
        """The program that plays the systems outside which it talks to, where it has one."""
        return self._beside("simulator", "simulator/__main__.py")

    @property
    def seed(self) -> str | None:
        """The module that loads its reference data and demo accounts, where it has one."""
        return self._beside("seed", "seed.py")

    def _beside(self, name: str, file: str) -> str | None:
        exists = (self.folder / file).exists()
        return f"{self.module.rpartition('.')[0]}.{name}" if exists else None


def discover(root: Path = ROOT) -> list[str]:
    """Names of all services: the folders with a `service.py`."""
    return sorted(path.parent.name for path in root.glob("services/*/service.py"))


def described(names: Mapping[str, str] | Iterable[str] | None) -> list[Service]:
    """From names, or from name -> module; all of `services/` when nothing is given."""
    if isinstance(names, Mapping):
        return [Service(name, module) for name, module in names.items()]
    chosen = discover() if names is None else names
    return [Service(name, f"services.{name}.service") for name in chosen]


def simulator(service: Service, port: int, gateway_port: int, clock_file: str = "") -> Part:
    """The simulator of a service that has one, at `simulator_url(port)`; its time is that of the
    services, who are asked and answered within minutes."""
    gateway = f"http://{HOST}:{gateway_port}"
    options = ("--port", str(port), "--gateway", gateway)
    return Part(
        name=f"{service.name}-simulator",
        command=[sys.executable, "-m", str(service.simulator), *options],
        env={"CLOCK_FILE": clock_file, "PYTHONUNBUFFERED": "1"},
        ready=checks.http_ok(port, "/healthz"),
        patience=PATIENCE,
    )


def simulator_url(port: int) -> str:
    """Where a simulator is found; its service knows it as SIMULATOR_URL."""
    return f"http://{HOST}:{port}"


def part(service: Service, port: int, env: Mapping[str, str], serve: Iterable[str] = SERVE) -> Part:
    """The process of `service`; `serve`: the command before its name."""
    return Part(
        name=service.name,
        command=[*serve, service.name, "--module", service.module],
        env={**env, "WEB_SERVER_ADDRESS": f"{HOST}:{port}", "PYTHONUNBUFFERED": "1"},
        ready=checks.http_ok(port, "/readyz"),
        patience=PATIENCE,
        grace=GRACE,
    )
