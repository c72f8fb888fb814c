"""A platform of three services for the fault tests: identity, a department, and a witness."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.local import Platform
from tests.faults.clients import Clients, citizen
from tests.faults.observing import Watch

SERVICES = {
    "identity": "services.identity.service",
    "permits": "tests.faults.permits.service",
    "witness": "tests.faults.witness.service",
}
ENV = {"RETRY_DELAYS": "[0.2, 0.5, 1]", "EVERY": "1", "CHECK_REPLIES": "true"}


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Started once for all fault tests; every test leaves it as it found it."""
    with Platform(tmp_path_factory.mktemp("faults"), services=SERVICES, env=ENV) as running:
        yield running


@pytest.fixture(scope="package")
def token(platform: Platform) -> str:
    """The access token of a citizen who has registered for it."""
    return citizen(platform.url)


@pytest.fixture
def clients(platform: Platform, token: str) -> Clients:
    """What applicants do: submit, and try again when told to."""
    return Clients(f"{platform.url}/permits", token)


@pytest.fixture
def watch(platform: Platform, token: str) -> Watch:
    """What can be seen from outside: health, cases, effects."""
    return Watch(platform, token)
