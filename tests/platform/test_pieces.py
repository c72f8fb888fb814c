"""The small parts of the local platform, without a process."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from pathlib import Path

import pytest

from shared.clock import CHINA
from shared.local import broker, gateway, secrets, services
from shared.local.__main__ import main as local
from shared.local.ports import FIRST, LAST, Block, is_free
from shared.local.process import ROOT
from shared.timekeeping import system_time, timekeeper


def test_blocks_apart():
    """Two platforms never get the same port, and none in the range that clients use."""
    first, second = Block(), Block()
    try:
        mine, other = [{block.next() for _ in range(20)} for block in (first, second)]
        assert not mine & other
        assert all(FIRST < port < LAST for port in mine | other)
        assert all(is_free(port) for port in mine)
    finally:
        first.release()
        second.release()


def test_password_hash():
    """As in RabbitMQ's documentation of its hashing algorithm."""
    expected = "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
    assert broker.password_hash("test12", bytes.fromhex("908DC60A")) == expected


def test_least_permission():
    """A service's patterns fit its own names only, also where names begin alike."""
    permission = broker.service_permission("health")
    fits = {kind: re.compile(permission[kind]).match for kind in ("configure", "write", "read")}
    for name in ("health.cases", "rpc-health", "rpc.reply-health-1", "health.cases.retry.1000"):
        assert all(fit(name) for fit in fits.values())
    for name in ("health2.cases", "healthXcases", "rpc-health2", "identity.cases", "amq.topic"):
        assert not any(fit(name) for fit in fits.values())
    assert fits["write"]("amq.default")
    assert not fits["configure"]("amq.default")


def test_declared_secrets(tmp_path):
    """Secrets are what the configuration names; the kind is in the name."""
    config = tmp_path / "config.yml"
    config.write_text(
        "A: !raw_env_var ${NEW_KEY:}\nB: !raw_env_var ${NEW_KEYS:}\nC: ${PLAIN:1}\n"
        "D: !raw_env_var ${NEW_RETIRED_KEYS:}\n"
    )
    names = secrets.declared([config, tmp_path / "none.yml"])
    assert names == {"NEW_KEY", "NEW_KEYS", "NEW_RETIRED_KEYS"}
    made = secrets.load(tmp_path / "secrets.env", names)
    assert len(base64.b64decode(made["NEW_KEY"])) == 32
    assert made["NEW_KEYS"].startswith("k1:")
    assert made["NEW_RETIRED_KEYS"] == ""
    assert secrets.load(tmp_path / "secrets.env", names) == made


def test_unknown_kind():
    """A secret whose kind cannot be told is an error, never an empty value."""
    with pytest.raises(ValueError, match="NEW_THING"):
        secrets.make("NEW_THING")


def test_every_secret_has_a_kind():
    """What the services' configuration asks for can be made."""
    for service in services.described(None):
        for name in secrets.declared(service.configs):
            secrets.make(name)


def test_discovered():
    """Every folder with a service is run."""
    found = services.discover()
    assert set(found) >= {"catalogue", "enterprise", "identity"}
    assert all((ROOT / "services" / name / "service.py").exists() for name in found)


def test_other_deployments(tmp_path):
    """The template serves other deployments: hosts by name, any folder, logs to the output."""
    text = gateway.render({"identity": "identity:8000"}, ["8080"], tmp_path)
    assert "server identity:8000 max_fails=0;" in text
    assert "listen 8080 backlog=2048;" in text
    assert "access_log /dev/stdout one_line;" in text
    assert "<<" not in text


def test_clock(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Time passes on the platform by command; without a platform there is none to pass."""
    file = tmp_path / "clock"
    assert local(["clock", "--folder", str(tmp_path), "--days", "9"]) == 0
    ahead = timekeeper(str(file))() - system_time()
    assert timedelta(days=9, seconds=-9) < ahead <= timedelta(days=9)
    assert local(["clock", "--folder", str(tmp_path)]) == 0
    assert f"{timekeeper(str(file))().astimezone(CHINA):%Y-%m-%d}" in capsys.readouterr().out
    assert local(["clock", "--folder", str(tmp_path / "none")]) == 1


def test_simulators():
    """A service with a simulator is told where it is; others have none."""
    exchange, identity = services.described(["exchange", "identity"])
    assert identity.simulator is None
    assert exchange.simulator == "services.exchange.simulator"
    part = services.simulator(exchange, 21_000, 8_000)
    assert part.name == "exchange-simulator"
    assert part.command[-4:] == ["--port", "21000", "--gateway", "http://127.0.0.1:8000"]
    assert services.simulator_url(21_000) == "http://127.0.0.1:21000"


def test_interrupted_start(tmp_path: Path) -> None:
    """A broker that never had a queue starts anew; one that has is left as it is."""
    node = tmp_path / "data" / broker.NODE
    kept = node / "quorum" / broker.NODE / "2F_QUEUE"
    kept.mkdir(parents=True)
    broker.forget_interrupted_start(tmp_path)
    assert kept.exists()
    kept.rmdir()
    broker.forget_interrupted_start(tmp_path)
    assert not (tmp_path / "data").exists()
