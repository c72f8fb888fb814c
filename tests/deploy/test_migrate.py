"""Migrations: forwards, each once, whatever is broken off."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shared.migrate import migrations, run
from shared.testing import FakeStore


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A service with two migrations, of which the second fails while `sys.broken` is set."""
    folder = tmp_path / "moved" / "migrations"
    folder.mkdir(parents=True)
    (tmp_path / "moved" / "__init__.py").touch()
    (folder / "__init__.py").touch()
    add = 'store["things"].ensure({"_id": "%s"})'
    (folder / "m0002_second.py").write_text(
        "import sys\ndef forwards(store):\n"
        f"    {add % 'second'}\n    assert not getattr(sys, 'broken', False)\n"
    )
    (folder / "m0001_first.py").write_text(f"def forwards(store):\n    {add % 'first'}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "moved"
    for name in [name for name in sys.modules if name.startswith("moved")]:
        del sys.modules[name]


def test_once_in_order(package):
    """Each runs once, in the order of their names."""
    store = FakeStore()
    assert list(run(store, migrations(package))) == ["m0001_first", "m0002_second"]
    assert list(run(store, migrations(package))) == []
    assert store["things"].count({}) == 2


def test_broken_off(package, monkeypatch):
    """What was broken off runs again, what had ended does not."""
    store = FakeStore()
    monkeypatch.setattr(sys, "broken", True, raising=False)
    with pytest.raises(AssertionError):
        list(run(store, migrations(package)))
    monkeypatch.setattr(sys, "broken", False)
    assert list(run(store, migrations(package))) == ["m0002_second"]


def test_none(package):
    """A service without migrations has none."""
    assert list(migrations("services")) == []
