"""What a provider tells the exchange when a record has changed (pure).

    <service>.record.changed.v1   {"resource": code, "changes": [{"key": hash, "fields": [names]}]}

A record is named by a keyed hash over its key and its resource (`key_hash`), the same at provider
and exchange, since both have the platform's lookup key: no number of a person is in an event, and
whoever has not that key cannot guess whose record it is. `fields`: those that differ now; a
consumer is told of changes of the fields that it follows, and of no others.

Guarantees: the events for one change of one document are the same whenever they are made, so they
are saved with it and count once. Does not: carry what a record says; that is asked for by a query,
with its grant and its evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from shared.events import event
from shared.exchange.messages import canonical
from shared.exchange.resource import Key, Resource
from shared.personal import Vault

AT_ONCE = 100
"""Records in one event."""


class Changed(NamedTuple):
    """A record by its key, and which of its fields differ now (all, where it came or went)."""

    key: Key
    fields: Collection[str]


def key_hash(code: str, key: Key, person: str | None, vault: Vault) -> str:
    """The keyed hash (64 hexadecimal digits) of the record of the resource `code` with that key.

    person: the field of the key that holds a resident identity number; its X may be small.
    """
    told = {n: v.upper() if n == person and isinstance(v, str) else v for n, v in key.items()}
    return vault.lookup(canonical([code, told]).decode(), "exchange-record")


def person_field(subject: Mapping[str, Any] | None) -> str | None:
    """The field of a key that names a person, by the resource's declared `subject`."""
    return subject["field"] if subject is not None and subject["kind"] == "person" else None


def record_changed(
    service: str,
    resource: Resource,
    changes: Iterable[Changed],
    document: str,
    sequence: int,
    vault: Vault,
    now: datetime,
) -> list[dict[str, Any]]:
    """The events to save with the change; none where nothing of the resource has changed.

    document: id of the document that is saved (it is told by a keyed hash); sequence: grows with
    each of its changes.
    """
    subject = None if resource.subject is None else asdict(resource.subject)
    person = person_field(subject)
    told = [change_told(resource.code, one, person, vault) for one in changes if one.fields]
    name = vault.lookup(f"{service}/{document}", "exchange-document")[:32]
    return events(f"{service}.record.changed.v1", resource.code, told, name, sequence, now)


def change_told(code: str, changed: Changed, person: str | None, vault: Vault) -> dict[str, Any]:
    """One change as events tell it."""
    return {
        "key": key_hash(code, changed.key, person, vault),
        "fields": sorted(changed.fields),
    }


def events(
    type_: str,
    code: str,
    told: Sequence[Mapping[str, Any]],
    name: str,
    sequence: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """The events that tell the changes `told`, `AT_ONCE` in each."""
    parts = [list(told[start : start + AT_ONCE]) for start in range(0, len(told), AT_ONCE)]
    return [
        event(type_, f"{code}/{name}/{n}", sequence, {"resource": code, "changes": part}, now)
        for n, part in enumerate(parts)
    ]
