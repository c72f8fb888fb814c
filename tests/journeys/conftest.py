"""The people of the journeys. Each is signed in anew for every test: time may have moved."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.journeys.enterprise import Offices
from tests.journeys.people import Person, newcomer, official
from tests.journeys.supervision import Calendar


@pytest.fixture
def calendar(clock: Clock) -> Calendar:
    """The platform's days; it is noon."""
    return Calendar(clock)


@pytest.fixture
def anyone(base_url: str) -> Person:
    """Nobody in particular."""
    return Person(base_url)


@pytest.fixture
def zhang(base_url: str) -> Person:
    """A citizen, who founds enterprises."""
    return Person(base_url, "13800000001")


@pytest.fixture
def li(base_url: str) -> Person:
    """Another citizen."""
    return Person(base_url, "13800000002")


@pytest.fixture
def citizen(base_url: str) -> Person:
    """A citizen nobody has met before: their lists and their inbox are empty."""
    return newcomer(base_url)


@pytest.fixture
def clerk(base_url: str) -> Person:
    """An official of the district who accepts and reviews."""
    return Person(base_url, "13900000001")


@pytest.fixture
def chief(base_url: str) -> Person:
    """An official of the district who approves."""
    return Person(base_url, "13900000002")


@pytest.fixture
def elsewhere(base_url: str) -> Person:
    """An official of another district with all powers."""
    return Person(base_url, "13900000003")


@pytest.fixture
def administrator(base_url: str) -> Person:
    """The administrator of the platform."""
    return Person(base_url, "13900000009")


@pytest.fixture
def lone(administrator: Person) -> Person:
    """An official of the district who holds all powers alone."""
    powers = ["accept", "review", "approve"]
    return official(administrator, "13900000111", "吴全权", "430104", powers)


@pytest.fixture
def offices(clerk: Person, chief: Person) -> Offices:
    """The two officials of the district."""
    return Offices(clerk, chief)
