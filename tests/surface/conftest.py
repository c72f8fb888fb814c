"""The callers of the surface tests: every entrypoint is open to one of them."""

from __future__ import annotations

import pytest

from tests.journeys.people import Person, official
from tests.journeys.systems import System
from tests.journeys.systems import system as registered


@pytest.fixture(scope="module")
def citizen(base_url: str) -> Person:
    """A citizen."""
    return Person(base_url, "13800000002")


@pytest.fixture(scope="module")
def everything(base_url: str) -> Person:
    """An official of the province who holds every power."""
    administrator = Person(base_url, "13900000009")
    powers = ["accept", "review", "approve", "supervise", "administer"]
    return official(administrator, "13900000121", "何厅长", "430000", powers)


@pytest.fixture(scope="module")
def system(base_url: str) -> System:
    """A system of the health department."""
    return registered(Person(base_url, "13900000009"), "health")


@pytest.fixture(scope="module")
def clerk(base_url: str) -> Person:
    """An official of a district."""
    return Person(base_url, "13900000001")
