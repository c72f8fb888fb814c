"""The images, built as shipped, and the platform of docker-compose.yml; `make images` only."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy import compose as files
from deploy.compose import OPERATOR
from shared.local.ports import Block
from shared.local.services import described, discover
from tests.images.engine import Engine

collect_ignore_glob = [] if os.environ.get("IMAGES") else ["test_*.py"]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """An engine with the image of every service, each built by the Dockerfile as it is."""
    block = Block()
    engine = Engine(port=int(os.environ.get("PORT") or block.next()))
    began = time.monotonic()
    for name in (*discover(), OPERATOR):
        engine.build(name, "dev")
    os.sync()  # else a database on the same disk waits for all of it to be written
    print(f"\nall images built in {time.monotonic() - began:.0f} s")
    yield engine
    block.release()


@pytest.fixture(scope="session")
def platform(engine: Engine) -> Iterator[Engine]:
    """Everything up and healthy, with its reference data and demo accounts.

    IMAGES=keep leaves it up, for whoever runs single tests on an engine of their own (DOCKER_HOST).
    """
    files.write()
    began = time.monotonic()
    try:
        engine.compose("up", "--detach", "--no-build")
        engine.wait_healthy()
        print(f"\nup and healthy after {time.monotonic() - began:.0f} s")
        with ThreadPoolExecutor() as pool:
            list(pool.map(engine.seed, [one for one in described(None) if one.seed]))
        print(f"reference data after {time.monotonic() - began:.0f} s")
        yield engine
    finally:
        engine.save_logs()
        if os.environ.get("IMAGES") != "keep":
            engine.compose("down", "--volumes", "--timeout", "30")
