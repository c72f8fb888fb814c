"""A platform of three services for the fault tests: identity, a department, and a witness."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.local import Platform
from tests.faults.clients import Clients, register, sign_in
from tests.faults.observing import Watch

PHONE = "13800000001"
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
}


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Started once for all fault tests; every test leaves it as it found it."""
    with Platform(tmp_path_factory.mktemp("faults"), services=SERVICES, env=ENV) as running:
        yield running


@pytest.fixture(scope="package")
def phone(platform: Platform) -> str:
    """The number that a registered citizen signs in with."""
    register(platform.url, PHONE)
    return PHONE


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
