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
PATIENCE = 60.0
"""Seconds a service may take until it is ready."""
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
    def seed(self) -> str | None:
        """The module that loads its reference data and demo accounts, where it has one."""
        exists = (self.folder / "seed.py").exists()
        return f"{self.module.rpartition('.')[0]}.seed" if exists else None


def discover(root: Path = ROOT) -> list[str]:
    """Names of all services: the folders with a `service.py`."""
    return sorted(path.parent.name for path in root.glob("services/*/service.py"))


def described(names: Mapping[str, str] | Iterable[str] | None) -> list[Service]:
    """From names, or from name -> module; all of `services/` when nothing is given."""
    if isinstance(names, Mapping):
        return [Service(name, module) for name, module in names.items()]
    chosen = discover() if names is None else names
    return [Service(name, f"services.{name}.service") for name in chosen]


def part(service: Service, port: int, env: Mapping[str, str], serve: Iterable[str] = SERVE) -> Part:
    return Part(
        name=service.name,
        command=[*serve, service.name, "--module", service.module],
        env={**env, "WEB_SERVER_ADDRESS": f"{HOST}:{port}", "PYTHONUNBUFFERED": "1"},
        ready=checks.http_ok(port, "/readyz"),
        patience=PATIENCE,
        grace=GRACE,
    )
