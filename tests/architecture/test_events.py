"""Guards over every event: told to somebody, heard from somebody, in queues that stay."""

import inspect
import re
from collections import Counter

import pytest

from shared.department import Department
from shared.department.events import department_events
from shared.entrypoints.heard import Hears
from shared.events import matches
from tests.architecture.tree import entrypoints, folders, publishes, service


def patterns(folder: str) -> set[str]:
    """The patterns that a service hears."""
    heard = (p for _, _, hears in entrypoints(folder, Hears) for p in hears.patterns)
    return {pattern.format(service=folder) for pattern in heard}


def types() -> set[str]:
    """Everything that is published."""
    return {type_ for folder in folders() for type_ in publishes(folder)}


@pytest.mark.parametrize("folder", folders())
def test_told_to_somebody(folder: str) -> None:
    """Every event is heard by a service, or declared public."""
    heard = {pattern for each in folders() for pattern in patterns(each)}
    unheard = [
        type_
        for type_, published in publishes(folder).items()
        if not published.public and not any(matches(pattern, type_) for pattern in heard)
    ]
    assert unheard == []


@pytest.mark.parametrize("folder", folders())
def test_heard_from_somebody(folder: str) -> None:
    """Every pattern that is heard takes in an event that some service publishes."""
    deaf = [p for p in patterns(folder) if not any(matches(p, type_) for type_ in types())]
    assert deaf == []


@pytest.mark.parametrize("folder", folders())
def test_queues(folder: str) -> None:
    """Each handler has a queue of its own, with a stable, plain name."""
    queues = Counter(hears.name for _, _, hears in entrypoints(folder, Hears))
    assert [name for name, n in queues.items() if n > 1] == []
    assert [name for name in queues if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []
    assert not queues.keys() & {"dead", "retry"}


@pytest.mark.parametrize("folder", folders())
def test_handlers(folder: str) -> None:
    """A handler takes the event and nothing else."""
    for name, method, entry in entrypoints(folder, Hears):
        taken = "events" if entry.at_once else "event"
        assert list(inspect.signature(method).parameters) == ["self", taken], f"{folder}.{name}"


@pytest.mark.parametrize("folder", folders())
def test_departments(folder: str) -> None:
    """A department publishes its items and every move of its cases."""
    if issubclass(service(folder), Department):
        assert department_events(folder).keys() <= publishes(folder).keys()
