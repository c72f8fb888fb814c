"""Platforms whose services are stand-ins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.local import Platform

STANDIN = (sys.executable, str(Path(__file__).with_name("standin.py")))
NOWHERE: dict[str, Any] = {"amqp_uri": "amqp://127.0.0.1:9//", "mongo_uri": "mongodb://127.0.0.1:9"}
"""With a broker and a database given, only services and gateway are started: quick."""


def quiet(_: str) -> None:
    """Says nothing."""


def small(folder: Path, **options: Any) -> Platform:
    """A platform of the stand-ins `alpha` and `beta`, not started."""
    names = {name: f"services.{name}.service" for name in ("alpha", "beta")}
    return Platform(folder, **{"services": names, "serve": STANDIN, "say": quiet, **options})


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Stand-ins with a real broker, database and gateway."""
    with small(tmp_path_factory.mktemp("small")) as running:
        yield running
        running.drop()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Platform]:
    """Makes platforms without broker and database."""
    return lambda **options: small(tmp_path / "data", **{**NOWHERE, **options})
