"""The whole platform for tests: real broker, real database, all services, own ports and folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from shared import timekeeping
from shared.local import Platform
from shared.store import open_database
from tests.journeys.people import eventually
from tests.places import place

CLOCK = "clock"
CHEAP = {"PASSWORD_MEMORY_KIB": "1024", "PASSWORD_PASSES": "1"}
TIMEOUT = 30.0
"""Seconds for one answer."""


class Http(requests.Session):
    """A session that needs no base URL and never waits for ever."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url
        self.trust_env = False

    def request(self, method, url, *args, **kwargs):  # type: ignore[no-untyped-def]
        kwargs.setdefault("timeout", TIMEOUT)
        full = url if "://" in url else self.base_url + url
        return super().request(method, full, *args, **kwargs)


class Clock:
    """Moves the time of all services: they add the seconds in the file to the system's time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.shift(0)

    def shift(self, seconds: float) -> None:
        """All services are so many seconds ahead of the system's time from now on."""
        timekeeping.shift(self._file, seconds)


RUNNING: pytest.StashKey[Platform] = pytest.StashKey()


@pytest.fixture(scope="session")
def platform(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Platform]:
    """All services, seeded with reference data and demo accounts; one for the whole run.

    Every reply is checked against its published schema; what runs at intervals runs each second;
    passwords cost little.
    """
    folder = tmp_path_factory.mktemp("platform")
    env = {"CLOCK_FILE": str(folder / CLOCK), "CHECK_REPLIES": "true", "EVERY": "1", **CHEAP}
    with Platform(folder / "data", env=env) as running:
        running.seed()
        wait_granted(running)
        pytestconfig.stash[RUNNING] = running
        yield running


def wait_granted(platform: Platform) -> None:
    """Until each service has heard what it may ask of others: the seeds tell it by events."""
    exchange = open_database(platform.mongo_uri, "exchange")
    for grant in list(exchange["grants"].find({"state": "active"})):
        consumer = grant["consumer"].rpartition("/")[2]
        known = exchange.client[consumer]["sharing_grants"]
        eventually(lambda: known.count_documents({"_id": grant["_id"]}), grant["consumer"])  # noqa: B023
    exchange.client.close()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """The whole platform ends with the last test of its place: idle, it would cost the others an
    eighth of a core."""
    running = item.config.stash.get(RUNNING, None)
    if running and not (nextitem and place(nextitem.nodeid) == place(item.nodeid)):
        running.drop()
        del item.config.stash[RUNNING]


@pytest.fixture(scope="session")
def base_url(platform: Platform) -> str:
    """The gateway's address."""
    return platform.url


@pytest.fixture
def http(base_url: str) -> Iterator[Http]:
    """A client of the gateway: `http.get("/catalogue/divisions")`."""
    with Http(base_url) as session:
        yield session


@pytest.fixture
def clock(platform: Platform) -> Iterator[Clock]:
    """The platform's time; back to the system's after the test."""
    clock = Clock(platform.folder.parent / CLOCK)
    yield clock
    clock.shift(0)
