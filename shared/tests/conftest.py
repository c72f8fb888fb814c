"""A real database for the tests of the store."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shared.local.database import OPTIONS
from shared.local.ports import Block

PROGRAM = Path(sys.executable).parent / "secantusd-py"


PATIENCE = 120.0
"""Seconds that a database may take to start, or to answer."""


@cache
def block() -> Block:
    """The ports of this process."""
    return Block()


def free_port() -> int:
    """A port of the process's own: no client is given it before a server has it."""
    return block().next()


def wait_for(port: int, process: "subprocess.Popen[Any]") -> None:
    """Wait until the process listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        time.sleep(0.05)
    raise AssertionError(f"{process.args!r} did not answer within {PATIENCE:.0f} s")


@pytest.fixture(scope="session")
def patient() -> Iterator[None]:
    """The tests' own process waits longer for an answer of the database than a service may: what a
    test prepares in one go takes long on a slow machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.store.connection.OPERATION_TIMEOUT", 1000 * PATIENCE)
        yield


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory, patient: None) -> Iterator[str]:
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
