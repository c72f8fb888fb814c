"""The services as they lie in the tree: whoever adds a folder is found here.

Guarantees: a service that can't be loaded fails the test that asks for it, by name.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from nameko.extensions import Entrypoint

from shared.published import Publishes

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"

Kind = TypeVar("Kind", bound=Entrypoint)


def folders() -> list[str]:
    """The names of the services: the folders below `services` that hold Python."""
    return sorted(f.name for f in SERVICES.iterdir() if f.is_dir() and any(f.glob("*.py")))


@cache
def service(folder: str) -> type:
    """The Nameko class of a service."""
    assert (SERVICES / folder / "service.py").exists(), f"services/{folder} has no service.py"
    module = importlib.import_module(f"services.{folder}.service")
    assert hasattr(module, "Service"), f"services/{folder}/service.py has no class Service"
    found: type = module.Service
    return found


@cache
def publishes(folder: str) -> Publishes:
    """What a service declares to publish."""
    assert (SERVICES / folder / "events.py").exists(), f"services/{folder} has no events.py"
    module = importlib.import_module(f"services.{folder}.events")
    assert hasattr(module, "PUBLISHES"), f"services/{folder}/events.py has no PUBLISHES"
    found: Publishes = module.PUBLISHES
    return found


def entrypoints(folder: str, kind: type[Kind]) -> Iterator[tuple[str, Any, Kind]]:
    """(method name, method, declaration) of each entrypoint of that kind."""
    for name, method in inspect.getmembers(service(folder), callable):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            if isinstance(entrypoint, kind):
                yield name, method, entrypoint
