"""How every test runs.

Two cores may be busy, so no example of a property has a deadline; the examples are the same in each
run, unless EXPLORE is set, so that nobody's change fails by another's chance. In `make test` two
processes share the tests, file by file, the slowest kind first; those that share the whole platform
stay together, since it is started once a process.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "platform",
    deadline=None,
    derandomize=not os.environ.get("EXPLORE"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("platform")

TESTS = Path(__file__).parent / "tests"
ON_THE_PLATFORM = ("journeys", "surface")
ORDER = (*ON_THE_PLATFORM, "faults", "platform")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order and group the tests by their place."""
    items.sort(key=lambda item: ORDER.index(_kind(item)) if _kind(item) in ORDER else len(ORDER))
    for item in items:
        shared = _kind(item) in ON_THE_PLATFORM
        item.add_marker(pytest.mark.xdist_group("platform" if shared else str(item.path)))


def _kind(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0] if TESTS in item.path.parents else ""
