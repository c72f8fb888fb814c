"""A platform of three services for the fault tests: identity, a department, and a witness."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

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
}


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Started once for all fault tests; every test leaves it as it found it."""
    with Platform(tmp_path_factory.mktemp("faults"), services=SERVICES, env=ENV) as running:
        yield running


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
