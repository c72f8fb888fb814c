"""A real database for the tests of the store."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.local.database import OPTIONS

PROGRAM = Path(sys.executable).parent / "secantusd-py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, f"{PROGRAM.name} ended with {process.returncode}"
        time.sleep(0.1)
    raise AssertionError(f"{PROGRAM.name} did not answer within 30 s")


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a private SecantusDB, which ends with the tests."""
    port, folder = free_port(), tmp_path_factory.mktemp("database")
    command = [str(PROGRAM), "--port", str(port), "--storage-path", str(folder), *OPTIONS]
    with (folder.parent / "database.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(port, process)
            yield f"mongodb://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)
