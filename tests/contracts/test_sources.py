"""What departments ask of registers is what these provide, and what the local platform grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from services.education.tools import tools
from services.exchange import seed
from services.exchange.simulator import nodes
from shared.department import Department
from shared.department.facts import ACCOUNT
from shared.department.practice import Application, Practice, Question, Source
from shared.exchange.consumer import Consumer, consumer_of
from shared.exchange.provider import Provider
from shared.exchange.resource import Resource
from shared.testing import NOON, FakeStore, person
from tests.architecture.tree import folders, service

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def provided() -> dict[str, Resource]:
    """Every resource of the local platform, by code."""
    classes = [service(f) for f in folders() if issubclass(service(f), Provider)]
    own = [resource for cls in classes for resource in cls.resources]
    return {one.code: one for one in (*own, *map(nodes.resource, nodes.LOCAL))}


def practices() -> list[tuple[type[Department], Practice]]:
    """Every practice of every department that reads registers."""
    found = [service(f) for f in folders() if issubclass(service(f), Department)]
    return [(cls, p) for cls in found for p in cls.practices if p.sources or p.verifications]


def read(practice: Practice) -> Iterator[Source]:
    return (s for s in practice.sources if s.own is None and s.resource != ACCOUNT)


each = pytest.mark.parametrize(
    ("cls", "practice"), [pytest.param(c, p, id=p.item.code) for c, p in practices()]
)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys as a service has them."""
    monkeypatch.setenv("PERSONAL_DATA_KEYS", f"k1:{KEY}")
    monkeypatch.setenv("PERSONAL_LOOKUP_KEY", KEY)
    tools.cache_clear()
    yield
    tools.cache_clear()


def questions(practice: Practice) -> Iterator[tuple[Any, Question]]:
    """What is asked of the item's own example."""
    item = practice.item
    form = item.form().load(dict(item.example))
    asked = Application("1", item, "430104", form, person(), None, NOON)
    for verification in practice.verifications:
        for question in verification.questions(FakeStore(), asked):
            yield verification, question


def granted(cls: Any, item: str, resource: str, purpose: str, kind: str) -> Mapping[str, Any]:
    """The grant that the local platform has for a use."""
    fitting = [
        ask._asdict()
        for ask in seed.ASKS
        if (ask.consumer, ask.resource, ask.purpose) == (consumer_of(cls), resource, purpose)
        and item in ask.items
        and kind in ask.kinds
    ]
    assert fitting, f"{consumer_of(cls)} is granted no {kind} of {resource} for {purpose}"
    return fitting[0]


@each
def test_consumer(cls: Any, practice: Practice) -> None:
    """Who reads registers takes part in the exchange."""
    assert issubclass(cls, Consumer) or not (list(read(practice)) or practice.verifications)


@each
def test_sources(cls: Any, practice: Practice) -> None:
    """What is filled in is provided under that key, and granted; it stands in the form."""
    form = set(practice.item.form().fields)
    for source in practice.sources:
        assert {pointer.split("/")[1] for pointer in source.fields} <= form
    for source in read(practice):
        resource = provided()[source.resource]
        assert {*source.key, *source.fixed} == set(resource.key)
        row = resource.example[source.rows][0] if source.rows else resource.example
        assert set(source.fields.values()) <= set(row)
        grant = granted(cls, practice.item.code, source.resource, source.purpose, "query")
        asked = {source.rows} if source.rows else set(source.fields.values())
        assert asked <= set(grant["fields"]) <= set(resource.fields)


@each
def test_verifications(cls: Any, practice: Practice) -> None:
    """What is verified is provided under that key, granted for it, and takes the claims."""
    for verification, question in questions(practice):
        resource = provided()[verification.resource]
        assert set(question.key) == set(resource.key)
        grant = granted(
            cls, practice.item.code, verification.resource, verification.purpose, "verify"
        )
        assert set(question.claims) <= set(grant["fields"]) <= set(resource.fields)
        resource.schema(only=tuple(question.claims), partial=True).load(dict(question.claims))


@each
def test_names(cls: Any, practice: Practice) -> None:
    """Verifications of an item have names of their own, and need one that comes before."""
    names = [verification.name for verification in practice.verifications]
    assert len(set(names)) == len(names)
    for place, verification in enumerate(practice.verifications):
        assert verification.needs in ("", *names[:place])
