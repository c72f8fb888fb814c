"""What is counted of the database."""

from __future__ import annotations

import time
from typing import Any

from prometheus_client import REGISTRY

from shared.store import answers, open_database
from shared.tests.conftest import free_port

PATIENCE = 60.0


def value(name: str, **labels: str) -> float:
    found: Any = REGISTRY.get_sample_value(f"government_mongo_{name}", labels)
    return float(found or 0)


def becomes(name: str, wanted: float) -> bool:
    """Whether it comes to that: the driver tells of its servers from a thread of its own."""
    until = time.monotonic() + PATIENCE
    while value(name) != wanted and time.monotonic() < until:
        time.sleep(0.02)
    return value(name) == wanted


def test_commands(mongo_uri: str) -> None:
    """Commands are counted by their names, those that fail as well, and connections come back."""
    database = open_database(mongo_uri, "counted")
    done, failed = (
        value("command_seconds_count", command="ping"),
        value("commands_failed_total", command="ping"),
    )
    assert answers(database)
    assert value("command_seconds_count", command="ping") == done + 1
    assert value("commands_failed_total", command="ping") == failed
    assert (value("pool_in_use"), value("pool_most")) == (0, 100)
    assert value("pool_connections") > 0
    assert becomes("writable", 1)


def test_away() -> None:
    """A database that is not there is not one to write to."""
    database = open_database(f"mongodb://127.0.0.1:{free_port()}/", "counted")
    assert not answers(database)
    assert becomes("writable", 0)
