"""What is in an image, and what is not."""

from __future__ import annotations

import pytest

from shared.local.services import discover
from tests.images.engine import BASE

MOST = 200 * 10**6
"""Bytes over the base image."""


@pytest.mark.parametrize("name", discover())
def test_contents(engine, name):
    """`shared/`, that one service and a virtual environment; small, and nobody's own user."""
    image = engine.image(f"government/{name}:dev")
    assert image["Size"] - engine.image(BASE)["Size"] < MOST
    assert image["Config"]["User"] == "10001:10001"
    assert image["Config"]["StopSignal"] == "SIGTERM"
    assert image["Config"]["Healthcheck"]["Test"][-2:] == ["shared.probe", "/healthz"]
    assert image["Config"]["Labels"]["org.opencontainers.image.version"] == "dev"
    base = set(engine.image(BASE)["RootFS"]["Layers"])
    assert len(set(image["RootFS"]["Layers"]) - base) <= 3


def test_nothing_else(engine):
    """No other service, no tests, no manifests, no pip; what is there cannot be written to."""
    found = engine.files("government/health:dev")
    ours = {path: member for path, member in found.items() if path.startswith("app/")}
    services = {path.split("/")[2] for path in ours if path.startswith("app/services/")}
    assert services - {""} == {"__init__.py", "__pycache__", "health"}
    assert {path.split("/")[1] for path in ours} - {""} == {".venv", "services", "shared"}
    source = [path for path in ours if not path.startswith("app/.venv/")]
    assert not [path for path in source if "/tests/" in path or "/k8s/" in path]
    assert not [path for path in ours if path.endswith(("/bin/pip", "/bin/secantusd-py"))]
    writable = [p for p, m in ours.items() if not m.issym() and (m.uid or m.mode & 0o022)]
    assert writable == []


def test_reproducible(engine):
    """Built again from nothing, an image has the same layers."""
    engine.build("health", "again", "--no-cache")
    first, again = (engine.image(f"government/health:{tag}") for tag in ("dev", "again"))
    assert first["RootFS"]["Layers"][:-1] == again["RootFS"]["Layers"][:-1]
    assert first["Size"] == again["Size"]
