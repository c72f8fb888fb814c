"""Configuration and time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.config import load_config
from shared.timekeeping import system_time, timekeeper

KEY = "k1:AAAA"


def test_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service's own keys are laid over the common ones, and the environment fills both."""
    own = tmp_path / "config.yml"
    own.write_text("BODY_LIMIT: 9\nGREETING: ${GREETING:hello}\n", encoding="utf-8")
    monkeypatch.setenv("GREETING", "你好")
    monkeypatch.setenv("RETRY_DELAYS", "[0.1, 0.2]")
    config = load_config(own)
    assert config["BODY_LIMIT"] == 9
    assert config["GREETING"] == "你好"
    assert config["RETRY_DELAYS"] == [0.1, 0.2]
    assert config["max_workers"] == 64


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file of its own a service has the common configuration; flags are booleans."""
    for name in ("CHECK_REPLIES", "CLOCK_FILE", "PERSONAL_DATA_KEYS"):
        monkeypatch.delenv(name, raising=False)
    config = load_config(tmp_path / "missing.yml")
    assert config["CHECK_REPLIES"] is False
    assert not config["CLOCK_FILE"]
    assert not config["PERSONAL_DATA_KEYS"]


def test_secrets_are_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret is taken as it stands, not read as YAML."""
    monkeypatch.setenv("PERSONAL_DATA_KEYS", KEY)
    monkeypatch.setenv("PERSONAL_LOOKUP_KEY", "0123")
    config = load_config()
    assert config["PERSONAL_DATA_KEYS"] == KEY
    assert config["PERSONAL_LOOKUP_KEY"] == "0123"


def test_system_time() -> None:
    """The time is aware, in UTC, and in whole milliseconds."""
    now = timekeeper(None)()
    assert now.utcoffset() == timedelta()
    assert now.microsecond % 1000 == 0
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_shifted(tmp_path: Path) -> None:
    """A clock file shifts the time for as long as it is there."""
    file = tmp_path / "shift"
    now = timekeeper(str(file))
    assert abs(now() - system_time()) < timedelta(seconds=5)
    file.write_text("86400.5", encoding="ascii")
    assert abs(now() - system_time() - timedelta(seconds=86400.5)) < timedelta(seconds=5)
    assert now().microsecond % 1000 == 0
