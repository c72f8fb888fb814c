"""Which tests run one after the other, in one process of `make test`: those of one place.

A file is a place. Those that share a platform are one together, since it is started once a process:
journeys and surface; the fault tests of what the platform promises, and those of the services; the
tests of the local platform itself.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

SERVICES = Path(__file__).parents[1] / "services"
ORDER = ("platform", "faults", "faults of services", "local platform")
"""The slowest first."""


def place(nodeid: str) -> str:
    """The place of a test, by its id: "tests/faults/test_away.py::test_broker"."""
    file = PurePosixPath(nodeid.partition("::")[0])
    match file.parts[:2]:
        case ("tests", "journeys" | "surface"):
            return "platform"
        case ("tests", "faults"):
            return "faults of services" if _of_service(file) else "faults"
        case ("tests", "platform"):
            return "local platform"
    return str(file)


def rank(nodeid: str) -> int:
    """Where in the order a test comes."""
    found = place(nodeid)
    return ORDER.index(found) if found in ORDER else len(ORDER)


def comes_last(nodeid: str) -> bool:
    """Whether a test looks at what the others of its place have left, such as logs."""
    return nodeid.startswith("tests/journeys/test_privacy.py")


def _of_service(file: PurePosixPath) -> bool:
    """Whether the file is named after a service: test_education.py."""
    return (SERVICES / file.stem.removeprefix("test_")).is_dir()
