"""How every test runs.

Two cores may be busy, so no example of a property has a deadline; the examples are the same in each
run, unless EXPLORE is set, so that nobody's change fails by another's chance. In `make test` two
processes share the tests, place by place (`tests.places`), the slowest first.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests.places import comes_last, place, rank

settings.register_profile(
    "platform",
    deadline=None,
    derandomize=not os.environ.get("EXPLORE"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("platform")

for name in ("no_proxy", "NO_PROXY"):
    os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost", "127.0.0.1"]))
"""What the tests start is here, whatever proxy the machine has."""

ran_in: dict[str, str] = {}
"""By place: the process its tests ran in."""


class ByPlace(LoadScopeScheduling):
    """Hands the tests of one place to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return place(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByPlace:
    return ByPlace(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest place first; in it, last who looks at what the others have left."""
    items.sort(key=lambda item: (rank(item.nodeid), comes_last(item.nodeid)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Fails the run where the tests of a place are torn apart: they may build on one another."""
    if process := getattr(report, "worker_id", None):
        first = ran_in.setdefault(place(report.nodeid), process)
        assert first == process, f"{report.nodeid} ran in {process}, others of its place in {first}"
