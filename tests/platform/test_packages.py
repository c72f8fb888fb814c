"""What is missing on the machine: installed where we may, else named in one line."""

from __future__ import annotations

import pytest

from shared.local import Failure, packages


@pytest.fixture
def apt(monkeypatch, tmp_path):
    """A machine without the packages; what apt-get is asked, and the policy it meets."""
    asked: list[tuple[list[str], str]] = []
    policy = tmp_path / "policy-rc.d"
    missing = dict.fromkeys(packages.PROGRAMS, lambda: False)
    monkeypatch.setattr(packages, "PROGRAMS", missing)
    monkeypatch.setattr(packages, "POLICY", policy)
    monkeypatch.setattr(packages, "SYSTEMD", tmp_path / "none")
    monkeypatch.setattr(packages.os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        packages, "_apt", lambda arguments, output, log: asked.append((arguments, read(policy)))
    )
    return asked, policy


def read(policy):
    return policy.read_text() if policy.exists() else ""


def install(folder, say=lambda _: None):
    packages.ensure(["rabbitmq-server", "nginx-light"], folder / "log", say)


def test_installs(apt, tmp_path):
    """Root gets both, with a word about it, and no system service is started meanwhile."""
    asked, policy = apt
    said: list[str] = []
    install(tmp_path, said.append)
    assert [arguments[0] for arguments, _ in asked] == ["update", "install"]
    assert asked[1][0][-2:] == ["rabbitmq-server", "nginx-light"]
    assert all("exit 101" in policy_then for _, policy_then in asked)
    assert "rabbitmq-server nginx-light" in said[0]
    assert not policy.exists()


def test_policy_restored(apt, tmp_path, monkeypatch):
    """The machine's own policy is back afterwards, also when the installation fails."""
    _, policy = apt
    policy.write_text("mine")
    install(tmp_path)
    assert policy.read_text() == "mine"

    def fail(*_):
        raise Failure("no network")

    monkeypatch.setattr(packages, "_apt", fail)
    with pytest.raises(Failure):
        install(tmp_path)
    assert policy.read_text() == "mine"


def test_not_root(apt, tmp_path, monkeypatch):
    """Who may not install is told what to install, in one line, and it ends with 2."""
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    with pytest.raises(Failure) as failure:
        install(tmp_path)
    assert failure.value.exit_code == 2
    assert "apt-get install rabbitmq-server nginx-light" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_nothing_missing(apt, tmp_path, monkeypatch):
    """Nothing is done where all is there."""
    monkeypatch.setattr(packages, "PROGRAMS", dict.fromkeys(packages.PROGRAMS, lambda: True))
    install(tmp_path)
    assert apt[0] == []
