"""An information resource (政务信息资源) as the department that holds it declares it (pure).

A department writes its resources in `resources.py` of its own folder, each a `Resource` with the
function that reads it; `shared.exchange.provider` does the rest.

Guarantees: a declaration that contradicts itself is a ValueError where it stands: a key or a
subject that no field has, a field without a title, a resource withheld without a reason.
Does not: decide who may read it (grants, in the exchange), or read anything.

Terms: Guideline for Compiling Catalogues of Government Information Resources (Trial), 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.documents import Storage
from shared.personal import Vault
from shared.schema import Schema, fields
from shared.text import Text

SHARING = ("unconditional", "conditional", "not-shared")
OPENNESS = ("open", "open-on-request", "not-open")
CYCLES = ("realtime", "daily", "weekly", "monthly", "quarterly", "yearly", "irregular")
SUBJECTS = ("person", "legal-person")


@dataclass(frozen=True, slots=True)
class Source:
    """What a reading function reads with; it is given nothing else."""

    store: Storage
    vault: Vault
    now: datetime


Key = Mapping[str, Any]
Row = Mapping[str, Any]
Read = Callable[[Source, Sequence[Key], Collection[str]], Sequence[Row | None]]
"""``read(source, keys, fields)``: for each key, in the same order, its row or None. A row has the
values of `fields` (more is dropped before it leaves), in as few reads of the store as may be: there
are up to 500 keys."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a resource is about, so that they can read who read about them.

    kind: "person" (by resident identity number) or "legal-person" (by unified social credit code).
    field: that holds the number, of the key where the key names them. also: further places of a row
    that hold numbers of the same kind, such as "members.identity"; they count where the field
    (here "members") is read.
    """

    kind: str
    field: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """An information resource.

    code: a slug, unique in the province. schema: its fields, each ``metadata=label(zh, en)``;
    values are text, whole numbers, booleans, lists and objects of these. key: the fields that name
    one row. subject: None where it is about nobody. sharing: "unconditional", "conditional", or
    "not-shared" with `sharing_basis`, the legal reason. openness: to the public. update_cycle: how
    fresh it is. items: codes of the service items it comes from. version: a new one for every
    change that a consumer could notice; keep the former beside it while it is used. example: a row.
    """

    code: str
    name: Text
    description: Text
    schema: type[Schema]
    key: tuple[str, ...]
    subject: Subject | None
    read: Read | None = None
    sharing: str = "conditional"
    sharing_basis: Text | None = None
    openness: str = "not-open"
    update_cycle: str = "realtime"
    items: tuple[str, ...] = ()
    version: int = 1
    example: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if faults := list(_faults(self)):
            raise ValueError(f"resource {self.code}: {'; '.join(faults)}")

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of all its fields, in the order of their declaration."""
        return tuple(declared(self))

    def declaration(self, json_schema: Callable[[type[Schema]], dict[str, Any]]) -> dict[str, Any]:
        """The resource as JSON, as its announcement tells it; `json_schema` renders the schema."""
        schema = json_schema(self.schema)
        return {
            "code": self.code,
            "version": self.version,
            "name": self.name.both(),
            "description": self.description.both(),
            "fields": [
                {"name": name, "type": _type(schema["properties"][name]), "title": title.both()}
                for name, title in declared(self).items()
            ],
            "key": list(self.key),
            "subject": self.subject and _subject(self.subject),
            "schema": schema,
            "sharing": self.sharing,
            "sharing_basis": self.sharing_basis and self.sharing_basis.both(),
            "openness": self.openness,
            "update_cycle": self.update_cycle,
            "items": list(self.items),
            "example": dict(self.example),
        }


def declared(resource: Resource) -> dict[str, Any]:
    """The titles of the fields by name, each a `Text`."""
    return {name: one.metadata.get("title") for name, one in _schema_fields(resource).items()}


def _schema_fields(resource: Resource) -> Mapping[str, fields.Field[Any]]:
    return resource.schema._declared_fields


def _subject(subject: Subject) -> dict[str, Any]:
    return {"kind": subject.kind, "field": subject.field, "also": list(subject.also)}


def _type(property_: Mapping[str, Any]) -> str:
    """The type of a field in a JSON Schema, without its null."""
    types = property_.get("type", "object")
    named = types if isinstance(types, list) else [types]
    return str(next((name for name in named if name != "null"), "null"))


def _faults(resource: Resource) -> Iterator[str]:
    names = declared(resource)
    yield from (f"{name} has no title" for name, t in names.items() if not isinstance(t, Text))
    yield from (f"{name}, of the key, is no field" for name in resource.key if name not in names)
    if not resource.key:
        yield "no key"
    for given, allowed in (
        (resource.sharing, SHARING),
        (resource.openness, OPENNESS),
        (resource.update_cycle, CYCLES),
    ):
        if given not in allowed:
            yield f"{given} is none of {', '.join(allowed)}"
    if resource.sharing == "not-shared" and resource.sharing_basis is None:
        yield "withheld without a legal reason (sharing_basis)"
    if resource.subject is not None:
        yield from _subject_faults(resource.subject, names)


def _subject_faults(subject: Subject, names: Collection[str]) -> Iterator[str]:
    if subject.kind not in SUBJECTS:
        yield f"{subject.kind} is none of {', '.join(SUBJECTS)}"
    for place in (subject.field, *subject.also):
        if place.partition(".")[0] not in names:
            yield f"{place}, of the subject, is no field"
