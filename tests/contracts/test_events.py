"""Every event as its publisher promises it, and every reader's part in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from marshmallow import EXCLUDE

from shared.entrypoints.heard import Hears
from shared.events import TYPE, event, matches, received
from shared.openapi import json_schema
from shared.schema import Schema, load
from tests.architecture.tree import entrypoints, folders, publishes
from tests.contracts.agreement import faults, least, sample

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

each = pytest.mark.parametrize("folder", folders())


def heard(folder: str) -> Iterator[tuple[str, Hears, str, Any]]:
    """(handler, declaration, event type, what its publisher promises) of all a service hears."""
    for name, _, hears in entrypoints(folder, Hears):
        patterns = [pattern.format(service=folder) for pattern in hears.patterns]
        for publisher in folders():
            for type_, published in publishes(publisher).items():
                if any(matches(pattern, type_) for pattern in patterns):
                    yield name, hears, type_, published


@each
def test_names(folder: str) -> None:
    """An event's type is well formed and begins with the service that publishes it."""
    for type_ in publishes(folder):
        assert TYPE.fullmatch(type_), type_
        assert type_.partition(".")[0] == folder


@each
def test_schemas(folder: str) -> None:
    """What is published has a strict schema that can be shown to others as JSON Schema."""
    for type_, published in publishes(folder).items():
        assert issubclass(published.schema, Schema), type_
        assert isinstance(published.public, bool), type_
        assert json_schema(published.schema)["type"] == "object"


@each
def test_envelopes(folder: str) -> None:
    """What a publisher promises survives the wire as it is, in full and at the least."""
    for type_, published in publishes(folder).items():
        schema = published.schema()
        for data in (sample(schema), least(schema)):
            assert schema.validate(data) == {}, type_
            sent = event(type_, "subject", 1, data, NOW)
            read = orjson.loads(orjson.dumps(sent))
            assert read == sent
            found = received(read, read["data"])
            assert (found.id, found.type, found.time, found.data) == (sent["id"], type_, NOW, data)


@each
def test_readers(folder: str) -> None:
    """A reader expects no field, type or presence that the publisher does not promise."""
    found = [
        f"{folder}.{name} reads {type_}: {fault}"
        for name, hears, type_, published in heard(folder)
        for fault in faults(hears.reads(unknown=EXCLUDE), published.schema())
    ]
    assert found == []


@each
def test_reading(folder: str) -> None:
    """A reader loads what is published, in full and at the least, and gets its fields only."""
    for name, hears, type_, published in heard(folder):
        reader = hears.reads(unknown=EXCLUDE)
        for data in (sample(published.schema()), least(published.schema())):
            loaded = load(reader, data)
            assert loaded.keys() <= reader.fields.keys(), f"{folder}.{name} of {type_}"
