"""Start, stop, and what a person is told when it cannot be."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.local import Failure
from shared.local.process import ROOT

HOLD = """
import sys, time
from pathlib import Path
from tests.platform.conftest import NOWHERE, small
platform = small(Path(sys.argv[1]), **NOWHERE)
platform.start()
print(*(platform.pid(name) for name in ("alpha", "beta", "gateway")), flush=True)
time.sleep(60)
"""


def local(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shared.local", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]
    except FileNotFoundError:
        return False


def gone(pids: list[int]) -> None:
    """Wait until none of them is alive."""
    until = time.monotonic() + 60
    while any(map(alive, pids)):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_start_and_stop(make):
    """All parts are ready after the start and gone after the stop."""
    with make() as platform:
        pids = [platform.pid(name) for name in ("alpha", "beta", "gateway")]
        assert all(platform.is_ready(name) for name in ("alpha", "beta", "gateway"))
    assert not any(map(alive, pids))


def test_order(make):
    """The gateway is stopped before the services."""
    said: list[str] = []
    with make(say=said.append):
        said.clear()
    assert [line.split()[0] for line in said] == ["gateway", "alpha", "beta"]


def test_service_dies_at_start(make):
    """Its name, exit code and last words are told, and all others are stopped."""
    platform = make(service_env={"beta": {"STANDIN": "die"}})
    with pytest.raises(Failure) as failure:
        platform.start()
    for word in ("beta", "exit code 1", "told to die", "beta.log"):
        assert word in str(failure.value)
    assert not alive(platform.pid("alpha"))


def test_service_dies_later(make):
    """The end of a service nobody asked for is told."""
    with make() as platform:
        platform.check()
        os.kill(platform.pid("alpha"), signal.SIGKILL)
        gone([platform.pid("alpha")])
        with pytest.raises(Failure, match="alpha ended with exit code -9"):
            platform.check()


def test_killed_on_purpose(make):
    """A part that was killed or terminated on purpose is no failure, and can be started again."""
    with make() as platform:
        platform.kill("alpha")
        assert platform.terminate("beta") == 0
        platform.check()
        for name in ("alpha", "beta"):
            platform.start_part(name)
            assert platform.is_ready(name)


def test_never_ready(make, monkeypatch):
    """What is missing is told when a service does not get ready in time."""
    platform = make(service_env={"beta": {"STANDIN": "unready"}})
    monkeypatch.setattr("shared.local.services.PATIENCE", 6.0)
    with pytest.raises(Failure, match=r"beta is not ready after 6 s \(/readyz: 503"):
        platform.start()


def test_port_taken(make):
    """The port, who wants it and the way out are told."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Failure) as failure:
            make(port=port).start()
    for word in (str(port), "gateway", "PORT="):
        assert word in str(failure.value)


def test_exit_code(tmp_path):
    """The command line ends with 1 and the message, without a trace."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = local("run", "--folder", str(tmp_path / "data"), "--port", port)
    assert done.returncode == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_twice(make, tmp_path):
    """A second platform in the same folder, and a reset of it, are refused while one runs."""
    with make():
        with pytest.raises(Failure, match="runs already"):
            make().start()
        done = local("reset", "--folder", str(tmp_path / "data"))
        assert done.returncode == 1
        assert (tmp_path / "data" / "secrets.env").exists()
    assert local("reset", "--folder", str(tmp_path / "data")).returncode == 0
    assert not (tmp_path / "data").exists()


def test_killed_platform(tmp_path):
    """Nothing outlives a platform that was killed."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "data")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        pids = [int(word) for word in holder.stdout.readline().split()]
        assert len(pids) == 3
        assert all(map(alive, pids))
        holder.kill()
    gone(pids)


def test_kept_secrets(make, tmp_path):
    """The next start uses the same secrets; only their owner can read them."""
    file = tmp_path / "data" / "secrets.env"
    with make():
        first = file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
    with make():
        assert file.read_text() == first
