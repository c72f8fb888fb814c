"""A platform of three services for the fault tests: identity, a department, and a witness; and
what is below one real service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from stdnum.cn import ric

from shared.local import Platform
from tests.faults.clients import Clients, register, sign_in
from tests.faults.observing import Watch

citizens = count(1)
SERVICES = {
    "identity": "services.identity.service",
    "permits": "tests.faults.permits.service",
    "witness": "tests.faults.witness.service",
}
ENV = {
    "RETRY_DELAYS": "[0.2, 0.5, 1]",
    "EVERY": "1",
    "AMQP_HEARTBEAT": "5",
    "CHECK_REPLIES": "true",
    "PASSWORD_MEMORY_KIB": "1024",
    "PASSWORD_PASSES": "1",
}


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory, patient: None) -> Iterator[Platform]:
    """Started once for all fault tests; every test leaves it as it found it."""
    whole = Platform(tmp_path_factory.mktemp("faults"), services=SERVICES, env=ENV)
    with dropped(whole) as running:
        yield running


@pytest.fixture(scope="package")
def ground(tmp_path_factory: pytest.TempPathFactory, patient: None) -> Iterator[Platform]:
    """Broker, database, and identity for its keys: what the tests of one service stand on."""
    below = Platform(tmp_path_factory.mktemp("ground"), services=["identity"], env=ENV)
    with dropped(below) as running:
        yield running


def alone(
    ground: Platform, service: str, folder: Path, **env: str
) -> AbstractContextManager[Platform]:
    """One real service on the `ground`, with a gateway of its own, while it is wanted."""
    uris = {"amqp_uri": ground.amqp_uri, "mongo_uri": ground.mongo_uri}
    return dropped(Platform(folder, services=[service], env={**ENV, **env}, **uris))


@contextmanager
def dropped(platform: Platform) -> Iterator[Platform]:
    """The started platform, killed in the end: that one stops in order has tests of its own."""
    with platform:
        yield platform
        platform.drop()


@pytest.fixture
def phone(platform: Platform) -> str:
    """What a citizen signs in with who has no cases yet: a list costs by what is on it."""
    serial = next(citizens)
    stem = f"43010419900101{serial:03}"
    phone = f"13800000{serial:03}"
    register(platform.url, phone, stem + str(ric.calc_check_digit(stem + "0")))
    return phone


@pytest.fixture
def token(platform: Platform, phone: str) -> str:
    """An access token of the citizen, new for each test: they are short-lived."""
    return sign_in(platform.url, phone)


@pytest.fixture
def clients(platform: Platform, token: str) -> Clients:
    """What applicants do: submit, and try again when told to."""
    return Clients(f"{platform.url}/permits", token)


@pytest.fixture
def watch(platform: Platform, token: str) -> Watch:
    """What can be seen from outside: health, cases, effects."""
    return Watch(platform, token)
