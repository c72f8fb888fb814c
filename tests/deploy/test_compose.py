"""docker-compose.yml and the Dockerfile: complete, clean, and without a secret."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy import compose
from deploy.programs import program
from shared.local import secrets
from shared.local.process import ROOT
from shared.local.services import described, discover

DCLINT = ROOT / ".tools" / "node_modules" / ".bin" / "dclint"
SECONDS = 120
ONCE = {"provision", compose.OPERATOR}
"""Run, and end."""


def run(*command: str, **more: object) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=ROOT, **more
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """What is generated, beside a copy of docker-compose.yml."""
    root = tmp_path_factory.mktemp("compose")
    shutil.copy(compose.FILE, root)
    compose.write(root / ".compose")
    return root


@pytest.fixture(scope="module")
def whole(folder):
    """Both files as compose understands them."""
    files = ("-f", str(folder / "docker-compose.yml"), "-f", str(folder / ".compose/services.yml"))
    how = (*files, "--profile", compose.OPERATOR)
    return yaml.safe_load(run(program("docker-compose"), *how, "config"))


def test_everybody(whole):
    """Every service there is, and what they stand on."""
    simulators = {f"{one.name}-simulator" for one in described(None) if one.simulator}
    others = {"provision", "gateway", "mongodb", "rabbitmq", compose.OPERATOR}
    assert set(whole["services"]) == {*discover(), *simulators, *others}


def test_gated(whole):
    """Who needs another starts when that one is healthy; all that stay have a health check."""
    services = whole["services"]
    for name in discover():
        conditions = {k: v["condition"] for k, v in services[name]["depends_on"].items()}
        assert conditions == {
            "rabbitmq": "service_healthy",
            "provision": "service_completed_successfully",
        }
    assert set(services["gateway"]["depends_on"]) == set(discover())
    for name, service in services.items():
        assert "test" in service.get("healthcheck", {}) or name in ONCE, name


def test_operator(whole, folder):
    """The operator's command starts only when it is asked for; it has addresses, and no key."""
    command = whole["services"][compose.OPERATOR]
    assert command["profiles"] == [compose.OPERATOR] and command["restart"] == "no"
    own = secrets.read_env(folder / ".compose" / "operator.env")
    assert own.keys() == {"AMQP_URI", "MONGO_URI"}
    assert not own.keys() - command["environment"].keys()
    assert set(command["networks"]) == {"inside"}


def test_confined(whole):
    """Limits, no rights, a file system that is only read, an end in order."""
    for name, service in whole["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert limits.keys() == {"cpus", "memory", "pids"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only") or name == "rabbitmq", name
    published = {n: s["ports"] for n, s in whole["services"].items() if s.get("ports")}
    assert [p["host_ip"] for p in published.pop("gateway")] == ["127.0.0.1"]
    assert not published


def test_no_secret(folder):
    """No secret stands in what compose reads but in the files that are only each one's own."""
    known = secrets.read_env(folder / ".compose" / "secrets.env")
    texts = [
        (folder / name).read_text() for name in ("docker-compose.yml", ".compose/services.yml")
    ]
    assert not [name for name, value in known.items() if value and any(value in t for t in texts)]
    health = (folder / ".compose" / "health.env").read_text()
    foreign = ("DATABASE_IDENTITY_PASSWORD", "BROKER_IDENTITY_PASSWORD", "KEY_ENCRYPTION_KEY")
    assert not [name for name in foreign if known[name] in health]
    assert (folder / ".compose").stat().st_mode & 0o077 == 0


def test_kept(folder):
    """Written again, every secret is what it was."""
    files = sorted(path for path in (folder / ".compose").rglob("*") if path.is_file())
    before = {path: path.read_bytes() for path in files}
    compose.write(folder / ".compose")
    assert {path: path.read_bytes() for path in files} == before


def test_dockerfile():
    """hadolint finds nothing."""
    run(program("hadolint"), "Dockerfile")


def test_clean(folder):
    """dclint finds nothing in docker-compose.yml."""
    if not DCLINT.exists():
        pytest.skip("dclint comes from npm, which this machine has not (`make tools`)")
    run(str(DCLINT), "--max-warnings", "0", str(folder / "docker-compose.yml"))
