"""How documents, their outbox and their inbox are written: the rules that the Mongo store and the
fake store have in common (pure).

Guarantees: a document carries its `version`, the events it has yet to publish (`outbox`, with
`pending` naming the newest) and the ids of the events it has taken in (`inbox`), all changed in
the one write that changes the document. Callers never see those keys but `version`.
Does not: talk to a database.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import orjson

from shared.errors import Duplicate, FieldError, Invalid, NotFound
from shared.events import Event
from shared.text import Text

INBOX_LENGTH = 64
"""Event ids a document remembers; older repeats are recognised by their sequence."""

INTERNAL = ("outbox", "inbox", "pending")


class Document(dict[str, Any]):
    """A stored document as callers see it, with what it has yet to send and has received."""

    __slots__ = ("inbox", "outbox")

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__((k, v) for k, v in stored.items() if k not in INTERNAL)
        self.outbox: list[dict[str, Any]] = list(stored.get("outbox", ()))
        self.inbox: list[str] = list(stored.get("inbox", ()))

    def has_received(self, event_id: str) -> bool:
        """Whether the event has had its effect here."""
        return event_id in self.inbox


class Page(NamedTuple):
    """One page of a list, and where the next one begins (None: this is the last)."""

    items: list[Document]
    next_cursor: str | None


class Change(NamedTuple):
    """One of many writes: `before` as it was read (None: it is new), `after`, and its events."""

    before: Document | None
    after: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]] = ()


class Collection(Protocol):
    """What use cases ask of a collection; `shared.store.Repository` says what each call means."""

    def get(self, id_: str) -> Document | None: ...
    def get_many(self, ids: Iterable[str]) -> dict[str, Document]: ...
    def each(self, filter_: Mapping[str, Any]) -> Iterator[Document]: ...
    def save_many(self, changes: Sequence[Change]) -> None: ...
    def count(self, filter_: Mapping[str, Any]) -> int: ...
    def remove(self, id_: str) -> bool: ...
    def remove_many(self, ids: Iterable[str]) -> None: ...
    def put_many(self, documents: Sequence[Mapping[str, Any]]) -> None: ...
    def add_many(self, documents: Sequence[Mapping[str, Any]]) -> None: ...

    def find(
        self,
        filter_: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 100,
        fields: Sequence[str] = (),
    ) -> list[Document]: ...

    def page(
        self,
        filter_: Mapping[str, Any],
        *,
        order: tuple[str, int] = ("_id", 1),
        limit: int = 50,
        cursor: str | None = None,
        fields: Sequence[str] = (),
    ) -> Page: ...

    def add(
        self,
        document: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document: ...

    def save(
        self,
        before: Document,
        after: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document: ...

    def require(self, id_: str) -> Document:
        """The document with this id, or `NotFound`."""
        if (document := self.get(id_)) is None:
            raise NotFound()
        return document

    def ensure(
        self,
        document: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]] = (),
        *,
        received: Event | None = None,
    ) -> Document:
        """Insert `document`, or return the one that has its `_id`."""
        try:
            return self.add(document, events, received=received)
        except Duplicate:
            existing = self.get(document["_id"])
            if existing is None:
                raise
            return existing


class Storage(Protocol):
    """The collections of a service by name: `shared.store.Database`, or the fake in unit tests."""

    def __getitem__(self, name: str) -> Collection: ...


class Write(NamedTuple):
    """One write: the filter that must match, and the update (MongoDB operators)."""

    filter: dict[str, Any]
    update: dict[str, Any]


def inserted(
    document: Mapping[str, Any], events: Sequence[Mapping[str, Any]], received: str | None
) -> dict[str, Any]:
    """`document` as it is first stored, version 1."""
    stored = {**document, "version": 1}
    if events:
        stored |= {"outbox": list(events), "pending": events[-1]["id"]}
    if received:
        stored["inbox"] = [received]
    return stored


def updated(
    before: Document,
    after: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    received: str | None,
) -> Write:
    """The write that turns `before` into `after` unless somebody was faster."""
    changed = {k: v for k, v in after.items() if k not in before or before[k] != v}
    changed |= {"version": before["version"] + 1}
    filter_: dict[str, Any] = {"_id": before["_id"], "version": before["version"]}
    update: dict[str, Any] = {"$set": changed}
    if gone := {k: "" for k in before if k not in after and k != "version"}:
        update["$unset"] = gone
    pushed: dict[str, Any] = {}
    if events:
        changed["pending"] = events[-1]["id"]
        pushed["outbox"] = {"$each": list(events)}
    if received:
        filter_["inbox"] = {"$ne": received}
        pushed["inbox"] = {"$each": [received], "$slice": -INBOX_LENGTH}
    if pushed:
        update["$push"] = pushed
    return Write(filter_, update)


def encode_cursor(value: Any, id_: str) -> str:
    """Where a page ends, opaque to callers. `value`: a JSON value or an aware datetime."""
    kind = "time" if isinstance(value, datetime) else "value"
    return base64.urlsafe_b64encode(orjson.dumps([kind, value, id_])).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[Any, str]:
    """The `(value, id)` in `cursor`; `Invalid` where it is none of ours."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        kind, value, id_ = orjson.loads(base64.urlsafe_b64decode(padded))
        if not isinstance(id_, str) or isinstance(value, (dict, list)):
            raise ValueError
        return (_moment(value) if kind == "time" else value), id_
    except (ValueError, TypeError, OverflowError):
        message = Text(
            "游标无效，请从第一页重新开始", "Not a cursor of ours; begin at the first page"
        )
        raise Invalid(errors=[FieldError("/cursor", message, "cursor")]) from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)
